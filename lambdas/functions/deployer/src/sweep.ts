import { sideBySide, timeLeft, type LambdaContext } from '@multi-tenant-runner/runtime';
import type { DeployerDeps } from './deps';
import { reconcile } from './reconcile';

const PAGE = 100;
const AT_ONCE = 25;

/** Looks at every app that is due: what a crash, a lost event or a hand left. One app's failure is its own. */
export async function sweep(
  context: Pick<LambdaContext, 'getRemainingTimeInMillis'>,
  deps: DeployerDeps,
): Promise<void> {
  const looked = new Set<string>();
  let failed = 0;
  const look = async (name: string): Promise<void> => {
    try {
      await reconcile(name, deps);
    } catch (cause) {
      failed += 1;
      deps.log.error('An app could not be looked at; the next sweep tries again', { app: name, cause });
    }
  };
  const isOver = (): boolean => timeLeft(context) <= 0;
  // The longest due first, and so all by turns; an app that somebody else holds stays due, and is not looked at again.
  for (let page = await next(looked, deps); page.length > 0 && !isOver(); page = await next(looked, deps)) {
    for (const name of page) looked.add(name);
    await sideBySide(page, { atOnce: AT_ONCE, isOver }, look);
  }
  if (failed > 0) deps.metrics.count('AppSweepFailed', { value: failed });
  deps.metrics.count('AppSweepCompleted');
}

async function next(looked: ReadonlySet<string>, { apps, clock }: DeployerDeps): Promise<string[]> {
  const names = await apps.due(clock.now(), PAGE + looked.size);
  return names.filter((name) => !looked.has(name)).slice(0, PAGE);
}
