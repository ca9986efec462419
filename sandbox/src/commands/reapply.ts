import { readInputs } from './replan';
import type { Progress } from '../lib/progress';
import { findTerraform, prepareTerraform } from '../lib/provider-mirror';
import type { SandboxPaths } from '../lib/state';
import { createTerraform } from '../lib/terraform';

/** What a command needs that changes a sandbox which is up. */
export interface Reapplying {
  readonly paths: SandboxPaths;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/** Applies the module of a sandbox that is up once more, with these variables besides its own. */
export type Reapply = (more: Readonly<Record<string, string>>) => Promise<void>;

export async function prepareReapply({ paths, signal }: Pick<Reapplying, 'paths' | 'signal'>): Promise<Reapply> {
  const inputs = readInputs(paths);
  const { env } = await prepareTerraform({ folder: paths.config });
  return async (more) => {
    const program = findTerraform();
    await createTerraform({ program, paths, inputs: { ...inputs, more }, env, signal }).apply();
  };
}
