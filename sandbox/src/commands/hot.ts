import { readInputs } from './replan';
import type { Progress } from '../lib/progress';
import { findTerraform, prepareTerraform } from '../lib/provider-mirror';
import { runningSandbox, type SandboxPaths } from '../lib/state';
import { createTerraform } from '../lib/terraform';
import { runHot } from '../scenarios/hot/index';

export interface RunHotOptions {
  readonly paths: SandboxPaths;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/** `npm run sandbox -- hot`: how soon a job runs whose machine is already there, on a sandbox that is up. */
export async function hot({ paths, progress, signal }: RunHotOptions): Promise<number> {
  const { sandbox } = runningSandbox(paths);
  const inputs = readInputs(paths);
  const { env } = await prepareTerraform({ folder: paths.config });
  const applyWith = async (poolSize: number): Promise<void> => {
    progress.line(poolSize === 0 ? 'the pool goes' : `a pool of ${poolSize}`);
    const program = findTerraform();
    const more = { pool_size: String(poolSize) };
    await createTerraform({ program, paths, inputs: { ...inputs, more }, env, signal }).apply();
  };
  return (await runHot({ sandbox, applyWith, signal, write: progress.line })) ? 0 : 1;
}
