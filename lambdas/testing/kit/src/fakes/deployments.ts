import { HOUR, appKeyOf, compareDeployments, type Deployment, type DeploymentStore } from '@multi-tenant-runner/core';
import { excluding, including, type AppTables } from './app-tables';
import { applyChanges } from './apply-changes';

type DeploymentKey = Pick<Deployment, 'appKey' | 'deploymentId'>;
const idOf = ({ appKey, deploymentId }: DeploymentKey): string => `${appKey} ${deploymentId}`;

export function createDeployments({ rows, deploymentRows, builds }: AppTables): DeploymentStore {
  const put = (deployment: Deployment): Deployment => {
    deploymentRows.set(idOf(deployment), deployment);
    return deployment;
  };
  const change: DeploymentStore['change'] = async (key, { from }, changes) => {
    const standing = deploymentRows.get(idOf(key));
    if (!standing || !from.includes(standing.state)) return { ok: false, ...(standing && { row: standing }) };
    return { ok: true, row: put(applyChanges(standing, changes)) };
  };
  return {
    change,
    get: async (key) => deploymentRows.get(idOf(key)),
    request: async (deployment, newerThan) => {
      if (deploymentRows.has(idOf(deployment))) return { kind: 'exists' };
      const app = rows.get(deployment.app);
      const isOpen = app && appKeyOf(app) === deployment.appKey && ['active', 'suspended'].includes(app.state);
      if (!isOpen) return { kind: 'gone' };
      const wantedId = app.wantedId;
      const wanted =
        wantedId === undefined
          ? undefined
          : (deploymentRows.get(idOf({ ...deployment, deploymentId: wantedId })) ?? {
              deploymentId: wantedId,
              commit: '',
            });
      const order = wanted === undefined ? 'newer' : compareDeployments(deployment, wanted);
      const { createdAt } = deployment;
      if (order === 'older') {
        const reason = 'A newer commit was asked for before this one came.';
        put({ ...deployment, state: 'superseded', reason, endedAt: createdAt });
        return { kind: 'older' };
      }
      if (order === 'tie' && newerThan !== wantedId) return { kind: 'tie', with: String(wantedId) };
      put(deployment);
      rows.set(app.app, {
        ...app,
        wantedId: deployment.deploymentId,
        unfinished: including(app.unfinished, deployment.deploymentId),
        version: app.version + 1,
        asked: app.asked + 1,
        updatedAt: createdAt,
        due: Date.parse(createdAt),
      });
      return { kind: 'wanted' };
    },
    startBuild: async (deployment, perHour, now) => {
      const standing = deploymentRows.get(idOf(deployment));
      if (!standing || !['queued', 'parked'].includes(standing.state)) return 'changed';
      const hour = `${deployment.installationId} ${Math.floor(now.getTime() / HOUR)}`;
      const built = builds.get(hour) ?? 0;
      if (built >= perHour) return 'over';
      builds.set(hour, built + 1);
      const at = now.toISOString();
      put(applyChanges(standing, { state: 'building', buildingAt: at, updatedAt: at, reason: null }));
      return 'started';
    },
    end: async (deployment, guard, { changes, live, replaces }) => {
      const outcome = await change(deployment, guard, changes);
      if (!outcome.ok) return outcome;
      const app = rows.get(deployment.app);
      if (app) {
        const unfinished = excluding(app.unfinished, deployment.deploymentId);
        rows.set(app.app, { ...app, unfinished, version: app.version + 1, ...(live && { live }) });
      }
      const before = { appKey: deployment.appKey, deploymentId: replaces ?? '' };
      const { endedAt } = outcome.row;
      if (replaces !== deployment.deploymentId)
        await change(before, { from: ['live'] }, { state: 'replaced', ...(endedAt !== undefined && { endedAt }) });
      return outcome;
    },
    page: async (appKey, { after, limit }) => {
      const own = [...deploymentRows.values()].filter(
        (one) => one.appKey === appKey && (after === undefined || one.deploymentId < after),
      );
      const deployments = own.sort((a, b) => (a.deploymentId > b.deploymentId ? -1 : 1)).slice(0, limit);
      const next = deployments.length === limit ? deployments.at(-1)?.deploymentId : undefined;
      return { deployments, ...(next !== undefined && { next }) };
    },
  };
}
