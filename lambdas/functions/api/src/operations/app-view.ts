import {
  APP_STATES,
  DEPLOYMENT_STATES,
  HOST_STATES,
  challengeOf,
  describeHost,
  urlOf,
  type App,
  type AppHost,
  type AppSettings,
  type Changes,
  type Deployment,
} from '@multi-tenant-runner/core';
import * as v from 'valibot';
import type { Caller } from '../access/caller';
import type { ApiDeps, AppsDeps } from '../deps';
import { Problem } from '../http/problem';
import { count, id, tenantParams, text, time } from '../http/schemas';

const NAME = 'is not the name of an app';
export const appName = v.pipe(v.string(NAME), v.regex(/^[A-Za-z0-9-]{1,63}$/, NAME));
export const appParams = v.object({ ...tenantParams.entries, app: appName });

const size = v.object({
  cpu: v.pipe(count, v.description('1024 is one vCPU')),
  memory: v.pipe(count, v.description('MiB')),
});

const host = v.object({
  host: text,
  state: v.picklist(HOST_STATES),
  sentence: text,
  record_name: v.pipe(text, v.description('Of the TXT record that proves the domain')),
  record_value: text,
  asked_at: time,
  checked_at: v.optional(time),
  proven_at: v.optional(time),
  lost_at: v.optional(time),
});

export const app = v.object({
  app: text,
  url: text,
  state: v.picklist(APP_STATES),
  suspended_by: v.optional(v.picklist(['tenant', 'operator'])),
  repository: text,
  repository_id: id,
  branch: text,
  directory: text,
  port: count,
  health_path: text,
  size,
  count: v.pipe(count, v.description('Tasks')),
  preview: v.boolean(),
  preview_of: v.optional(v.object({ app: text, pull_request: count, expires_at: time })),
  hosts: v.pipe(v.array(host), v.description("Domains of the tenant's own")),
  live: v.optional(v.object({ deployment_id: text, commit: text, digest: text })),
  unfinished: v.pipe(v.array(text), v.description('Deployments under way')),
  created_at: time,
  updated_at: time,
});

export const deployment = v.object({
  deployment_id: text,
  app: text,
  kind: v.picklist(['push', 'rollback', 'redeploy']),
  commit: text,
  state: v.picklist(DEPLOYMENT_STATES),
  reason: v.optional(text),
  digest: v.optional(text),
  built_by: v.optional(v.picklist(['runner', 'codebuild'])),
  pushed_at: time,
  created_at: time,
  building_at: v.optional(time),
  releasing_at: v.optional(time),
  ended_at: v.optional(time),
});

/** @throws Problem where the module was given no tables of apps */
export function appsOf({ apps }: Pick<ApiDeps, 'apps'>): AppsDeps {
  if (apps !== undefined) return apps;
  throw new Problem('not-found', 'There are no apps here: api.apps of the module names no tables of them.');
}

/** @throws Problem until modules/apps has been applied */
export async function settingsOf({ store }: AppsDeps): Promise<AppSettings> {
  const settings = await store.settings();
  if (settings !== undefined) return settings;
  throw new Problem('refused', 'The settings of apps are missing from their table: apply the module of apps again.');
}

/** @throws Problem when that tenant has none of the name, or a workflow job's repository is another */
export async function findApp(
  params: { readonly installation_id: string; readonly app: string },
  caller: Caller | undefined,
  { store }: AppsDeps,
): Promise<App> {
  const found = await store.get(params.app.toLowerCase());
  const isIts = found?.installationId === Number(params.installation_id);
  if (found !== undefined && isIts && isVisibleApp(found, caller)) return found;
  throw new Problem('not-found', `This tenant has no app ${params.app}.`);
}

const MEANWHILE = 'The app has changed meanwhile; look, and ask again.';

/** What another write of the row came before: mostly its deployment's, which nobody who asks can have known. */
export const changedMeanwhile = (): Problem => new Problem('changed', MEANWHILE, { again: true });

/** Writes the row as it was read. @throws Problem when another wrote it since */
export async function writeApp(one: App, changes: Changes<App>, { store }: AppsDeps, now: Date): Promise<App> {
  const written = await store.change(one, changes, now);
  if (!written.ok) throw changedMeanwhile();
  return written.row;
}

/** A workflow job's own token shows apps of its repository alone. */
export function isVisibleApp({ repoId }: App, caller: Caller | undefined): boolean {
  return caller === undefined || caller.role === 'operator' || caller.job === undefined || caller.job.repoId === repoId;
}

export function viewApp(one: App, settings: AppSettings, { prefix }: AppsDeps): v.InferOutput<typeof app> {
  const { live, previewOf } = one;
  return {
    app: one.app,
    url: urlOf(settings, one.app),
    state: one.state,
    ...(one.suspendedBy !== undefined && { suspended_by: one.suspendedBy }),
    repository: one.repository,
    repository_id: one.repoId,
    branch: one.branch,
    directory: one.directory,
    port: one.port,
    health_path: one.healthPath,
    size: { cpu: one.cpu, memory: one.memory },
    count: one.count,
    preview: one.preview,
    ...(previewOf && {
      preview_of: { app: previewOf.app, pull_request: previewOf.pullRequest, expires_at: previewOf.expiresAt },
    }),
    hosts: one.hosts.map((entry) => viewHost(one, entry, prefix)),
    ...(live !== undefined && {
      live: { deployment_id: live.deploymentId, commit: live.commit, digest: live.digest },
    }),
    unfinished: [...(one.unfinished ?? [])].sort(),
    created_at: one.createdAt,
    updated_at: one.updatedAt,
  };
}

function viewHost(of: App, entry: AppHost, prefix: string): v.InferOutput<typeof host> {
  const { name, value } = challengeOf(prefix, of, entry.host);
  return {
    host: entry.host,
    state: entry.state,
    sentence: describeHost(entry),
    record_name: name,
    record_value: value,
    asked_at: entry.askedAt,
    ...(entry.checkedAt !== undefined && { checked_at: entry.checkedAt }),
    ...(entry.provenAt !== undefined && { proven_at: entry.provenAt }),
    ...(entry.lostAt !== undefined && { lost_at: entry.lostAt }),
  };
}

export function viewDeployment(one: Deployment): v.InferOutput<typeof deployment> {
  return {
    deployment_id: one.deploymentId,
    app: one.app,
    kind: one.kind,
    commit: one.commit,
    state: one.state,
    ...(one.reason !== undefined && { reason: one.reason }),
    ...(one.digest !== undefined && { digest: one.digest }),
    ...(one.build !== undefined && { built_by: one.build.by }),
    pushed_at: one.pushedAt,
    created_at: one.createdAt,
    ...(one.buildingAt !== undefined && { building_at: one.buildingAt }),
    ...(one.releasingAt !== undefined && { releasing_at: one.releasingAt }),
    ...(one.endedAt !== undefined && { ended_at: one.endedAt }),
  };
}
