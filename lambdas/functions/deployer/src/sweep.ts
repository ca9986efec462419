import { sideBySide, timeLeft, type LambdaContext } from '@multi-tenant-runner/runtime';
import type { DeployerDeps } from './deps';
import { reconcile } from './reconcile';

const PAGE = 100;
const AT_ONCE = 8;

/** Looks at every app that is due: what a crash, a lost event or a hand left. One app's failure is its own. */
export async function sweep(
  context: Pick<LambdaContext, 'getRemainingTimeInMillis'>,
  deps: DeployerDeps,
): Promise<void> {
  const names = await deps.apps.due(deps.clock.now(), PAGE);
  let failed = 0;
  const look = async (name: string): Promise<void> => {
    try {
      await reconcile(name, deps);
    } catch (cause) {
      failed += 1;
      deps.log.error('An app could not be looked at; the next sweep tries again', { app: name, cause });
    }
  };
  await sideBySide([...names], { atOnce: AT_ONCE, isOver: () => timeLeft(context) <= 0 }, look);
  if (failed > 0) deps.metrics.count('AppSweepFailed', { value: failed });
  deps.metrics.count('AppSweepCompleted');
}
