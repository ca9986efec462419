import { generateKeyPair, randomBytes, randomInt } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { awsCliFolder } from '../../setup/python.mjs';
import { down } from './down';
import { type Emulator, startEmulator } from '../lib/emulator';
import { freePorts, isPortFree } from '../lib/ports';
import { isAlive, logTail, startDetached, startTime } from '../lib/processes';
import type { Progress } from '../lib/progress';
import { findTerraform, prepareTerraform } from '../lib/provider-mirror';
import {
  type RecordedProcess,
  type SandboxFile,
  type SandboxPaths,
  type SandboxRecord,
  describeStage,
  prepareFolder,
  stageOf,
  writePrivateJson,
} from '../lib/state';
import { createTerraform } from '../lib/terraform';
import { answers, waitFor } from '../lib/wait';
import { emulatedEndpoint, webhookEndpoint } from '../lib/webhook-address';

const PREFIX = 'sandbox';
const COUNTED = /^\S+: (Creation complete|Creating\.\.\.)/;

export type UpOptions = {
  paths: SandboxPaths;
  progress: Progress;
  port?: number | undefined;
  signal: AbortSignal;
  /** The process without which the sandbox must not go on, even when that one can't clean up any more. */
  owner?: number | undefined;
};
type App = { id: string; keyFile: string; keyBase64: string; webhookSecret: string };

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
  const record: SandboxRecord = {
    created_at: new Date().toISOString(),
    up: { pid: process.pid, started: startTime(process.pid) ?? '' },
    processes: [],
  };
  writePrivateJson(paths.recordFile, record);
  const keep = (one: RecordedProcess): void => {
    record.processes.push(one);
    writePrivateJson(paths.recordFile, record);
  };
  const keepTerraform = (pid: number): void => {
    record.terraform = {
      name: 'Terraform',
      pid,
      started: startTime(pid) ?? '',
      log: join(paths.logs, 'terraform.log'),
    };
    writePrivateJson(paths.recordFile, record);
  };
  const [emulatorPort = 0, githubPort = 0, freePort = 0] = await freePorts(3);

  const emulator = await progress.step('AWS emulator', async () =>
    startEmulator({ paths, port: emulatorPort, record: keep, signal, owner }),
  );
  record.launcher = emulator.launcher;
  writePrivateJson(paths.recordFile, record);
  const app = await createApp(paths);
  const services = { paths, emulator, app, githubPort, frontPort: port ?? freePort, record: keep, signal, owner };
  const github = await progress.step('GitHub and runner machines', async () => startServices(services));
  const outputs = await progress.step('Terraform', async (detail) =>
    applyModule({ paths, emulator, app, apiUrl: github.api_url, record: keepTerraform, detail, signal }),
  );
  const sandbox: SandboxFile = {
    webhook_url: `http://127.0.0.1:${port ?? freePort}/webhook`,
    webhook_secret: app.webhookSecret,
    prefix: PREFIX,
    aws: emulator.aws,
    github,
    outputs: {
      tenant_table: outputs.tenant_table,
      webhook: outputs.webhook,
      runner_tiers: outputs.runner_tiers,
      queues: outputs.queues,
    },
  };
  await progress.step('Webhook', async () => connect(sandbox, signal));
  writePrivateJson(paths.sandboxFile, sandbox);
  return sandbox;
}

function refuseSecond(paths: SandboxPaths): void {
  const stage = stageOf(paths);
  if (stage === 'coming up' || stage === 'half up') throw new Error(describeStage(paths, stage));
  if (stage === 'up')
    throw new Error(
      `A sandbox is up in ${paths.folder} already; end it with "npm run sandbox -- down", or set ` +
        'SANDBOX_DIR to have another beside it.',
    );
}

async function createApp(paths: SandboxPaths): Promise<App> {
  const { privateKey } = await promisify(generateKeyPair)('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
  });
  const keyFile = join(paths.config, 'app-key.pem');
  writeFileSync(keyFile, privateKey, { mode: 0o600 });
  return {
    id: String(randomInt(100_000, 999_999)),
    keyFile,
    keyBase64: Buffer.from(privateKey).toString('base64'),
    webhookSecret: randomBytes(24).toString('hex'),
  };
}

/** The fake GitHub, the runner machines and the webhook's front, in one process. */
async function startServices(options: {
  paths: SandboxPaths;
  emulator: Emulator;
  app: App;
  githubPort: number;
  frontPort: number;
  record: (one: RecordedProcess) => void;
  signal: AbortSignal;
  owner?: number | undefined;
}): Promise<SandboxFile['github']> {
  const { paths, emulator, app, githubPort, owner } = options;
  const configFile = join(paths.config, 'services.json');
  writePrivateJson(configFile, {
    state_dir: paths.folder,
    aws: emulator.aws,
    launcher: emulator.launcher,
    prefix: PREFIX,
    github: { port: githubPort, app_id: app.id, private_key_pem_path: app.keyFile, webhook_secret: app.webhookSecret },
    front: { port: options.frontPort },
    aws_cli_folder: awsCliFolder(paths.root),
  });
  const process = await startDetached({
    name: 'GitHub and runner machines',
    command: globalThis.process.execPath,
    args: [
      '--import',
      'tsx',
      '--import',
      pathToFileURL(join(paths.root, 'sandbox', 'setup', 'end-with-owner.mjs')).href,
      join(paths.root, 'sandbox', 'src', 'services.ts'),
      '--config',
      configFile,
    ],
    cwd: paths.root,
    env: { ...globalThis.process.env, ...(owner !== undefined && { SANDBOX_OWNER_PID: String(owner) }) },
    log: join(paths.logs, 'services.log'),
  });
  options.record(process);
  const api_url = `http://127.0.0.1:${githubPort}`;
  const control_url = `${api_url}/_control`;
  await waitFor(() => answers(`${control_url}/health`, {}, (status) => status === 200), {
    what: 'The fake GitHub',
    seconds: 300,
    signal: options.signal,
    alive: () =>
      isAlive(process) ? undefined : `The fake GitHub ended at once; ${process.log} says:\n${logTail(process)}`,
  });
  return { app_id: app.id, api_url, control_url };
}

async function applyModule(options: {
  paths: SandboxPaths;
  emulator: Emulator;
  app: App;
  apiUrl: string;
  record: (pid: number) => void;
  detail: (text: string) => void;
  signal: AbortSignal;
}): Promise<Record<string, unknown>> {
  const { paths, emulator, app } = options;
  const { env } = await prepareTerraform({ folder: paths.config });
  let created = 0;
  const onLine = (line: string): void => {
    if (!COUNTED.test(line)) return;
    if (line.includes('Creation complete')) created += 1;
    options.detail(`${created} resources created`);
  };
  const inputs = {
    aws: emulator.aws,
    prefix: PREFIX,
    github: { app_id: app.id, key_base64: app.keyBase64, webhook_secret: app.webhookSecret, api_url: options.apiUrl },
  };
  const terraform = createTerraform({
    program: findTerraform(),
    paths,
    inputs,
    env,
    onLine,
    started: options.record,
    signal: options.signal,
  });
  // For the second plan, which must be asked with the same inputs.
  writePrivateJson(join(paths.config, 'terraform-inputs.json'), inputs);
  options.detail('init');
  await terraform.init();
  options.detail('planning');
  await terraform.apply();
  return terraform.outputs();
}

/** Tells the front where the deployed webhook is, then waits until a delivery gets through to it. */
async function connect(sandbox: SandboxFile, signal: AbortSignal): Promise<void> {
  const url = webhookEndpoint(sandbox.outputs.webhook);
  const told = await fetch(`${sandbox.github.control_url}/webhook-target`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ url: emulatedEndpoint(url, sandbox.aws.endpoint_url) }),
  });
  if (!told.ok) throw new Error(`The control API refused the webhook's address: ${told.status} ${await told.text()}`);
  // An unsigned delivery is refused by the function itself, which proves the whole way to it.
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
