import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { driftsOf, type Drift } from '../lib/known-drifts';
import { findTerraform, prepareTerraform } from '../lib/provider-mirror';
import { runningSandbox, type SandboxPaths } from '../lib/state';
import { createTerraform, type TerraformInputs } from '../lib/terraform';

/** What the module was applied with. Throws when nothing is. */
export function readInputs(paths: SandboxPaths): TerraformInputs {
  const file = join(paths.config, 'terraform-inputs.json');
  if (!existsSync(file)) throw new Error(`Nothing is applied in ${paths.folder}; run "npm run sandbox -- up" first.`);
  return JSON.parse(readFileSync(file, 'utf8'));
}

/** Plans the applied module again and answers every difference. */
export async function planAgain(paths: SandboxPaths, signal?: AbortSignal): Promise<Drift[]> {
  const inputs = readInputs(paths);
  const { env } = await prepareTerraform({ folder: paths.config });
  const plan = await createTerraform({
    program: findTerraform(),
    paths,
    inputs,
    env,
    ...(signal && { signal }),
  }).plan();
  return plan === undefined ? [] : driftsOf(plan);
}

/** The command: exit code 0 when the plan is empty but for the emulator's own drifts. */
export async function replan({
  paths,
  print,
  signal,
}: {
  paths: SandboxPaths;
  print: (text: string) => void;
  signal?: AbortSignal;
}): Promise<number> {
  runningSandbox(paths);
  const drifts = await planAgain(paths, signal);
  for (const drift of drifts)
    print(
      `${drift.reason ? 'known' : 'DRIFT'}  ${drift.address}  ` +
        `${drift.attribute}${drift.reason ? `: ${drift.reason}` : ''}`,
    );
  const unknown = drifts.filter((drift) => drift.reason === undefined);
  print(
    unknown.length === 0
      ? `A second plan changes nothing${drifts.length > 0 ? ' but what the emulator itself alters' : ''}.`
      : `A second plan would change ${unknown.length} attributes.`,
  );
  return unknown.length === 0 ? 0 : 1;
}
