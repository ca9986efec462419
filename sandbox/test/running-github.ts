import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { createControl } from '../src/control/control';
import { createApi } from '../src/github/rest/api';
import { createCallCounts, type CallCounts } from '../src/github/rest/calls';
import type { Transport } from '../src/github/webhooks/deliveries';
import { createGitHub, type GitHub } from '../src/github/github';
import { listen } from '../src/lib/http';

export interface SentWebhook {
  readonly event: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly payload: Readonly<Record<string, unknown>>;
}

export interface RunningGitHub {
  readonly github: GitHub;
  readonly calls: CallCounts;
  readonly url: string;
  readonly appId: number;
  readonly privateKey: string;
  readonly sent: readonly SentWebhook[];
  /** Moves the fake's clock; timers stay real. */
  readonly pass: (ms: number) => void;
  readonly close: () => Promise<void>;
}

export const WEBHOOK_SECRET = 'the webhook secret';
const APP_ID = 424242;
const keys = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
});

/** For tests: the fake GitHub over HTTP, with its webhooks kept instead of sent. */
export async function runGitHub(
  answer: () => { status: number; body: string } = () => ({ status: 202, body: '' }),
): Promise<RunningGitHub> {
  const sent: SentWebhook[] = [];
  let ahead = 0;
  const transport: Transport = async ({ headers, body }) => {
    sent.push({ event: headers['X-GitHub-Event'] ?? '', headers, body, payload: JSON.parse(body) });
    return answer();
  };
  const github = createGitHub({
    appId: APP_ID,
    webhookSecret: WEBHOOK_SECRET,
    webhookUrl: () => 'http://127.0.0.1:1/webhook',
    transport,
    clock: () => Date.now() + ahead,
  });
  const calls = createCallCounts();
  let url = '';
  const api = createApi({ github, publicKey: createPublicKey(keys.publicKey), calls, url: () => url });
  const control = createControl({ github, calls, machines: () => [], setWebhookTarget: () => undefined });
  const server = await listen(0, (call) => (call.path.startsWith('/_control') ? control(call) : api(call)));
  url = `http://127.0.0.1:${server.port}`;
  return {
    github,
    calls,
    url,
    sent,
    appId: APP_ID,
    privateKey: keys.privateKey,
    pass: (ms) => (ahead += ms),
    close: async () => {
      github.work.stop();
      await server.close();
      await github.git.remove();
    },
  };
}
