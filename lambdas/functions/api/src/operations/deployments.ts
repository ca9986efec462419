import {
  appKeyOf,
  buildAnotherRelease,
  buildPushDeployment,
  commitToDeploy,
  decideRollback,
  describeGone,
  explainDeployment,
  type App,
  type Deployment,
} from '@multi-tenant-runner/core';
import * as v from 'valibot';
import type { AppsDeps } from '../deps';
import { pageOf } from '../http/cursor';
import { Problem } from '../http/problem';
import { nextCursor, paging, text, time } from '../http/schemas';
import { appParams, appsOf, deployment, findApp, settingsOf, viewDeployment } from './app-view';
import { ACTORS } from './jobs';
import { defineOperation } from './operation';
import { recordChange } from './record-change';

const ID = 'is not the id of a deployment';
const deploymentParams = v.object({
  ...appParams.entries,
  deployment_id: v.pipe(v.string(ID), v.regex(/^\d{8}T\d{6}Z-[0-9a-f]{7,40}$/, ID)),
});
const COMMIT = 'is not the whole name of a commit, 40 hexadecimal digits';
const commit = v.pipe(v.string(COMMIT), v.regex(/^[0-9a-f]{40}([0-9a-f]{24})?$/, COMMIT));
/** Among which an earlier version is looked for. */
const LOOKED_AT = 100;

export const listDeployments = defineOperation({
  id: 'list-deployments',
  method: 'GET',
  path: '/v1/tenants/{installation_id}/apps/{app}/deployments',
  summary: "An app's deployments, newest first.",
  params: appParams,
  query: v.strictObject(paging),
  answer: v.object({ deployments: v.array(deployment), next_cursor: nextCursor }),
  run: async ({ params, query, caller }, deps) => {
    const apps = appsOf(deps);
    const key = appKeyOf(await findApp(params, caller, apps));
    const scope = ['list-deployments', key];
    const found = await apps.deployments.page(key, await pageOf(query, scope, deps.cursors));
    return {
      body: {
        deployments: found.deployments.map(viewDeployment),
        ...(found.next !== undefined && { next_cursor: await deps.cursors.seal(found.next, scope) }),
      },
    };
  },
});

export const showDeployment = defineOperation({
  id: 'show-deployment',
  method: 'GET',
  path: '/v1/tenants/{installation_id}/apps/{app}/deployments/{deployment_id}',
  summary: 'One deployment with the times of its life.',
  params: deploymentParams,
  answer: deployment,
  run: async ({ params, caller }, deps) => {
    const apps = appsOf(deps);
    return { body: viewDeployment(await findDeployment(await findApp(params, caller, apps), params, apps)) };
  },
});

export const explainOneDeployment = defineOperation({
  id: 'explain-deployment',
  method: 'GET',
  path: '/v1/tenants/{installation_id}/apps/{app}/deployments/{deployment_id}/why',
  summary: 'One sentence: what a deployment does and why, since when, what ends it and who can act.',
  params: deploymentParams,
  answer: v.object({
    sentence: text,
    state: text,
    reason: v.optional(text),
    since: time,
    ends: v.optional(text),
    who_can_act: v.picklist(ACTORS),
    domains: v.optional(v.array(text)),
  }),
  run: async ({ params, caller }, deps) => {
    const apps = appsOf(deps);
    const app = await findApp(params, caller, apps);
    const settings = await settingsOf(apps);
    return { body: explainDeployment({ app, settings, deployment: await findDeployment(app, params, apps) }) };
  },
});

export const deployApp = defineOperation({
  id: 'deploy-app',
  method: 'POST',
  path: '/v1/tenants/{installation_id}/apps/{app}/deploy',
  summary: 'Deploys a commit as a push would; without one what was asked for last, once more.',
  params: appParams,
  body: v.strictObject({ commit: v.optional(commit) }),
  answer: deployment,
  run: async ({ params, body, ...context }, deps) => {
    const apps = appsOf(deps);
    const app = await findApp(params, context.caller, apps);
    const appKey = appKeyOf(app);
    const wanted =
      app.wantedId === undefined ? undefined : await apps.deployments.get({ appKey, deploymentId: app.wantedId });
    const asked = body.commit ?? commitToDeploy(app, wanted);
    if (asked === undefined)
      throw new Problem('refused', `Nothing of ${app.app} was deployed yet: name a commit, or push to ${app.branch}.`);
    const now = deps.clock.now();
    const made = buildPushDeployment(app, { commit: asked, pushedAt: now }, now);
    await recordChange(changeOf('app.deployed', app, made), context, deps);
    return { body: viewDeployment(await request(made, apps)) };
  },
});

export const rollBackApp = defineOperation({
  id: 'roll-back-app',
  method: 'POST',
  path: '/v1/tenants/{installation_id}/apps/{app}/rollback',
  summary: 'Goes back to the image of the version before, or of an earlier one. Nothing is built.',
  params: appParams,
  body: v.strictObject({
    to: v.optional(v.pipe(text, v.description('Id of a deployment, or at least 7 characters of its commit'))),
  }),
  answer: deployment,
  run: async ({ params, body, ...context }, deps) => {
    const apps = appsOf(deps);
    const app = await findApp(params, context.caller, apps);
    const { deployments } = await apps.deployments.page(appKeyOf(app), { limit: LOOKED_AT });
    const decision = decideRollback(app, deployments, body.to);
    if (decision.kind === 'refuse') throw new Problem('refused', decision.sentence);
    const made = buildAnotherRelease('rollback', app, decision.to, deps.clock.now());
    await recordChange(changeOf('app.rolled-back', app, made), context, deps);
    return { body: viewDeployment(await request(made, apps)) };
  },
});

/** @throws Problem where a newer one, or the same one, was asked for before */
async function request(made: Deployment, { deployments }: AppsDeps): Promise<Deployment> {
  const { kind } = await deployments.request(made);
  if (kind === 'wanted' || kind === 'exists') return made;
  if (kind === 'gone') throw new Problem('refused', describeGone(made));
  throw new Problem('refused', `A newer deployment of ${made.app} was asked for meanwhile.`);
}

function changeOf(action: string, { installationId, app, live }: App, { commit: to, deploymentId }: Deployment) {
  return {
    installationId,
    action,
    ...(live !== undefined && { before: { app, commit: live.commit } }),
    after: { app, commit: to, deployment_id: deploymentId },
  };
}

async function findDeployment(
  app: App,
  { deployment_id: deploymentId }: { readonly deployment_id: string },
  { deployments }: AppsDeps,
): Promise<Deployment> {
  const found = await deployments.get({ appKey: appKeyOf(app), deploymentId });
  if (found !== undefined) return found;
  throw new Problem('not-found', `${app.app} has no deployment ${deploymentId}: it ended too long ago, or never was.`);
}
