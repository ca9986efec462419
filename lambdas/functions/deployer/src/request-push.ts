import { buildPushDeployment, isOfCommit, isSamePush, secondOf, type App, type Push } from '@multi-tenant-runner/core';
import type { DeployerDeps } from './deps';
import { placeOf } from './place';

/** The deployment's id, and what became of the request for it. */
export interface PushRequest {
  readonly deployment: string;
  readonly outcome: string;
}

/** Each tie that is asked about again means that another push of that second took the place meanwhile. */
const TIES = 10;

/** Asks for the deployment of a push, whoever told of it. @throws to be tried again, while GitHub does not answer */
export async function requestPush(app: App, push: Push, deps: DeployerDeps): Promise<PushRequest> {
  const made = buildPushDeployment(app, push, deps.clock.now());
  const { deploymentId: deployment } = made;
  if (isSamePush(deployment, app.wantedId)) return { deployment, outcome: 'exists' };
  let newerThan: string | undefined;
  for (let ties = 0; ties < TIES; ties += 1) {
    const asked = await deps.deployments.request(made, newerThan);
    if (asked.kind !== 'tie') return { deployment, outcome: asked.kind };
    if (!(await isNewerThan(asked.with, { app, deployment, deps }))) return { deployment, outcome: 'older' };
    newerThan = asked.with;
  }
  throw new Error(`Pushes of one second to ${app.app} take each other's place again and again`);
}

/** GitHub knows which of two pushes of one second is the branch's commit now; a third one is newer than both. */
async function isNewerThan(
  standing: string,
  { app, deployment, deps }: { readonly app: App; readonly deployment: string; readonly deps: DeployerDeps },
): Promise<boolean> {
  const head = await deps.github.head(placeOf(app), app.branch);
  if (head.kind !== 'found') throw new Error(`GitHub does not say which push to ${app.app} is the newer one`);
  const isStanding = head.commit !== undefined && isOfCommit(standing, head.commit);
  return !isStanding && secondOf(standing) === secondOf(deployment);
}
