import type { App, AppShape, LiveVersion } from '../model/app';
import {
  DEPLOYMENT_STATES,
  isDeploymentEnded,
  type Build,
  type Deployment,
  type DeploymentState,
} from '../model/deployment';
import type { Clock } from '../model/time';
import type { Changes, DeploymentStore, Written } from '../ports';

/**
 * The life of a deployment, read from top to bottom: every write to its row, the states it may come from, and the state
 * it leads to. Without `to` the state stays. A row begins `queued` (a rollback `releasing`), or `superseded` where a
 * newer one was asked for before it; no other code changes one.
 */
export const DEPLOYMENT_TRANSITIONS = {
  /** It waits for its tenant, for a build of the next hour or for somebody's help. */
  park: { from: ['queued', 'parked'], to: 'parked' },
  /** Another one of its app is under way, and goes first. */
  wait: { from: ['queued', 'parked'] },
  /** Of what size, port and path its own file has the app be. */
  recordShape: { from: ['queued', 'parked'] },
  /** The build is counted against its tenant's hour, in the same write: `startBuild` of the store. */
  startBuild: { from: ['queued', 'parked'], to: 'building' },
  /** Something is about to be asked to build, or has said under which id it does. */
  recordBuild: { from: ['building'] },
  /** The image stands in the registry under the commit's tag. */
  recordImage: { from: ['queued', 'parked', 'building'], to: 'releasing' },
  /** The task definition that the service is to run, and later that ECS has been asked to. */
  recordTask: { from: ['releasing'] },
  /** ECS says that all tasks are of this version. */
  goLive: { from: ['releasing'], to: 'live' },
  /** ECS took it back. */
  rollBack: { from: ['releasing'], to: 'rolled_back' },
  fail: { from: ['queued', 'parked', 'building', 'releasing'], to: 'failed' },
  /** It asks for what its tenant may not have. */
  refuse: { from: ['queued', 'parked', 'building', 'releasing'], to: 'refused' },
  /** A newer one was asked for. */
  supersede: { from: ['queued', 'parked', 'building', 'releasing'], to: 'superseded' },
  /** Its app goes, and so it serves no more. */
  retire: { from: ['live'], to: 'replaced' },
  /** GitHub was told of the state. */
  recordTold: { from: DEPLOYMENT_STATES, keepsUpdatedAt: true },
} as const satisfies Readonly<Record<string, DeploymentTransition>>;

interface DeploymentTransition {
  readonly from: readonly DeploymentState[];
  readonly to?: DeploymentState;
  readonly keepsUpdatedAt?: boolean;
}

export type DeploymentMove = Exclude<keyof typeof DEPLOYMENT_TRANSITIONS, 'startBuild'>;

export interface DeploymentTransitionDeps {
  readonly deployments: Pick<DeploymentStore, 'change' | 'end'>;
  readonly clock: Clock;
}

/** What of a deployment each move may set besides its state. */
export interface MoveDetails {
  readonly reason?: string | null;
  readonly build?: Build;
  readonly digest?: string;
  readonly taskDefinition?: string;
  readonly shape?: AppShape;
  readonly askedAt?: string;
  readonly gitHubId?: number;
  readonly told?: DeploymentState;
  /** Of `goLive`: the app as it was read. */
  readonly app?: Pick<App, 'live'>;
}

export function moveDeployment(
  name: DeploymentMove,
  deployment: Deployment,
  { app, ...details }: MoveDetails,
  { deployments, clock }: DeploymentTransitionDeps,
): Promise<Written<Deployment>> {
  const { from, to, keepsUpdatedAt = false }: DeploymentTransition = DEPLOYMENT_TRANSITIONS[name];
  const at = clock.now().toISOString();
  const changes: Changes<Deployment> = {
    ...(to !== undefined && { state: to }),
    ...(!keepsUpdatedAt && { updatedAt: at }),
    ...(to === 'releasing' && { releasingAt: at, reason: null }),
    ...(to !== undefined && isDeploymentEnded(to) && { endedAt: at }),
    ...(to === 'live' && { reason: null }),
    ...details,
  };
  if (to === undefined || !isDeploymentEnded(to)) return deployments.change(deployment, { from }, changes);
  const live = to === 'live' ? liveVersionOf(deployment) : undefined;
  const replaces = live && app?.live?.deploymentId;
  return deployments.end(
    deployment,
    { from },
    { changes, ...(live && { live }), ...(replaces !== undefined && { replaces }) },
  );
}

function liveVersionOf({ deploymentId, commit, digest = '', taskDefinition = '', shape }: Deployment): LiveVersion {
  return { deploymentId, commit, digest, taskDefinition, ...(shape && { shape }) };
}
