import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { RUNBOOK, drainCommands } from '../lib/drain-commands';
import { awsVariables } from '../lib/environment';
import { leftOf } from '../lib/leftovers';
import { findTerraform, prepareTerraform } from '../lib/provider-mirror';
import { readInputs } from './replan';
import { runningSandbox, type SandboxFile, type SandboxPaths } from '../lib/state';
import { createTerraform } from '../lib/terraform';
import { waitFor } from '../lib/wait';

/** Its tenants' last machines must go, and a security group can only be deleted after them. */
const DRAIN_SECONDS = 1200;

const run = promisify(execFile);

/**
 * `npm run sandbox -- destroy`: drains as the runbook says, destroys, and looks for what is left. Exit code 0 when
 * nothing is.
 */
export async function destroy({
  paths,
  print,
  signal,
}: {
  readonly paths: SandboxPaths;
  readonly print: (text: string) => void;
  readonly signal: AbortSignal;
}): Promise<number> {
  const { sandbox } = runningSandbox(paths);
  const { offboard, look } = drainCommands(readFileSync(join(paths.root, RUNBOOK), 'utf8'), sandbox.prefix);
  await asOperator(offboard, sandbox, signal);
  await waitFor(async () => (await asOperator(look, sandbox, signal)).trim() === '', {
    what: 'The drain',
    seconds: DRAIN_SECONDS,
    every: 1000,
    signal,
  });
  print('Drained: no machine and no security group of a tenant is left.');
  const inputs = readInputs(paths);
  const { env } = await prepareTerraform({ folder: paths.config });
  await createTerraform({ program: findTerraform(), paths, inputs, env, signal }).destroy();
  const left = await leftOf(sandbox.prefix, sandbox.aws);
  print(left.length === 0 ? 'Destroyed: nothing is left.' : `After the destroy there is still: ${left.join(', ')}.`);
  return left.length === 0 ? 0 : 1;
}

async function asOperator(command: string, { aws }: SandboxFile, signal: AbortSignal): Promise<string> {
  const { stdout } = await run('bash', ['-euc', command], {
    signal,
    env: {
      PATH: process.env['PATH'] ?? '',
      HOME: '/nonexistent',
      LANG: 'C.UTF-8',
      ...awsVariables(aws),
    },
  });
  return stdout;
}
