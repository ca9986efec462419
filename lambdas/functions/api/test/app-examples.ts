import { APP_DEFAULTS, buildApp, buildPushDeployment } from '@multi-tenant-runner/core';
import type { InMemoryApps } from '@multi-tenant-runner/testing';

/** Of the app `shop`: what served, what answers, and what a job builds. */
export const COMMITS = {
  replaced: '1'.repeat(40),
  live: '2'.repeat(40),
  building: '3'.repeat(40),
} as const;
export const DEPLOYMENTS = {
  replaced: `20260113T120000Z-${'1'.repeat(12)}`,
  live: `20260114T120000Z-${'2'.repeat(12)}`,
  building: `20260115T110000Z-${'3'.repeat(12)}`,
} as const;

/** One app with a version that served, one that answers and one on its way. */
export async function fillApps({ apps, deployments }: InMemoryApps, installationId: number): Promise<void> {
  const created = new Date('2026-01-12T12:00:00.000Z');
  const declared = { app: 'shop', installationId, repoId: 74, repository: 'acme/app', hosts: [] };
  const app = buildApp({ ...APP_DEFAULTS, ...declared }, created);
  await apps.create(app, { apps: 2, tasks: 4, vcpu: 1, memoryGb: 2, secrets: 20, buildsPerHour: 10 });
  let before: string | undefined;
  for (const name of ['replaced', 'live', 'building'] as const) {
    const deploymentId = DEPLOYMENTS[name];
    const second = deploymentId.slice(0, 15).replace(/(....)(..)(..)T(..)(..)(..)/, '$1-$2-$3T$4:$5:$6.000Z');
    const pushedAt = new Date(second);
    const asked = buildPushDeployment(app, { commit: COMMITS[name], pushedAt }, pushedAt);
    await deployments.request(asked);
    await deployments.startBuild(asked, 10, pushedAt);
    await deployments.change(
      asked,
      { from: ['building'] },
      { build: { by: 'runner', askedAt: second }, updatedAt: second },
    );
    if (name === 'building') continue;
    const digest = `sha256:${name}`;
    await deployments.end(
      asked,
      { from: ['building'] },
      {
        changes: { state: 'live', digest, endedAt: second, releasingAt: second, updatedAt: second },
        live: { deploymentId, commit: COMMITS[name], digest, taskDefinition: 'arn' },
        ...(before !== undefined && { replaces: before }),
      },
    );
    before = deploymentId;
  }
}
