import {
  decideAppScale,
  declareApp,
  describeOver,
  logPage,
  namesOfApp,
  quotaOf,
  type AppDeclaration,
} from '@multi-tenant-runner/core';
import * as v from 'valibot';
import { pageOf } from '../http/cursor';
import { Problem } from '../http/problem';
import { count, id, nextCursor, paging, tenantParams, text } from '../http/schemas';
import { app, appParams, appsOf, changedMeanwhile, findApp, isVisibleApp, settingsOf, viewApp } from './app-view';
import { defineOperation } from './operation';
import { recordChange } from './record-change';
import { findTenant } from './tenant-view';

const PORT = 'is not a port';
const portNumber = v.pipe(v.number(PORT), v.integer(PORT), v.minValue(1, PORT), v.maxValue(65_535, PORT));
const size = v.strictObject({ cpu: count, memory: count });

const amounts = { apps: count, tasks: count, vcpu: v.number(), memory_gb: v.number(), secrets: count };

export const listApps = defineOperation({
  id: 'list-apps',
  method: 'GET',
  path: '/v1/tenants/{installation_id}/apps',
  summary: "A tenant's apps by name, with what of its quota they use.",
  params: tenantParams,
  query: v.strictObject(paging),
  answer: v.object({
    apps: v.array(app),
    quota: v.object({ ...amounts, builds_per_hour: count }),
    in_use: v.object(amounts),
    next_cursor: nextCursor,
  }),
  run: async ({ params, query, caller }, deps) => {
    const apps = appsOf(deps);
    const { installationId, tenant } = await findTenant(params.installation_id, deps);
    const settings = await settingsOf(apps);
    const scope = ['list-apps', installationId];
    const found = await apps.store.pageOfTenant(installationId, await pageOf(query, scope, deps.cursors));
    const { memoryGb: inUse, ...use } = await apps.store.quotaUse(installationId);
    const { memoryGb, buildsPerHour, ...quota } = quotaOf(settings, tenant.tier);
    return {
      body: {
        apps: found.apps.filter((one) => isVisibleApp(one, caller)).map((one) => viewApp(one, settings, apps)),
        quota: { ...quota, memory_gb: memoryGb, builds_per_hour: buildsPerHour },
        in_use: { ...use, apps: use.apps.size, memory_gb: inUse },
        ...(found.next !== undefined && { next_cursor: await deps.cursors.seal(found.next, scope) }),
      },
    };
  },
});

export const createApp = defineOperation({
  id: 'create-app',
  method: 'POST',
  path: '/v1/tenants/{installation_id}/apps',
  summary: 'Declares an app: from then on a push to its branch deploys it. Its name is one over all tenants.',
  params: tenantParams,
  body: v.strictObject({
    name: text,
    repository: v.pipe(text, v.description('owner/name')),
    repository_id: v.pipe(
      id,
      v.maxValue(Number.MAX_SAFE_INTEGER),
      v.description("GitHub's id of the repository, which a rename leaves"),
    ),
    branch: v.optional(text),
    directory: v.optional(text),
    port: v.optional(v.pipe(count, v.description('Where the container listens; 8080 by default'))),
    health: v.optional(v.strictObject({ path: text })),
    size: v.optional(size),
    count: v.optional(count),
    preview: v.optional(v.boolean()),
  }),
  answer: app,
  run: async ({ params, body, ...context }, deps) => {
    const apps = appsOf(deps);
    const { installationId, tenant } = await findTenant(params.installation_id, deps);
    if (tenant.status !== 'active') throw new Problem('refused', `The tenant is ${tenant.status}, so it gets no app.`);
    const settings = await settingsOf(apps);
    const now = deps.clock.now();
    const { orgName } = tenant;
    const declared = declareApp(given(body), { tenant: { installationId, orgName }, settings, now });
    if (!declared.ok)
      throw new Problem('invalid-request', `${declared.problems.slice(0, 5).join('; ')}.`, {
        problems: declared.problems,
      });
    const { app: name, repository, branch } = declared.value;
    await recordChange(
      { installationId, action: 'app.created', after: { app: name, repository, branch } },
      context,
      deps,
    );
    const quota = quotaOf(settings, tenant.tier);
    const made = await apps.store.create(declared.value, quota);
    if (made.kind === 'over') throw new Problem('refused', describeOver(made.what, quota));
    if (made.kind === 'taken')
      throw new Problem('refused', 'The name, or one that looks like it, is another tenant’s, or was until lately.');
    if (made.kind === 'exists') throw new Problem('refused', `There is an app ${name} already.`);
    return { body: viewApp(made.app, settings, apps) };
  },
});

/** Without what was not given. */
function given(body: Readonly<Record<string, unknown>>): AppDeclaration {
  return Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined)) as AppDeclaration;
}

export const showApp = defineOperation({
  id: 'show-app',
  method: 'GET',
  path: '/v1/tenants/{installation_id}/apps/{app}',
  summary: 'An app: what it is to be, and what answers at its address.',
  params: appParams,
  answer: app,
  run: async ({ params, caller }, deps) => {
    const apps = appsOf(deps);
    return { body: viewApp(await findApp(params, caller, apps), await settingsOf(apps), apps) };
  },
});

export const showAppLogs = defineOperation({
  id: 'show-app-logs',
  method: 'GET',
  path: '/v1/tenants/{installation_id}/apps/{app}/logs',
  summary: "Where an app's lines are: its log group, and its page in the AWS console.",
  params: appParams,
  answer: v.object({ log_group: text, url: text }),
  run: async ({ params, caller }, deps) => {
    const apps = appsOf(deps);
    const { app: name } = await findApp(params, caller, apps);
    const { logGroup } = namesOfApp(apps.prefix, name);
    return { body: { log_group: logGroup, url: logPage({ region: apps.region, logGroup }) } };
  },
});

export const scaleApp = defineOperation({
  id: 'scale-app',
  method: 'POST',
  path: '/v1/tenants/{installation_id}/apps/{app}/scale',
  summary:
    "Changes an app's tasks, the size of each or their port, within the tenant's quota; what runs follows at once.",
  params: appParams,
  body: v.strictObject({ count: v.optional(count), size: v.optional(size), port: v.optional(portNumber) }),
  answer: app,
  run: async ({ params, body, ...context }, deps) => {
    if (Object.keys(body).length === 0) throw new Problem('invalid-request', 'the body has nothing to change.');
    const apps = appsOf(deps);
    const { tenant } = await findTenant(params.installation_id, deps);
    const settings = await settingsOf(apps);
    const found = await findApp(params, context.caller, apps);
    const decision = decideAppScale(found, { ...body.size, port: body.port, count: body.count });
    if (decision.kind === 'invalid') {
      const { problems } = decision;
      throw new Problem('invalid-request', `${problems.join('; ')}.`, { problems });
    }
    if (decision.kind === 'refuse') throw new Problem('refused', decision.sentence);
    const { before, after } = decision;
    const { installationId } = found;
    const said = { app: found.app };
    await recordChange(
      { installationId, action: 'app.scaled', before: { ...said, ...before }, after: { ...said, ...after } },
      context,
      deps,
    );
    const quota = quotaOf(settings, tenant.tier);
    const resized = await apps.store.resize(found, after, quota);
    if (resized.kind === 'over') throw new Problem('refused', describeOver(resized.what, quota));
    if (resized.kind === 'changed') throw changedMeanwhile();
    return { body: viewApp(resized.app, settings, apps) };
  },
});
