import {
  appKeyOf,
  moveDeployment,
  type App,
  type Deployment,
  type DeploymentState,
  type GitHubDeploymentState,
} from '@multi-tenant-runner/core';
import type { DeployerDeps } from './deps';
import { placeOf } from './place';

/** Of what is neither under way nor live only the last ones are still of interest to anybody. */
const LAST = 10;

const STATES: Readonly<Record<DeploymentState, GitHubDeploymentState>> = {
  queued: 'queued',
  parked: 'queued',
  building: 'in_progress',
  releasing: 'in_progress',
  live: 'success',
  replaced: 'inactive',
  failed: 'failure',
  refused: 'failure',
  rolled_back: 'failure',
  superseded: 'inactive',
};
/** GitHub's limit of a description. */
const LONGEST = 140;

/**
 * GitHub shows each deployment with its state, its reason and the address. It is told last and again at the next look:
 * no deployment waits for that, nor fails by it. Whoever asks meanwhile for a look goes first, and has the rest told.
 */
export async function tellGitHub(app: App, url: string, deps: DeployerDeps): Promise<void> {
  const appKey = appKeyOf(app);
  const { deployments } = await deps.deployments.page(appKey, { limit: LAST });
  const listed = new Set(deployments.map(({ deploymentId }) => deploymentId));
  const ids = [...(app.unfinished ?? []), ...(app.live ? [app.live.deploymentId] : [])];
  const older = await Promise.all(
    ids.filter((id) => !listed.has(id)).map((deploymentId) => deps.deployments.get({ appKey, deploymentId })),
  );
  let told = 0;
  for (const deployment of [...deployments, ...older]) {
    if (deployment === undefined || deployment.told === deployment.state) continue;
    if ((told += 1) > 1 && (await deps.apps.get(app.app))?.asked !== app.asked) return;
    if (!(await tell(app, deployment, { url, deps }))) return;
  }
}

async function tell(
  app: App,
  deployment: Deployment,
  { url, deps }: { readonly url: string; readonly deps: DeployerDeps },
): Promise<boolean> {
  const { state, reason, commit } = deployment;
  const id = deployment.gitHubId ?? (await createAtGitHub(app, commit, deps));
  if (id === undefined) return false;
  const description = (reason ?? '').slice(0, LONGEST);
  const status = { state: STATES[state], description, ...(state === 'live' && { url }) };
  const answer = await deps.github.tell(placeOf(app), id, status);
  if (answer.kind !== 'told') {
    deps.log.warn('GitHub was not told of a deployment; the next look tells it', { app: app.app, answer });
    // Recorded, so that it is not made a second time.
    await moveDeployment('recordTold', deployment, { gitHubId: id }, deps);
    return false;
  }
  await moveDeployment('recordTold', deployment, { gitHubId: id, told: state }, deps);
  return true;
}

async function createAtGitHub(app: App, commit: string, deps: DeployerDeps): Promise<number | undefined> {
  const isTransient = app.previewOf !== undefined;
  const made = await deps.github.createDeployment(placeOf(app), { commit, environment: app.app, isTransient });
  if (made.kind === 'created') return made.id;
  deps.log.warn('GitHub has no deployment of ours; the next look tries again', { app: app.app, answer: made });
  return undefined;
}
