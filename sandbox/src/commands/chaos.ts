import { chaosTable, runChaosCommand } from '../scenarios/chaos/index';
import { inspectChains } from '../scenarios/chaos/chains';
import { inspectSecrets } from '../scenarios/chaos/secrets/inspect';
import { crossTenantAccess } from '../scenarios/chaos/cross-tenant-access';
import { inspectUsage } from '../scenarios/chaos/usage/inspect';
import { createLauncher } from '../machines/launcher';
import type { Progress } from '../lib/progress';
import { runningSandbox, type SandboxPaths } from '../lib/state';

export interface RunChaosOptions {
  readonly paths: SandboxPaths;
  readonly progress: Progress;
  readonly signal: AbortSignal;
  readonly json: boolean;
  readonly flood?: number;
  readonly print: (text: string) => void;
}

/** `npm run sandbox -- chaos`: attacks a sandbox that is up. Exit code 0 only when every expectation held. */
export async function runChaos({ paths, progress, signal, json, flood, print }: RunChaosOptions): Promise<number> {
  const { sandbox, launcher: access } = runningSandbox(paths);
  const report = await runChaosCommand({
    sandbox,
    signal,
    write: progress.line,
    scenes: [(stage) => crossTenantAccess(stage, sandbox, createLauncher(access))],
    inspections: [
      (stage) => inspectChains(stage, createLauncher(access)),
      (stage) => inspectSecrets(stage, sandbox, paths),
      (stage) => inspectUsage(stage, sandbox, paths),
    ],
    ...(flood !== undefined && { flood }),
  });
  progress.line(`\n${chaosTable(report)}\n`);
  if (json) print(JSON.stringify(report));
  return report.ok ? 0 : 1;
}
