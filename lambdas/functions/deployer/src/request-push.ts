import { isSamePush, secondOf, type App, type Deployment } from '@multi-tenant-runner/core';
import type { DeployerDeps } from './deps';
import { placeOf } from './place';

/** GitHub knows which of two pushes of one second is the branch's commit now; a third one is newer than both. */
export async function requestInOrder(app: App, deployment: Deployment, deps: DeployerDeps): Promise<string> {
  if (isSamePush(deployment.deploymentId, app.wantedId)) return 'exists';
  const first = await deps.deployments.request(deployment);
  if (first.kind !== 'tie') return first.kind;
  const head = await deps.github.head(placeOf(app), app.branch);
  if (head.kind !== 'found') throw new Error(`GitHub does not say which push to ${app.app} is the newer one`);
  const isStanding = head.commit !== undefined && first.with.endsWith(`-${head.commit.slice(0, 12)}`);
  if (isStanding || secondOf(first.with) !== secondOf(deployment.deploymentId)) return 'older';
  return (await deps.deployments.request(deployment, first.with)).kind;
}
