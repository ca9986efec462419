import {
  appKeyOf,
  buildAnotherRelease,
  buildPushDeployment,
  commitToDeploy,
  decideRollback,
  describeGone,
  explainDeployment,
  type App,
  type AuditEntry,
  type Deployment,
} from '@multi-tenant-runner/core';
import type { Answer, Row } from '../answer';
import type { Fleet } from '../fleet';
import { EXIT, Problem, notFound, usage } from '../problem';
import { findApp, readAppSettings } from '../read/find-app';
import { parsePage, type Paging } from '../read/page-token';
import { recordChange, requireReason } from './record-change';
import type { ChangeOptions } from './tenants';

/** Among which an earlier version is looked for. */
const LOOKED_AT = 100;

export async function listDeployments(name: string, paging: Paging, fleet: Fleet): Promise<Answer> {
  const page = parsePage(paging, /^\d{8}T\d{6}Z-[0-9a-f]{12}$/);
  const { deployments, next } = await fleet.apps.deployments.page(appKeyOf(await findApp(name, fleet)), page);
  return {
    kind: 'rows',
    columns: ['deployment', 'state', 'kind', 'commit', 'created', 'reason'],
    rows: deployments.map(rowOf),
    none: `Nothing of ${name} was deployed yet.`,
    ...(next !== undefined && { cursor: next }),
  };
}

/** Of the newest deployment, unless another is named. */
export async function explainApp(name: string, deploymentId: string | undefined, fleet: Fleet): Promise<Answer> {
  const app = await findApp(name, fleet);
  const appKey = appKeyOf(app);
  const [newest] = (await fleet.apps.deployments.page(appKey, { limit: 1 })).deployments;
  const found = deploymentId === undefined ? newest : await fleet.apps.deployments.get({ appKey, deploymentId });
  if (found === undefined) throw notFound(`${name} has no such deployment; "mtr apps deployments ${name}" lists them.`);
  const { sentence, ...fields } = explainDeployment({ app, deployment: found, settings: await readAppSettings(fleet) });
  return { kind: 'fields', fields: { ...fields }, sentence };
}

export async function deployApp(
  name: string,
  commit: string | undefined,
  options: ChangeOptions,
  fleet: Fleet,
): Promise<Answer> {
  const app = await findApp(name, fleet);
  const appKey = appKeyOf(app);
  const { deployments } = fleet.apps;
  const wanted = app.wantedId === undefined ? undefined : await deployments.get({ appKey, deploymentId: app.wantedId });
  const asked = commit ?? commitToDeploy(app, wanted);
  if (asked === undefined) throw usage(`Nothing of ${name} was deployed yet: give --commit, or push to ${app.branch}.`);
  if (!/^[0-9a-f]{40}([0-9a-f]{24})?$/.test(asked)) throw usage('--commit is the whole name of a commit.');
  const now = fleet.clock.now();
  const made = buildPushDeployment(app, { commit: asked, pushedAt: now }, now);
  return request('app.deployed', { app, made }, options, fleet);
}

export async function rollBackApp(
  name: string,
  to: string | undefined,
  options: ChangeOptions,
  fleet: Fleet,
): Promise<Answer> {
  const app = await findApp(name, fleet);
  const { deployments } = await fleet.apps.deployments.page(appKeyOf(app), { limit: LOOKED_AT });
  const decision = decideRollback(app, deployments, to);
  if (decision.kind === 'refuse') throw new Problem(decision.sentence, EXIT.refused);
  const made = buildAnotherRelease('rollback', app, decision.to, fleet.clock.now());
  return request('app.rolled-back', { app, made }, options, fleet);
}

async function request(
  action: AuditEntry['action'],
  { app, made }: { readonly app: App; readonly made: Deployment },
  options: ChangeOptions,
  fleet: Fleet,
): Promise<Answer> {
  requireReason(options);
  if (options.dryRun) return { kind: 'fields', fields: { ...rowOf(made), dry_run: true } };
  const { installationId, live } = app;
  const after = { app: app.app, commit: made.commit, deployment_id: made.deploymentId };
  const before = live && { before: { app: app.app, commit: live.commit } };
  await recordChange({ installationId, action, ...before, after }, options, fleet);
  const { kind } = await fleet.apps.deployments.request(made);
  if (kind === 'gone') throw new Problem(describeGone(app), EXIT.refused);
  if (kind === 'older' || kind === 'tie')
    throw new Problem(`A newer deployment of ${app.app} was asked for meanwhile.`, EXIT.refused);
  return { kind: 'fields', fields: rowOf(made), sentence: `"mtr apps why ${app.app}" says what becomes of it.` };
}

function rowOf(one: Deployment): Row {
  return {
    deployment: one.deploymentId,
    app: one.app,
    state: one.state,
    kind: one.kind,
    commit: one.commit.slice(0, 12),
    created: one.createdAt,
    reason: one.reason,
  };
}
