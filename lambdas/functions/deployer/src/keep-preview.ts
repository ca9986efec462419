import {
  MINUTE,
  buildPreviewDeployment,
  decidePreview,
  endOf,
  hasPreviews,
  isOfCommit,
  type App,
  type PreviewOf,
  type PreviewWish,
} from '@multi-tenant-runner/core';
import type { DeployerDeps } from './deps';
import { placeOf } from './place';

/** `kept`: as the row now says, until `due`. `changed`: another wrote the row meanwhile. `ends`: it goes. */
export type KeptPreview =
  | { readonly kind: 'kept'; readonly app: App; readonly isOpen: boolean; readonly due: Date }
  | { readonly kind: 'changed' }
  | { readonly kind: 'ends'; readonly app: App };

/** How often a preview of a suspended app looks whether that is still so: nobody tells it. */
const AGAIN = 5 * MINUTE;

/** Looks at the pull request of a preview that stands, and has the preview follow it. */
export async function keepPreview(
  app: App,
  preview: PreviewOf,
  { isHeld, deps }: Omit<Around, 'parent'>,
): Promise<KeptPreview> {
  const parent = await parentOf(app, preview, deps);
  const wish = await wishOf(app, preview, { parent, isHeld, deps });
  const now = deps.clock.now();
  // Nobody knows: what stands stays, until its time is over.
  if (wish === undefined && Date.parse(preview.expiresAt) > now.getTime())
    return { kind: 'kept', app, isOpen: parent?.state === 'active', due: new Date(now.getTime() + AGAIN) };
  if (wish?.kind !== 'wanted') {
    const ended = endOf(wish?.why ?? 'expired');
    deps.log.info('A preview ends', { app: app.app, why: wish?.why ?? 'expired' });
    const outcome = await deps.apps.change(app, { state: 'deleting', previewOf: { ...preview, ended } }, now);
    return outcome.ok ? { kind: 'ends', app: outcome.row } : { kind: 'changed' };
  }
  const followed = await follow(app, preview, wish, deps);
  if (followed === undefined) return { kind: 'changed' };
  const isOpen = parent?.state === 'active';
  const expires = Date.parse(wish.expiresAt);
  return {
    kind: 'kept',
    app: followed,
    isOpen,
    due: new Date(isOpen ? expires : Math.min(expires, now.getTime() + AGAIN)),
  };
}

/** Another tenant's app of that name, or one of another repository, is not the one whose copy this is. */
export async function parentOf(app: App, { app: name }: PreviewOf, deps: DeployerDeps): Promise<App | undefined> {
  const found = await deps.apps.get(name);
  return found?.installationId === app.installationId && found.repoId === app.repoId ? found : undefined;
}

interface Around {
  readonly parent: App | undefined;
  readonly isHeld: boolean;
  readonly deps: DeployerDeps;
}

/**
 * Undefined: GitHub did not answer. It is not asked where the app itself has no previews, nor while `isHeld` says that
 * it refuses the tenant for as long as that is suspended, which tells nothing of the pull request.
 */
export async function wishOf(
  app: App,
  { pullRequest }: PreviewOf,
  { parent, isHeld, deps }: Around,
): Promise<PreviewWish | undefined> {
  if (parent === undefined || !hasPreviews(parent)) return { kind: 'unwanted', why: 'off' };
  if (isHeld) return undefined;
  const answer = await deps.github.pull(placeOf(parent), pullRequest);
  if (answer.kind !== 'found') {
    deps.log.warn('GitHub does not say what became of a pull request', { app: app.app, answer });
    // Without the permission nobody will ever know.
    return answer.kind === 'refused' ? { kind: 'unwanted', why: 'off' } : undefined;
  }
  const { previewLifetime: lifetime, clock } = deps;
  return decidePreview({ parent, pull: answer.pull, standing: app, lifetime, now: clock.now() });
}

/** A new commit is asked for before it is written down: whoever comes back after a crash finds that it was. */
async function follow(
  app: App,
  preview: PreviewOf,
  { branch, commit, expiresAt }: Extract<PreviewWish, { readonly kind: 'wanted' }>,
  deps: DeployerDeps,
): Promise<App | undefined> {
  if (preview.commit === commit && app.branch === branch) return app;
  const { wantedId } = app;
  const isAsked = wantedId !== undefined && isOfCommit(wantedId, commit);
  if (preview.commit !== commit && !isAsked) {
    const made = buildPreviewDeployment(app, { commit, wantedId }, deps.clock.now());
    const { kind } = await deps.deployments.request(made, wantedId);
    deps.log.info('A pull request has a new commit', { app: app.app, deployment: made.deploymentId, kind });
    if (kind !== 'wanted' && kind !== 'exists') return undefined;
  }
  const row = await deps.apps.get(app.app);
  if (row === undefined) return undefined;
  const changes = { branch, previewOf: { app: preview.app, pullRequest: preview.pullRequest, commit, expiresAt } };
  const outcome = await deps.apps.change(row, changes, deps.clock.now());
  return outcome.ok ? outcome.row : undefined;
}
