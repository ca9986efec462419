import {
  decideHostAdd,
  decideHostRemoval,
  type App,
  type AppSettings,
  type HostsDecision,
} from '@multi-tenant-runner/core';
import * as v from 'valibot';
import type { ApiDeps } from '../deps';
import { Problem } from '../http/problem';
import { text } from '../http/schemas';
import { app, appParams, appsOf, findApp, settingsOf, viewApp, writeApp } from './app-view';
import { defineOperation, type Answer, type Context } from './operation';
import { recordChange } from './record-change';

const body = v.strictObject({ host: v.pipe(text, v.description('A domain, such as shop.example.com')) });
const answer = v.object({ changed: v.boolean(), sentence: text, app });
type Changed = v.InferOutput<typeof answer>;

export const addAppHost = defineOperation({
  id: 'add-app-host',
  method: 'POST',
  path: '/v1/tenants/{installation_id}/apps/{app}/hosts',
  summary: 'Asks for a domain of the tenant’s own, or for another look at one: it leads to the app once DNS proves it.',
  params: appParams,
  body,
  answer,
  run: ({ params, body: { host }, ...context }, deps) => {
    const decide: Wish['decide'] = (of, { domain }) => decideHostAdd(of, host, { domain, now: deps.clock.now() });
    return change(params, { action: 'app.host-asked', decide }, context, deps);
  },
});

export const removeAppHost = defineOperation({
  id: 'remove-app-host',
  method: 'POST',
  path: '/v1/tenants/{installation_id}/apps/{app}/hosts/remove',
  summary: 'Takes a domain of the tenant’s own off an app.',
  params: appParams,
  body,
  answer,
  run: ({ params, body: { host }, ...context }, deps) =>
    change(params, { action: 'app.host-removed', decide: (of) => decideHostRemoval(of, host) }, context, deps),
});

interface Wish {
  readonly action: string;
  readonly decide: (of: App, settings: AppSettings) => HostsDecision;
}

async function change(
  params: v.InferOutput<typeof appParams>,
  { action, decide }: Wish,
  context: Context,
  deps: ApiDeps,
): Promise<Answer<Changed>> {
  const apps = appsOf(deps);
  const settings = await settingsOf(apps);
  const found = await findApp(params, context.caller, apps);
  const decision = decide(found, settings);
  const { sentence } = decision;
  if (decision.kind === 'refuse') throw new Problem('refused', sentence);
  if (decision.kind === 'nothing') return { body: { changed: false, sentence, app: viewApp(found, settings, apps) } };
  const { installationId, app: name } = found;
  await recordChange({ installationId, action, after: { app: name, host: decision.host.host } }, context, deps);
  const written = await writeApp(found, { hosts: decision.hosts }, apps, deps.clock.now());
  return { body: { changed: true, sentence, app: viewApp(written, settings, apps) } };
}
