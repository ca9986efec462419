import { chaosTable, runChaosCommand } from '../scenarios/chaos/index';
import { inspectChains } from '../scenarios/chaos/chains';
import { inspectSecrets } from '../scenarios/chaos/secrets/inspect';
import { hostileMachine } from '../scenarios/chaos/hostile-machine';
import { sharedCalls } from '../scenarios/chaos/shared-calls';
import { inspectUsage } from '../scenarios/chaos/usage/inspect';
import { prepareReapply } from './reapply';
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

/** `npm run sandbox -- chaos`: injects faults into a running sandbox. Exit code 0 only if every expectation held. */
export async function runChaos({ paths, progress, signal, json, flood, print }: RunChaosOptions): Promise<number> {
  const { sandbox, launcher: access } = runningSandbox(paths);
  const reapply = await prepareReapply({ paths, signal });
  const applyWith = (shared: boolean): Promise<void> => reapply({ shared_calls: String(shared) });
  const report = await runChaosCommand({
    sandbox,
    signal,
    write: progress.line,
    experiments: [
      (context) => hostileMachine(context, createLauncher(access)),
      (context) => sharedCalls(context, sandbox.prefix, applyWith),
    ],
    inspections: [
      (context) => inspectChains(context, createLauncher(access)),
      (context) => inspectSecrets(context, sandbox, paths, createLauncher(access)),
      (context) => inspectUsage(context, sandbox, paths),
    ],
    ...(flood !== undefined && { flood }),
  });
  progress.line(`\n${chaosTable(report)}\n`);
  if (json) print(JSON.stringify(report));
  return report.ok ? 0 : 1;
}
