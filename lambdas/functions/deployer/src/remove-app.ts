import {
  MINUTE,
  appKeyOf,
  decideRemovalStep,
  moveDeployment,
  plus,
  type App,
  type Removed,
  type RemovalStep,
} from '@multi-tenant-runner/core';
import { askPreviews } from './ask-previews';
import type { DeployerDeps } from './deps';
import { parentOf, wishOf } from './keep-preview';
import { readUnfinished } from './read-unfinished';
import { tellGitHub } from './tell-github';

const STEPS = 40;

/** Removes everything of an app, looks for everything once more, and records that nothing was found. */
export async function removeApp(app: App, deps: DeployerDeps): Promise<Date | undefined> {
  for (const deployment of await readUnfinished(app, deps))
    await moveDeployment('supersede', deployment, { reason: 'The app was deleted.' }, deps);
  await sayGone(app, deps);
  if (app.previewOf === undefined) await askPreviews(app, deps);
  const refused = new Set<RemovalStep['do']>();
  for (let steps = 0; steps < STEPS; steps += 1) {
    const seen = await deps.platform.look(app, { part: 'all' });
    const left = await deps.platform.leftovers(app, seen);
    const now = deps.clock.now();
    const step = decideRemovalStep(seen, left, { refused, now });
    if (step.do === 'rest') return step.due;
    if (step.do === 'finish') {
      const wanted = await bringBack(app, deps);
      if (wanted !== undefined) return wanted;
      // The look before this one found nothing either, so this is what it found.
      const outcome = await deps.apps.finishDeletion(app, { lookedAt: now.toISOString(), left }, now);
      deps.log.info('An app is gone, and nothing of it was found', { app: app.app, left });
      return outcome.ok || outcome.row?.state === 'deleted' ? undefined : now;
    }
    if ((await remove(step, app, deps)) === 'busy') refused.add(step.do);
  }
  throw new Error(`The removal of ${app.app} does not end`);
}

/**
 * GitHub no longer shows an address that answers nothing, nor a build that goes on. That it can't be told holds nothing
 * up.
 */
async function sayGone(app: App, deps: DeployerDeps): Promise<void> {
  const deploymentId = app.live?.deploymentId;
  const live = deploymentId && (await deps.deployments.get({ appKey: appKeyOf(app), deploymentId }));
  if (live && live.state === 'live') await moveDeployment('retire', live, { reason: 'The app was deleted.' }, deps);
  await tellGitHub(app, '', deps);
}

/**
 * A preview whose pull request is open again, although it was closed when the removal began: nothing of it is left, so
 * it begins anew. Undefined: it is to be gone.
 */
async function bringBack(app: App, deps: DeployerDeps): Promise<Date | undefined> {
  const { previewOf } = app;
  if (previewOf?.ended !== 'closed') return undefined;
  const wish = await wishOf(app, previewOf, { parent: await parentOf(app, previewOf, deps), isHeld: false, deps });
  if (wish === undefined) return plus(deps.clock.now(), MINUTE);
  if (wish.kind === 'unwanted') return undefined;
  const { app: parent, pullRequest } = previewOf;
  const again = { app: parent, pullRequest, expiresAt: wish.expiresAt };
  // Its secrets are gone with their role, so no task may name them.
  const anew = { live: null, wantedId: null, secrets: null, previewOf: again };
  await deps.apps.change(app, { state: 'active', ...anew }, deps.clock.now());
  return deps.clock.now();
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
    case 'delete-alarms':
      return platform.deleteAlarms(step.names);
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
