import { buildApp, isAppGone, type App } from '../model/app';
import { previewNameOf, type PreviewOf, type PullRequest } from '../model/app-preview';
import { plus } from '../model/time';

/**
 * `off`: the app has no previews, or is not there. `fork`: the branch is a stranger's. `base`: it is to be merged into
 * another branch than the app's. `deleted`: somebody deleted it, and nothing new was pushed since.
 */
export type NoPreview = 'off' | 'closed' | 'fork' | 'base' | 'expired' | 'deleted';

export type PreviewWish =
  | { readonly kind: 'wanted'; readonly branch: string; readonly commit: string; readonly expiresAt: string }
  | { readonly kind: 'unwanted'; readonly why: NoPreview };

export interface PreviewSituation {
  /** The app whose copy it is; undefined: there is none of that name. */
  readonly parent: App | undefined;
  /** Undefined: GitHub knows no such pull request. */
  readonly pull: PullRequest | undefined;
  /** The preview's row, also of one that is gone. */
  readonly standing?: Pick<App, 'state' | 'previewOf'> | undefined;
  /** Milliseconds. */
  readonly lifetime: number;
  readonly now: Date;
}

const no = (why: NoPreview): PreviewWish => ({ kind: 'unwanted', why });

/** Whether pull requests of an app are to have previews at all. Pure. */
export function hasPreviews(app: Pick<App, 'preview' | 'previewOf' | 'state'>): boolean {
  return app.preview && app.previewOf === undefined && !isAppGone(app);
}

/** Whether a pull request is to have a preview now, and of which commit. Code of strangers never gets one. Pure. */
export function decidePreview({ parent, pull, standing, lifetime, now }: PreviewSituation): PreviewWish {
  if (parent === undefined || !hasPreviews(parent)) return no('off');
  if (pull === undefined || !pull.isOpen) return no('closed');
  if (pull.fromRepoId !== parent.repoId) return no('fork');
  if (pull.base !== parent.branch || pull.branch === parent.branch) return no('base');
  const { branch, commit } = pull;
  const fresh = { kind: 'wanted', branch, commit, expiresAt: plus(now, lifetime).toISOString() } as const;
  const before = standing?.previewOf;
  if (standing === undefined || before?.commit !== commit) return fresh;
  if (isAppGone(standing)) {
    if (before.ended === 'closed') return fresh;
    return no(before.ended ?? 'deleted');
  }
  return Date.parse(before.expiresAt) > now.getTime() ? { ...fresh, expiresAt: before.expiresAt } : no('expired');
}

/** One that ended by what GitHub says comes back with it; what was there for too long only with a new commit. */
export function endOf(why: NoPreview): NonNullable<PreviewOf['ended']> {
  return why === 'expired' ? 'expired' : 'closed';
}

/** One task of the size of the app, which starts with none of its domains and secrets. */
export function buildPreview(
  parent: App,
  pullRequest: number,
  { branch, expiresAt }: Extract<PreviewWish, { readonly kind: 'wanted' }>,
  now: Date,
): App {
  const { installationId, repoId, repository, directory, port, healthPath, cpu, memory } = parent;
  const previewOf = { app: parent.app, pullRequest, expiresAt };
  const own = { app: previewNameOf(parent.app, pullRequest), branch, count: 1, hosts: [], preview: false, previewOf };
  return buildApp({ installationId, repoId, repository, directory, port, healthPath, cpu, memory, ...own }, now);
}
