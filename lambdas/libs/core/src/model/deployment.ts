import { appKeyOf, type App, type AppShape, type LiveVersion } from './app';
import { SECOND } from './time';

/**
 * One row is one deployment: one commit on its way to an app's address.
 *
 *     queued ⇄ parked → building → releasing → live → replaced
 *
 * Every state but the last two may end in `failed`, `refused` or `superseded` (a newer one was asked for), and
 * `releasing` in `rolled_back`: ECS took the version back, and the one before answers.
 */
export const DEPLOYMENT_STATES = [
  'queued',
  'parked',
  'building',
  'releasing',
  'live',
  'replaced',
  'failed',
  'refused',
  'rolled_back',
  'superseded',
] as const;
export type DeploymentState = (typeof DEPLOYMENT_STATES)[number];

/** `push`: of the branch. `rollback`: to an image that stands. `redeploy`: the same commit, once more. */
export type DeploymentKind = 'push' | 'rollback' | 'redeploy';

export interface Build {
  readonly by: 'runner' | 'codebuild';
  readonly askedAt: string;
  /** CodeBuild's id, or GitHub's of the run of the workflow, once it is known. */
  readonly id?: string;
}

/** Times are ISO 8601. */
export interface Deployment {
  /** `appKeyOf` the app. */
  readonly appKey: string;
  /** Sorts by time. */
  readonly deploymentId: string;
  readonly installationId: number;
  readonly app: string;
  readonly kind: DeploymentKind;
  readonly commit: string;
  /** What the branch was before the push: the order of two pushes in one second. */
  readonly before?: string;
  /** GitHub's own time of the push, in whole seconds. */
  readonly pushedAt: string;
  readonly state: DeploymentState;
  /** Why it waits or how it ended, in a sentence. */
  readonly reason?: string;
  readonly digest?: string;
  readonly build?: Build;
  readonly taskDefinition?: string;
  /** What the task definition has of the app as it then was. */
  readonly shape?: AppShape;
  /** When ECS was asked to run it: from then on its absence means that ECS took it back. */
  readonly askedAt?: string;
  /** GitHub's deployment, and the last state of ours that GitHub was told. */
  readonly gitHubId?: number;
  readonly told?: DeploymentState;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly buildingAt?: string;
  readonly releasingAt?: string;
  readonly endedAt?: string;
}

/** `20260115T120000Z-0123456789ab`: of two pushes the later one is the greater, and the same push has the same id. */
export function deploymentIdOf(at: Date, commit: string): string {
  return `${at.toISOString().slice(0, 19).replace(/[-:]/g, '')}Z-${commit.slice(0, 12)}`;
}

/** Whether that is the id of a deployment of this commit. */
export function isOfCommit(deploymentId: string, commit: string): boolean {
  return deploymentId.endsWith(`-${commit.slice(0, 12)}`);
}

export function isDeploymentEnded(state: DeploymentState): boolean {
  return !['queued', 'parked', 'building', 'releasing'].includes(state);
}

type OfApp = Pick<App, 'installationId' | 'app'>;

/** The same image once more: another size, port or path, or back to an earlier version. */
export function buildAnotherRelease(
  kind: 'rollback' | 'redeploy',
  { installationId, app }: OfApp,
  version: { readonly commit: string; readonly digest: string },
  now: Date,
): Deployment {
  const at = now.toISOString();
  return {
    appKey: appKeyOf({ installationId, app }),
    deploymentId: deploymentIdOf(now, version.commit),
    installationId,
    app,
    kind,
    commit: version.commit,
    digest: version.digest,
    pushedAt: at,
    state: 'releasing',
    createdAt: at,
    updatedAt: at,
    releasingAt: at,
  };
}

/**
 * What runs, once more, with another size, port or path. It comes right after what was asked for last: a push that
 * GitHub dates later is newer, however late it is heard of.
 */
export function buildReshaping(
  app: OfApp,
  { live, wantedId }: { readonly live: LiveVersion; readonly wantedId: string | undefined },
  now: Date,
): Deployment {
  const at = new Date(timeOf(wantedId ?? live.deploymentId).getTime() + SECOND);
  const release = buildAnotherRelease('redeploy', app, live, now);
  return { ...release, deploymentId: deploymentIdOf(at, live.commit), pushedAt: at.toISOString() };
}

/** Of `20260115T120000Z-0123456789ab`. */
export function timeOf(deploymentId: string): Date {
  const [date = '', time = ''] = deploymentId.split(/[TZ]/);
  return new Date(`${date.replace(/(..)(..)$/, '-$1-$2')}T${time.replace(/(..)(..)(..)/, '$1:$2:$3')}Z`);
}

export interface Push {
  readonly commit: string;
  readonly before?: string;
  readonly pushedAt: Date;
}

export function buildPushDeployment(
  { installationId, app }: OfApp,
  { commit, before, pushedAt }: Push,
  now: Date,
): Deployment {
  const at = now.toISOString();
  return {
    appKey: appKeyOf({ installationId, app }),
    deploymentId: deploymentIdOf(pushedAt, commit),
    installationId,
    app,
    kind: 'push',
    commit,
    ...(before !== undefined && { before }),
    pushedAt: pushedAt.toISOString(),
    state: 'queued',
    createdAt: at,
    updatedAt: at,
  };
}

/** A pull request's commit for its preview: as new as this moment, and no older than what was asked for last. */
export function buildPreviewDeployment(
  app: OfApp,
  { commit, wantedId }: { readonly commit: string; readonly wantedId: string | undefined },
  now: Date,
): Deployment {
  const last = wantedId === undefined ? now : timeOf(wantedId);
  return buildPushDeployment(app, { commit, pushedAt: last > now ? last : now }, now);
}
