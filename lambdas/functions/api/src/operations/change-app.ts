import { decideAppChange, type AppChange } from '@multi-tenant-runner/core';
import * as v from 'valibot';
import type { ApiDeps } from '../deps';
import { Problem } from '../http/problem';
import { text } from '../http/schemas';
import { app, appParams, appsOf, findApp, settingsOf, viewApp, writeApp } from './app-view';
import { NOTHING, defineOperation, type Answer, type Context } from './operation';
import { recordChange } from './record-change';

const changed = v.object({
  changed: v.pipe(v.boolean(), v.description('false: it is so already')),
  sentence: text,
  app,
});
type Changed = v.InferOutput<typeof changed>;
type Params = v.InferOutput<typeof appParams>;

const simple = (change: Exclude<AppChange, 'delete'>, summary: string) =>
  defineOperation({
    id: `${change}-app`,
    method: 'POST',
    path: `/v1/tenants/{installation_id}/apps/{app}/${change}`,
    summary,
    params: appParams,
    body: NOTHING,
    answer: changed,
    run: async ({ params, ...context }, deps) => edit(params, change, context, deps),
  });

export const suspendApp = simple('suspend', "Ends an app's tasks; its address answers 503 until it is resumed.");
export const resumeApp = simple('resume', 'Starts the tasks of a suspended app again.');

export const deleteApp = defineOperation({
  id: 'delete-app',
  method: 'POST',
  path: '/v1/tenants/{installation_id}/apps/{app}/delete',
  summary: 'Deletes an app with all that it has: service, address, images, sources, secrets, logs.',
  params: appParams,
  body: v.strictObject({ confirm: v.pipe(text, v.description('The name of the app, as a confirmation')) }),
  answer: changed,
  run: async ({ params, body, ...context }, deps) => {
    if (body.confirm.toLowerCase() !== params.app.toLowerCase())
      throw new Problem('refused', 'confirm is not the name of that app, so nothing was done.');
    return edit(params, 'delete', context, deps);
  },
});

const ACTIONS = { suspend: 'app.suspended', resume: 'app.resumed', delete: 'app.deleted' } as const;

async function edit(params: Params, change: AppChange, context: Context, deps: ApiDeps): Promise<Answer<Changed>> {
  const apps = appsOf(deps);
  const settings = await settingsOf(apps);
  const found = await findApp(params, context.caller, apps);
  const by = context.caller?.role === 'operator' ? 'operator' : 'tenant';
  const decision = decideAppChange(found, change, by);
  const { sentence } = decision;
  if (decision.kind === 'refuse') throw new Problem('refused', sentence);
  if (decision.kind === 'nothing') return { body: { changed: false, sentence, app: viewApp(found, settings, apps) } };
  const { installationId, app: name, state } = found;
  await recordChange(
    { installationId, action: ACTIONS[change], before: { app: name, state }, after: { app: name } },
    context,
    deps,
  );
  const written = await writeApp(found, decision.changes, apps, deps.clock.now());
  return { body: { changed: true, sentence, app: viewApp(written, settings, apps) } };
}
