import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { awsCliFolder, venvProgram } from '../../setup/python.mjs';
import type { App } from './app';
import type { Emulator } from './emulator';
import { isAlive, logTail, startDetached } from './processes';
import { writePrivateJson, type RecordedProcess, type SandboxFile, type SandboxPaths } from './state';
import { answers, waitFor } from './wait';

export interface StartServicesOptions {
  readonly paths: SandboxPaths;
  readonly prefix: string;
  readonly emulator: Emulator;
  readonly app: App;
  readonly githubPort: number;
  readonly webhookPort: number;
  /** Where apps answer, for a sandbox that has some. */
  readonly front?: { readonly port: number; readonly balancer: string; readonly domain: string };
  readonly record: (process: RecordedProcess) => void;
  readonly signal: AbortSignal;
  readonly owner?: number | undefined;
}

/** Starts the fake GitHub, the runner machines and the webhook proxy in one process. */
export async function startServices(options: StartServicesOptions): Promise<SandboxFile['github']> {
  const { paths, emulator, app, githubPort, owner } = options;
  const configFile = join(paths.config, 'services.json');
  writePrivateJson(configFile, {
    state_dir: paths.folder,
    aws: emulator.aws,
    launcher: emulator.launcher,
    prefix: options.prefix,
    github: { port: githubPort, app_id: app.id, private_key_pem_path: app.keyFile, webhook_secret: app.webhookSecret },
    webhook_proxy: { port: options.webhookPort },
    aws_cli_folder: awsCliFolder(paths.root),
    build_tools: prepareBuildTools(paths),
    ...(options.front && { front: options.front }),
  });
  const process = await startDetached({
    name: 'GitHub and runner machines',
    command: globalThis.process.execPath,
    args: [
      '--import',
      'tsx',
      '--import',
      pathToFileURL(join(paths.root, 'sandbox', 'setup', 'end-with-owner.mjs')).href,
      join(paths.root, 'sandbox', 'src', 'lib', 'services.ts'),
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

/** The docker that is no docker: images are folders here, and none of this machine's are touched. */
function prepareBuildTools({ root, config }: SandboxPaths): string {
  const folder = join(config, 'build-tools');
  mkdirSync(folder, { recursive: true });
  const program = join(root, 'sandbox', 'aws', 'build', 'docker.py');
  const script = `#!/bin/sh\nexec '${venvProgram(root, 'python')}' '${program}' "$@"\n`;
  writeFileSync(join(folder, 'docker'), script, { mode: 0o755 });
  return folder;
}
