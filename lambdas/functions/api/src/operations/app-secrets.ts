import {
  describeOver,
  hasItsSecrets,
  keepAppSecret,
  problemsOfSecret,
  quotaOf,
  refuseSecret,
  unsetSecret,
  type App,
  type AppQuota,
  type SecretsOutcome,
} from '@multi-tenant-runner/core';
import * as v from 'valibot';
import { Problem } from '../http/problem';
import { text, time } from '../http/schemas';
import type { ApiDeps, AppsDeps } from '../deps';
import { appParams, appsOf, changedMeanwhile, findApp, settingsOf } from './app-view';
import { NOTHING, defineOperation } from './operation';
import { recordChange } from './record-change';
import { findTenant } from './tenant-view';

const NAME = 'is not the name of a variable';
const secretParams = v.object({
  ...appParams.entries,
  secret: v.pipe(v.string(NAME), v.regex(/^[A-Za-z_][A-Za-z0-9_]{0,63}$/, NAME)),
});
const secrets = v.object({
  secrets: v.array(v.object({ name: text, set_at: time })),
  running: v.pipe(v.boolean(), v.description('Whether what answers at the address has them as they are here')),
});

const view = (app: App): v.InferOutput<typeof secrets> => ({
  secrets: (app.secrets?.kept ?? []).map(({ name, setAt }) => ({ name, set_at: setAt })),
  running: hasItsSecrets(app),
});

export const listAppSecrets = defineOperation({
  id: 'list-app-secrets',
  method: 'GET',
  path: '/v1/tenants/{installation_id}/apps/{app}/secrets',
  summary: "Names of an app's secrets. Their values are shown to nobody.",
  params: appParams,
  answer: secrets,
  run: async ({ params, caller }, deps) => ({ body: view(await findApp(params, caller, appsOf(deps))) }),
});

export const setAppSecret = defineOperation({
  id: 'set-app-secret',
  method: 'POST',
  path: '/v1/tenants/{installation_id}/apps/{app}/secrets/{secret}',
  summary: "Sets a variable of an app's tasks whose value nobody is shown again; what runs is deployed with it.",
  params: secretParams,
  body: v.strictObject({ value: v.string('is not a string') }),
  hidesBody: true,
  answer: secrets,
  run: async ({ params, body, ...context }, deps) => {
    const apps = appsOf(deps);
    const { secret: name } = params;
    const problems = problemsOfSecret(name, body.value);
    if (problems.length > 0) throw new Problem('invalid-request', `${problems.join('; ')}.`, { problems });
    const app = await findApp(params, context.caller, apps);
    const refused = refuseSecret(app, name);
    if (refused !== undefined) throw new Problem('refused', refused);
    const { installationId } = app;
    await recordChange(
      { installationId, action: 'app.secret-set', after: { app: app.app, variable: name } },
      context,
      deps,
    );
    const quota = await quotaFor(params.installation_id, apps, deps);
    const wish = { name, value: body.value };
    const outcome = await keepAppSecret(app, wish, quota, { ...apps, clock: deps.clock });
    return { body: view(written(outcome, quota)) };
  },
});

export const unsetAppSecret = defineOperation({
  id: 'unset-app-secret',
  method: 'POST',
  path: '/v1/tenants/{installation_id}/apps/{app}/secrets/{secret}/delete',
  summary: 'Takes a secret from an app; it is gone once what runs has been deployed without it.',
  params: secretParams,
  body: NOTHING,
  answer: secrets,
  run: async ({ params, ...context }, deps) => {
    const apps = appsOf(deps);
    const app = await findApp(params, context.caller, apps);
    const decision = unsetSecret(app, params.secret);
    if (decision.kind === 'refuse') throw new Problem('refused', decision.sentence);
    if (decision.kind === 'nothing') return { body: view(app) };
    const { installationId } = app;
    const after = { app: app.app, variable: params.secret };
    await recordChange({ installationId, action: 'app.secret-unset', after }, context, deps);
    const quota = await quotaFor(params.installation_id, apps, deps);
    const outcome = await apps.store.setSecrets(app, decision.changes, quota, deps.clock.now());
    return { body: view(written(outcome, quota)) };
  },
});

/** Of the tenant's tier. */
async function quotaFor(installationId: string, apps: AppsDeps, deps: ApiDeps): Promise<AppQuota> {
  const { tenant } = await findTenant(installationId, deps);
  return quotaOf(await settingsOf(apps), tenant.tier);
}

/** The app as it is now. @throws Problem */
function written(outcome: SecretsOutcome, quota: AppQuota): App {
  if (outcome.kind === 'over') throw new Problem('refused', describeOver(outcome.what, quota));
  if (outcome.kind === 'changed') throw changedMeanwhile();
  return outcome.app;
}
