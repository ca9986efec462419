import { appKeyOf, findBuild, namesOfApp, type Deployment } from '@multi-tenant-runner/core';
import * as v from 'valibot';
import type { AppsDeps } from '../deps';
import { Problem } from '../http/problem';
import { text, time } from '../http/schemas';
import { appName, appsOf, findApp } from './app-view';
import { defineOperation } from './operation';
import { recordChange } from './record-change';

const COMMIT = 'is not the whole name of a commit, 40 hexadecimal digits';

/**
 * A machine has no identity at AWS. What proves whose build it is, is the token that GitHub signed for its job: it
 * counts for the app of that repository alone, on the app's branch alone, and only while the deployer waits for the
 * build of that very commit.
 */
export const getPushCredentials = defineOperation({
  id: 'get-push-credentials',
  method: 'POST',
  path: '/v1/me/apps/{app}/push-credentials',
  summary: "Fifteen minutes to push one commit's image to one app's repository, for the job that builds it.",
  params: v.object({ app: appName }),
  body: v.strictObject({
    commit: v.pipe(v.string(COMMIT), v.regex(/^[0-9a-f]{40}([0-9a-f]{24})?$/, COMMIT)),
  }),
  answer: v.object({
    registry: text,
    repository: text,
    image: v.pipe(text, v.description('What to push, with its tag: the commit')),
    region: text,
    access_key_id: text,
    secret_access_key: text,
    session_token: text,
    expires_at: time,
  }),
  run: async ({ params, body: { commit }, ...context }, deps) => {
    const apps = appsOf(deps);
    const { caller } = context;
    const { push } = apps;
    if (push === undefined) throw new Problem('refused', 'Images are not built by jobs here, so none may push.');
    if (caller === undefined || caller.role === 'operator' || caller.job === undefined)
      throw new Problem('refused', 'Only a workflow job’s own token gets these.');
    const { installationId, job } = caller;
    const app = await findApp({ installation_id: String(installationId), app: params.app }, caller, apps);
    if (app.state !== 'active') throw new Problem('refused', `${app.app} is ${app.state}, so nothing is built for it.`);
    if (job.ref !== `refs/heads/${app.branch}`)
      throw new Problem('refused', `The job is not of ${app.branch}, the branch that ${app.app} is deployed from.`);
    const found = findBuild(await unfinishedOf(app, apps), commit);
    if (found === undefined)
      throw new Problem('refused', `No build of that commit was asked for, or it is over: ${app.app} needs none now.`);
    const { repository } = namesOfApp(apps.prefix, app.app);
    const { deploymentId } = found;
    const after = { app: app.app, commit, deployment_id: deploymentId, repository };
    await recordChange({ installationId, action: 'app.push-allowed', after }, context, deps);
    const given = await push.credentials.forRepository(repository, `${app.app}-${commit.slice(0, 12)}`);
    return {
      body: {
        registry: push.registry,
        repository,
        image: `${push.registry}/${repository}:${commit}`,
        region: apps.region,
        access_key_id: given.accessKeyId,
        secret_access_key: given.secretAccessKey,
        session_token: given.sessionToken,
        expires_at: given.expiresAt,
      },
    };
  },
});

async function unfinishedOf(
  app: Parameters<typeof appKeyOf>[0] & { readonly unfinished?: ReadonlySet<string> },
  { deployments }: AppsDeps,
): Promise<readonly Deployment[]> {
  const appKey = appKeyOf(app);
  const rows = await Promise.all(
    [...(app.unfinished ?? [])].map((deploymentId) => deployments.get({ appKey, deploymentId })),
  );
  return rows.filter((row) => row !== undefined);
}
