import { decideRemovalStep, moveDeployment, type App, type Removed, type RemovalStep } from '@multi-tenant-runner/core';
import type { DeployerDeps } from './deps';
import { readUnfinished } from './read-unfinished';

const STEPS = 40;

/** Removes everything of an app, looks for everything once more, and records that nothing was found. */
export async function removeApp(app: App, deps: DeployerDeps): Promise<Date | undefined> {
  for (const deployment of await readUnfinished(app, deps))
    await moveDeployment('supersede', deployment, { reason: 'The app was deleted.' }, deps);
  const refused = new Set<RemovalStep['do']>();
  for (let steps = 0; steps < STEPS; steps += 1) {
    const seen = await deps.platform.look(app);
    const left = await deps.platform.leftovers(app, seen);
    const now = deps.clock.now();
    const step = decideRemovalStep(seen, left, { refused, now });
    if (step.do === 'rest') return step.due;
    if (step.do === 'finish') {
      // The look before this one found nothing either, so this is what it found.
      const outcome = await deps.apps.finishDeletion(app, { lookedAt: now.toISOString(), left }, now);
      deps.log.info('An app is gone, and nothing of it was found', { app: app.app, left });
      return outcome.ok || outcome.row?.state === 'deleted' ? undefined : now;
    }
    if ((await remove(step, app, deps)) === 'busy') refused.add(step.do);
  }
  throw new Error(`The removal of ${app.app} does not end`);
}

function remove(
  step: Exclude<RemovalStep, { readonly do: 'rest' | 'finish' }>,
  app: App,
  { platform }: DeployerDeps,
): Promise<Removed> {
  switch (step.do) {
    case 'delete-rule':
      return platform.deleteRule(step.arn);
    case 'delete-service':
      return platform.deleteService(app);
    case 'delete-target-group':
      return platform.deleteTargetGroup(step.arn);
    case 'delete-group':
      return platform.deleteGroup(step.id);
    case 'delete-task-definitions':
      return platform.deleteTaskDefinitions(app);
    case 'delete-repository':
      return platform.deleteRepository(app);
    case 'delete-sources':
      return platform.deleteSources(app);
    case 'delete-secrets':
      return platform.deleteSecrets(app);
    case 'delete-role':
      return platform.deleteRole(app);
    case 'delete-log-group':
      return platform.deleteLogGroup(app);
  }
}
