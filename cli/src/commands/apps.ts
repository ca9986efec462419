import {
  decideAppChange,
  decideAppScale,
  declareApp,
  describeOver,
  logPage,
  namesOfApp,
  quotaOf,
  type AppChange,
  type AppDeclaration,
  type AppScale,
} from '@multi-tenant-runner/core';
import type { Answer } from '../answer';
import type { Fleet } from '../fleet';
import { EXIT, Problem, changed, usage } from '../problem';
import { fieldsOfApp, findApp, readAppSettings } from '../read/find-app';
import { findTenant } from '../read/find-tenant';
import { parsePage, type Paging } from '../read/page-token';
import { recordChange, requireReason } from './record-change';
import type { ChangeOptions } from './tenants';

export async function listApps(tenant: string, paging: Paging, fleet: Fleet): Promise<Answer> {
  const page = parsePage(paging, /^[a-z][a-z0-9-]{1,62}$/);
  const { installationId } = await findTenant(tenant, fleet.directory);
  const settings = await readAppSettings(fleet);
  const { apps, next } = await fleet.apps.store.pageOfTenant(installationId, page);
  return {
    kind: 'rows',
    columns: ['app', 'state', 'url', 'commit', 'count', 'repository', 'branch'],
    rows: apps.map((app) => fieldsOfApp(app, settings)),
    none: `${tenant} has no apps.`,
    ...(next !== undefined && { cursor: next }),
  };
}

export async function createApp(
  tenant: string,
  declaration: AppDeclaration,
  options: ChangeOptions,
  fleet: Fleet,
): Promise<Answer> {
  requireReason(options);
  const lookup = await findTenant(tenant, fleet.directory);
  if (lookup.kind !== 'tenant' || lookup.tenant.status !== 'active')
    throw new Problem(`${tenant} is no active tenant, so it gets no app.`, EXIT.refused);
  const settings = await readAppSettings(fleet);
  const { installationId } = lookup;
  const declaring = { tenant: { installationId, orgName: lookup.tenant.orgName }, settings, now: fleet.clock.now() };
  const declared = declareApp(declaration, declaring);
  if (!declared.ok) throw usage(`${declared.problems.join('; ')}.`);
  const { app, repository, branch } = declared.value;
  const sentence = `From now on a push to ${branch} of ${repository} deploys ${app}.`;
  if (options.dryRun)
    return { kind: 'fields', fields: { dry_run: true, ...fieldsOfApp(declared.value, settings) }, sentence };
  await recordChange({ installationId, action: 'app.created', after: { app, repository, branch } }, options, fleet);
  const quota = quotaOf(settings, lookup.tenant.tier);
  const made = await fleet.apps.store.create(declared.value, quota);
  if (made.kind === 'over') throw new Problem(describeOver(made.what, quota), EXIT.refused);
  if (made.kind !== 'created')
    throw new Problem(
      made.kind === 'exists'
        ? `There is an app ${app} already.`
        : 'The name, or one that looks like it, is another tenant’s, or was until lately.',
      EXIT.refused,
    );
  return { kind: 'fields', fields: fieldsOfApp(made.app, settings), sentence };
}

export async function showApp(name: string, fleet: Fleet): Promise<Answer> {
  return { kind: 'fields', fields: fieldsOfApp(await findApp(name, fleet), await readAppSettings(fleet)) };
}

export async function linkAppLogs(name: string, fleet: Fleet): Promise<Answer> {
  const { app } = await findApp(name, fleet);
  const { logGroup } = namesOfApp(fleet.prefix, app);
  const url = logPage({ region: fleet.region, logGroup });
  return { kind: 'rows', columns: ['what', 'url'], rows: [{ what: logGroup, url }], none: '' };
}

export async function scaleApp(
  name: string,
  asked: Partial<AppScale>,
  options: ChangeOptions,
  fleet: Fleet,
): Promise<Answer> {
  requireReason(options);
  if (Object.keys(asked).length === 0) throw usage('Give --count, --cpu, --memory or --port.');
  const app = await findApp(name, fleet);
  const settings = await readAppSettings(fleet);
  const decision = decideAppScale(app, asked);
  if (decision.kind === 'invalid') throw usage(`${decision.problems.join('; ')}.`);
  if (decision.kind === 'refuse') throw new Problem(decision.sentence, EXIT.refused);
  const { before, after } = decision;
  if (options.dryRun) return { kind: 'fields', fields: { app: app.app, dry_run: true, ...after } };
  const { installationId } = app;
  const said = { app: app.app };
  await recordChange(
    { installationId, action: 'app.scaled', before: { ...said, ...before }, after: { ...said, ...after } },
    options,
    fleet,
  );
  const lookup = await fleet.directory.get(installationId);
  const quota = quotaOf(settings, lookup.kind === 'tenant' ? lookup.tenant.tier : '');
  const resized = await fleet.apps.store.resize(app, after, quota);
  if (resized.kind === 'over') throw new Problem(describeOver(resized.what, quota), EXIT.refused);
  if (resized.kind === 'changed') throw changed(`${name} changed in the meantime; look again and repeat.`);
  return { kind: 'fields', fields: fieldsOfApp(resized.app, settings) };
}

const ACTIONS = { suspend: 'app.suspended', resume: 'app.resumed', delete: 'app.deleted' } as const;

export async function changeApp(
  name: string,
  change: AppChange,
  options: ChangeOptions,
  fleet: Fleet,
): Promise<Answer> {
  requireReason(options);
  const app = await findApp(name, fleet);
  const settings = await readAppSettings(fleet);
  const decision = decideAppChange(app, change, 'operator');
  const { sentence } = decision;
  if (decision.kind === 'refuse') throw new Problem(sentence, EXIT.refused);
  if (decision.kind === 'nothing') return { kind: 'fields', fields: fieldsOfApp(app, settings), sentence };
  if (options.dryRun) return { kind: 'fields', fields: { app: app.app, dry_run: true }, sentence };
  if (change === 'delete' && !options.yes)
    throw usage(`${sentence} Repeat the command with --yes if that is what you want.`);
  const { installationId, state } = app;
  const audited = { before: { app: app.app, state }, after: { app: app.app } };
  await recordChange({ installationId, action: ACTIONS[change], ...audited }, options, fleet);
  const written = await fleet.apps.store.change(app, decision.changes, fleet.clock.now());
  if (!written.ok) throw changed(`${name} changed in the meantime, so nothing was written; look again and repeat.`);
  return { kind: 'fields', fields: fieldsOfApp(written.row, settings), sentence };
}
