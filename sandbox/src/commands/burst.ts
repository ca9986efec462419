import { readInputs } from './replan';
import type { Progress } from '../lib/progress';
import { findTerraform, prepareTerraform } from '../lib/provider-mirror';
import { runningSandbox, type SandboxPaths } from '../lib/state';
import { createTerraform } from '../lib/terraform';
import { runBurst } from '../scenarios/burst/index';

export interface RunBurstOptions {
  readonly paths: SandboxPaths;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/** `npm run sandbox -- burst`: how soon forty tenants get a machine at the same moment, on a sandbox that is up. */
export async function burst({ paths, progress, signal }: RunBurstOptions): Promise<number> {
  const { sandbox } = runningSandbox(paths);
  const inputs = readInputs(paths);
  const { env } = await prepareTerraform({ folder: paths.config });
  const applyWith = async (sharedCalls: boolean): Promise<void> => {
    progress.line(sharedCalls ? 'tenants share calls' : 'each tenant has calls of its own again');
    const program = findTerraform();
    const more = { shared_calls: String(sharedCalls) };
    await createTerraform({ program, paths, inputs: { ...inputs, more }, env, signal }).apply();
  };
  return (await runBurst({ sandbox, applyWith, signal, write: progress.line })) ? 0 : 1;
}
