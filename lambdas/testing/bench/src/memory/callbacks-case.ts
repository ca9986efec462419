import { callbackParameter } from '@multi-tenant-runner/core';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { LATENCIES } from '../launch-rate/latencies';
import type { Beside, MemoryBench, MemoryCase } from './beside';
import { INSTALLATION, TENANT } from './names';

/** The name is in the certificate of the functions' own tests. */
const [NAME, ADDRESS] = ['hooks.example.com', '8.8.8.8'];
export const CALLBACK_URL = `https://${NAME}/runners`;
export const CALLBACK_PARAMETERS: Readonly<Record<string, string>> = {
  [callbackParameter(INSTALLATION, TENANT)]: `whsec_${Buffer.alloc(32, 1).toString('base64')}`,
};

export const CALLBACKS: MemoryCase = {
  name: 'callbacks',
  event: 'a delivery',
  make: (count) => ({
    Records: [
      {
        messageId: `message-${count}`,
        receiptHandle: `receipt-${count}`,
        body: JSON.stringify({
          id: `event-${count}`,
          type: 'job.parked',
          installation_id: TENANT,
          data: { job_id: 20_000 + count, reason: 'tenant-limit' },
        }),
        attributes: { ApproximateReceiveCount: '1', MessageGroupId: String(TENANT) },
      },
    ],
  }),
  beside: startEndpoint,
};

/** A tenant's server with TLS; the container finds it at a public address. */
async function startEndpoint({ root, events }: MemoryBench): Promise<Beside> {
  const fixture = (name: string): string =>
    readFileSync(join(root, 'lambdas/functions/callbacks/test', `receiver.${name}`), 'utf8');
  let signed = 0;
  const server = createServer({ key: fixture('key'), cert: fixture('crt') }, (asked, answer) => {
    if (asked.headers['webhook-signature'] !== undefined) signed += 1;
    void wait(LATENCIES.realistic.gitHub).then(() => answer.writeHead(204).end());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const folder = mkdtempSync(join(tmpdir(), 'bench-callbacks-'));
  const file = join(folder, 'receivers.json');
  writeFileSync(
    file,
    JSON.stringify({ names: { [NAME]: [ADDRESS] }, receivers: { [ADDRESS]: { port, ca: fixture('crt') } } }),
  );
  return {
    environment: {
      CALLBACKS_QUEUE_URL: 'https://sqs.us-east-1.amazonaws.com/123456789012/memory-callbacks',
      CALLBACK_TIMEOUT_SECONDS: '5',
      NODE_OPTIONS: `--require ${JSON.stringify(join(root, 'sandbox/aws/receivers.cjs'))}`,
      SANDBOX_RECEIVERS: file,
    },
    expectDone: async () => {
      if (signed !== events) throw new Error(`The endpoint got ${signed} of ${events} callbacks`);
    },
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      rmSync(folder, { recursive: true });
    },
  };
}
