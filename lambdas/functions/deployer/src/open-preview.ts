import {
  buildPreview,
  decidePreview,
  describeOver,
  previewNameOf,
  quotaOf,
  type App,
  type PullEvent,
} from '@multi-tenant-runner/core';
import type { DeployerDeps } from './deps';
import { placeOf } from './place';
import { sayWhyNot } from './say-why-not';

/**
 * Makes the row of a pull request's preview if there is to be one. What its row says from then on, also that it ends,
 * is for who looks at the preview as at every app.
 *
 * @returns the name of the app to look at; undefined: there is none
 * @throws while GitHub does not answer, to be tried again
 */
export async function openPreview(
  parent: App,
  { number }: Pick<PullEvent, 'number'>,
  deps: DeployerDeps,
): Promise<string | undefined> {
  const name = previewNameOf(parent.app, number);
  const row = await deps.apps.get(name);
  const standing = row?.installationId === parent.installationId ? row : undefined;
  if (standing !== undefined && standing.state !== 'deleted') return name;
  const [lookup, settings] = await Promise.all([deps.tenants.get(parent.installationId), deps.apps.settings()]);
  const isOpen = parent.preview && parent.state === 'active' && settings !== undefined;
  if (!isOpen || lookup.kind !== 'tenant' || lookup.tenant.status !== 'active') return undefined;
  const answer = await deps.github.pull(placeOf(parent), number);
  if (answer.kind === 'refused') {
    deps.log.warn('The App may not read pull requests, so there are no previews', { app: parent.app, answer });
    return undefined;
  }
  if (answer.kind !== 'found') throw new Error(`GitHub does not say what pull request ${number} of ${parent.app} is`);
  const { previewLifetime: lifetime, clock } = deps;
  const wish = decidePreview({ parent, pull: answer.pull, standing, lifetime, now: clock.now() });
  if (wish.kind === 'unwanted') {
    deps.log.info('A pull request has no preview', { app: parent.app, pull_request: number, why: wish.why });
    return undefined;
  }
  const quota = quotaOf(settings, lookup.tenant.tier);
  const made = await deps.apps.create(buildPreview(parent, number, wish, clock.now()), quota);
  deps.metrics.count('AppPreviewOpened', { properties: { app: parent.app, outcome: made.kind } });
  if (made.kind === 'created' || made.kind === 'exists') return name;
  const reason = made.kind === 'over' ? describeOver(made.what, quota) : `The name ${name} is not free.`;
  deps.log.info('A preview is refused', { app: parent.app, pull_request: number, reason });
  const deployment = { commit: wish.commit, environment: name, isTransient: true };
  await sayWhyNot(placeOf(parent), deployment, [reason], deps);
  return undefined;
}
