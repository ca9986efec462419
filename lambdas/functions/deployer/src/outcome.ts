import {
  MINUTE,
  moveDeployment,
  plus,
  type App,
  type AppSituation,
  type Deployment,
  type DeploymentMove,
  type MoveDetails,
} from '@multi-tenant-runner/core';
import type { AppContext, DeployerDeps } from './deps';

/** `now`: what the step changed in the situation. `rest`: nothing more can be done before `due`. */
export type Acted =
  | { readonly kind: 'done'; readonly now: Partial<AppSituation> }
  | { readonly kind: 'rest'; readonly due: Date };

export type ActDeps = DeployerDeps & { readonly context: AppContext };
export const done = (now: Partial<AppSituation>): Acted => ({ kind: 'done', now });
/** Another wrote the row meanwhile: the next pass reads it. */
export const stale = (deps: Pick<DeployerDeps, 'clock'>): Acted => ({ kind: 'rest', due: deps.clock.now() });
const LATER = 5 * MINUTE;

export function deploymentOf({ deployment }: AppSituation): Deployment {
  if (deployment === undefined) throw new Error('A step asks for a deployment that there is none of');
  return deployment;
}

export async function move(
  name: DeploymentMove,
  details: MoveDetails,
  situation: AppSituation,
  deps: DeployerDeps,
): Promise<Acted> {
  const outcome = await moveDeployment(name, deploymentOf(situation), details, deps);
  return outcome.ok ? done({ deployment: outcome.row }) : stale(deps);
}

/** The deployment is over, and the app as it now is goes on. */
export async function end(
  name: 'fail' | 'refuse' | 'rollBack' | 'goLive',
  details: MoveDetails,
  situation: AppSituation,
  deps: DeployerDeps,
): Promise<Acted> {
  const outcome = await moveDeployment(name, deploymentOf(situation), details, deps);
  const app: App | undefined = await deps.apps.get(situation.app.app);
  if (!outcome.ok || app === undefined) return stale(deps);
  const { state, reason, deploymentId } = outcome.row;
  deps.metrics.count('AppDeployed', { properties: { app: app.app, state } });
  deps.log.info('A deployment is over', { app: app.app, deployment: deploymentId, state, reason });
  return done({ app, deployment: undefined, ended: outcome.row, build: undefined });
}

/** AWS will not: a deployment ends with that reason; without one it is tried again at the next round. */
export async function refuse(reason: string, situation: AppSituation, deps: DeployerDeps): Promise<Acted> {
  deps.log.warn('AWS refused what an app needs', { app: situation.app.app, reason });
  if (situation.deployment === undefined) return { kind: 'rest', due: plus(deps.clock.now(), LATER) };
  return end('fail', { reason }, situation, deps);
}
