import { join } from 'node:path';
import { createControlClient } from '../control/client';
import { applyModule } from '../lib/apply-module';
import { createApp } from '../lib/app';
import { startEmulator } from '../lib/emulator';
import { freePorts, isPortFree } from '../lib/ports';
import { startTime } from '../lib/processes';
import type { Progress } from '../lib/progress';
import { startPage } from '../lib/start-page';
import { startServices } from '../lib/start-services';
import {
  describePhase,
  phaseOf,
  prepareFolder,
  writePrivateJson,
  type RecordedProcess,
  type SandboxFile,
  type SandboxPaths,
  type SandboxRecord,
} from '../lib/state';
import { answers, waitFor } from '../lib/wait';
import { emulatedEndpoint, webhookEndpoint } from '../lib/webhook-address';
import { down } from './down';

const PREFIX = 'sandbox';

export interface UpOptions {
  readonly paths: SandboxPaths;
  readonly progress: Progress;
  readonly port?: number | undefined;
  readonly signal: AbortSignal;
  /** The sandbox ends with this process, even one that was killed. */
  readonly owner?: number | undefined;
}

/** Brings a sandbox up; when it returns, the webhook answers. A failure leaves no process behind. */
export async function up(options: UpOptions): Promise<SandboxFile> {
  const { paths, port } = options;
  refuseSecond(paths);
  if (port !== undefined && !(await isPortFree(port)))
    throw new Error(`Port ${port} is taken; give another with --port, or none to use a free one.`);
  prepareFolder(paths);
  try {
    return await bringUp(options);
  } catch (error) {
    await down(paths);
    throw error;
  }
}

async function bringUp({ paths, progress, port, signal, owner }: UpOptions): Promise<SandboxFile> {
  let record: SandboxRecord = {
    created_at: new Date().toISOString(),
    up: { pid: process.pid, started: startTime(process.pid) ?? '' },
    processes: [],
  };
  writePrivateJson(paths.recordFile, record);
  const update = (changes: Partial<SandboxRecord>): void => {
    record = { ...record, ...changes };
    writePrivateJson(paths.recordFile, record);
  };
  const keep = (one: RecordedProcess): void => update({ processes: [...record.processes, one] });
  const keepTerraform = (pid: number): void =>
    update({
      terraform: { name: 'Terraform', pid, started: startTime(pid) ?? '', log: join(paths.logs, 'terraform.log') },
    });
  const [emulatorPort = 0, githubPort = 0, freePort = 0] = await freePorts(3);

  const emulator = await progress.step('AWS emulator', async () =>
    startEmulator({ paths, port: emulatorPort, record: keep, signal, owner }),
  );
  update({ launcher: emulator.launcher });
  const app = await createApp(paths);
  const webhookPort = port ?? freePort;
  const shared = { paths, prefix: PREFIX, app, signal };
  const github = await progress.step('GitHub and runner machines', async () =>
    startServices({ ...shared, emulator, githubPort, webhookPort, record: keep, owner }),
  );
  const outputs = await progress.step('Terraform', async (detail) =>
    applyModule({ ...shared, aws: emulator.aws, apiUrl: github.api_url, record: keepTerraform, detail }),
  );
  const sandbox: SandboxFile = {
    page_url: '',
    webhook_url: `http://127.0.0.1:${webhookPort}/webhook`,
    webhook_secret: app.webhookSecret,
    prefix: PREFIX,
    aws: emulator.aws,
    github,
    outputs: {
      tenant_table: outputs.tenant_table,
      webhook: outputs.webhook,
      runner_tiers: outputs.runner_tiers,
      queues: outputs.queues,
      api: outputs.api,
    },
  };
  await progress.step('Webhook', async () => connect(sandbox, signal));
  const page_url = await progress.step('Page', async () => startPage(sandbox, { paths, record: keep, signal, owner }));
  const whole = { ...sandbox, page_url };
  writePrivateJson(paths.sandboxFile, whole);
  return whole;
}

function refuseSecond(paths: SandboxPaths): void {
  const phase = phaseOf(paths);
  if (phase === 'coming up' || phase === 'half up') throw new Error(describePhase(paths, phase));
  if (phase === 'up')
    throw new Error(
      `A sandbox is up in ${paths.folder} already; end it with "npm run sandbox -- down", or set ` +
        'SANDBOX_DIR to have another beside it.',
    );
}

/** Points the webhook proxy at the deployed webhook, then waits until a delivery reaches it. */
async function connect(sandbox: SandboxFile, signal: AbortSignal): Promise<void> {
  const url = webhookEndpoint(sandbox.outputs.webhook);
  const { operator } = createControlClient(sandbox.github.control_url, signal);
  await operator.setWebhookTarget(emulatedEndpoint(url, sandbox.aws.endpoint_url));
  // The function itself rejects an unsigned delivery, which proves the whole path to it.
  const unsigned = {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-github-event': 'ping' },
    body: '{}',
  };
  await waitFor(() => answers(sandbox.webhook_url, unsigned, (status) => status === 401), {
    what: 'The webhook',
    seconds: 300,
    every: 200,
    signal,
  });
}
