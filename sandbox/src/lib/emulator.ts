import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { venvProgram } from '../../setup/python.mjs';
import { runtimePrograms } from '../../setup/runtimes.mjs';
import { isAlive, logTail, startDetached } from './processes';
import { receiversEnvironment } from './receivers';
import { writePrivateJson, type RecordedProcess, type SandboxFile, type SandboxPaths } from './state';
import { answers, waitFor } from './wait';

// The example account id of AWS's documentation.
const ACCOUNT_ID = '123456789012';
const REGION = 'us-east-1';

export interface Emulator {
  readonly process: RecordedProcess;
  readonly aws: SandboxFile['aws'];
  readonly launcher: { readonly url: string; readonly token: string };
}

/** Starts the AWS emulator; it answers when this returns. */
export async function startEmulator(options: {
  paths: SandboxPaths;
  port: number;
  record: (one: RecordedProcess) => void;
  signal?: AbortSignal;
  owner?: number | undefined;
  /** A PostgreSQL that stands for every cluster: its host, and the folder of its programs. */
  database?: { readonly folder: string; readonly bin: string } | undefined;
}): Promise<Emulator> {
  const { paths, port, database } = options;
  const url = `http://127.0.0.1:${port}`;
  const token = randomBytes(24).toString('hex');
  const keys = {
    access_key_id: `SANDBOX${randomBytes(7).toString('hex').toUpperCase()}`,
    secret_access_key: randomBytes(20).toString('hex'),
  };
  const configFile = join(paths.config, 'launcher.json');
  writePrivateJson(configFile, {
    port,
    region: REGION,
    account_id: ACCOUNT_ID,
    ...keys,
    token,
    state_dir: paths.emulator,
    runtimes: runtimePrograms(paths.root),
    owner: options.owner,
    database: database?.folder,
  });
  const process = await startDetached({
    name: 'AWS emulator',
    command: venvProgram(paths.root, 'python'),
    args: ['-m', 'launcher', '--config', configFile],
    cwd: join(paths.root, 'sandbox', 'aws'),
    env: emulatorEnvironment(paths, database?.bin),
    log: join(paths.logs, 'emulator.log'),
  });
  options.record(process);
  await waitFor(
    () => answers(`${url}/_sandbox/health`, { headers: { 'x-sandbox-token': token } }, (status) => status === 200),
    {
      what: 'The AWS emulator',
      seconds: 300,
      signal: options.signal,
      alive: () =>
        isAlive(process) ? undefined : `The AWS emulator ended at once; ${process.log} says:\n${logTail(process)}`,
    },
  );
  return { process, aws: { endpoint_url: url, region: REGION, ...keys }, launcher: { url, token } };
}

/** Lambdas inherit the emulator's environment, so none of the caller's settings may get into it. */
function emulatorEnvironment(paths: SandboxPaths, bin: string | undefined): NodeJS.ProcessEnv {
  const { PATH, HOME, LANG } = process.env;
  return {
    PATH: bin === undefined ? PATH : `${PATH}:${bin}`,
    HOME,
    LANG,
    TMPDIR: paths.emulator,
    PYTHONUNBUFFERED: '1',
    PYTHONDONTWRITEBYTECODE: '1',
    ...receiversEnvironment(paths),
  };
}
