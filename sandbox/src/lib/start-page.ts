import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { apisOf } from './api-addresses';
import { awsVariables } from './environment';
import { isAlive, logTail, startDetached } from './processes';
import type { InstallationFile, RecordedProcess, SandboxFile, SandboxPaths } from './state';
import { waitFor } from './wait';

export interface StartPageOptions {
  readonly paths: SandboxPaths;
  readonly record: (process: RecordedProcess) => void;
  readonly signal: AbortSignal;
  readonly owner?: number | undefined;
}

/** Starts `mtr open`, as an operator would; answers the address that it printed, good for as long as it runs. */
export async function startPage(sandbox: SandboxFile, options: StartPageOptions): Promise<string> {
  const { paths, signal, owner } = options;
  execFileSync(process.execPath, [join(paths.root, 'cli', 'build.mjs')], { stdio: ['ignore', 'ignore', 'inherit'] });
  const started = await startDetached({
    name: 'mtr open',
    command: process.execPath,
    args: [
      '--import',
      pathToFileURL(join(paths.root, 'sandbox', 'setup', 'end-with-owner.mjs')).href,
      join(paths.root, 'cli', 'dist', 'mtr.mjs'),
      'open',
    ],
    cwd: paths.root,
    env: {
      PATH: process.env['PATH'],
      ...mtrVariables(sandbox),
      ...(owner !== undefined && { SANDBOX_OWNER_PID: String(owner) }),
    },
    log: join(paths.logs, 'page.log'),
  });
  options.record(started);
  const printed = (): string | undefined => /^http\S+#link=\S+$/m.exec(readFileSync(started.log, 'utf8'))?.[0];
  await waitFor(async () => printed() !== undefined, {
    what: 'The page',
    seconds: 60,
    signal,
    alive: () => (isAlive(started) ? undefined : `mtr open ended at once; ${started.log} says:\n${logTail(started)}`),
  });
  return printed() ?? '';
}

/** What mtr needs to operate the sandbox. */
export function mtrVariables(sandbox: InstallationFile): Readonly<Record<string, string>> {
  const { aws, prefix } = sandbox;
  return { ...awsVariables(aws), AWS_REGION: aws.region, MTR_PREFIX: prefix, MTR_API: apisOf(sandbox).operators };
}
