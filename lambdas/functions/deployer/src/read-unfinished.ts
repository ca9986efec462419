import { appKeyOf, isDeploymentEnded, type App, type Deployment } from '@multi-tenant-runner/core';
import type { DeployerDeps } from './deps';

/** Deployments of the app that have not ended, oldest first. */
export async function readUnfinished(app: App, { deployments }: DeployerDeps): Promise<readonly Deployment[]> {
  const ids = [...(app.unfinished ?? [])].sort();
  const rows = await Promise.all(ids.map((deploymentId) => deployments.get({ appKey: appKeyOf(app), deploymentId })));
  return rows.filter((row): row is Deployment => row !== undefined && !isDeploymentEnded(row.state));
}
