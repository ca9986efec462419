import { SECOND, type Clock } from '@multi-tenant-runner/core';
import { appJwt, type AppIdentity } from '@multi-tenant-runner/github';
import * as v from 'valibot';
import type { AppFact, HookFact, RegistryFact } from '../facts';

export interface GitHubSource {
  readonly apiUrl: string;
  /** `check_runs` of the module. */
  readonly showsChecks: boolean;
  readonly identity: () => Promise<AppIdentity>;
  readonly clock: Clock;
  readonly fetch: typeof fetch;
}

/** Of installations; more say that the registry was compared in part. */
const PAGES = 20;
const PER_PAGE = 100;

async function ask(path: string, { apiUrl, identity, clock, fetch: send }: GitHubSource): Promise<Response> {
  const { appId, privateKey } = await identity();
  const { jwt } = appJwt(String(appId), privateKey, clock.now());
  const headers = { authorization: `Bearer ${jwt}`, accept: 'application/vnd.github+json', 'user-agent': 'mtr' };
  const answer = await send(`${apiUrl}${path}`, { headers });
  if (answer.ok) return answer;
  const said = Object(await answer.json().catch(() => undefined)).message;
  throw new Error(`GitHub answers ${answer.status} to ${path.replace(/\?.*/, '')}: ${String(said ?? 'no reason')}`);
}

const app = v.object({
  slug: v.string(),
  permissions: v.record(v.string(), v.string()),
  events: v.array(v.string()),
});

export async function findApp(source: GitHubSource): Promise<AppFact> {
  const answer = await ask('/app', source);
  const here = source.clock.now().getTime();
  const there = Date.parse(answer.headers.get('date') ?? '');
  const clockSkewSeconds = Number.isNaN(there) ? 0 : Math.round((here - there) / SECOND);
  return { ...v.parse(app, await answer.json()), showsChecks: source.showsChecks, clockSkewSeconds };
}

const hook = v.object({
  url: v.optional(v.string()),
  content_type: v.optional(v.string()),
  insecure_ssl: v.optional(v.union([v.string(), v.number()])),
  secret: v.optional(v.string()),
});

export async function findHook(source: GitHubSource): Promise<HookFact> {
  const shown = v.parse(hook, await (await ask('/app/hook/config', source)).json());
  return {
    ...(shown.url !== undefined && shown.url !== '' && { url: shown.url }),
    ...(shown.content_type !== undefined && { contentType: shown.content_type }),
    insecureSsl: String(shown.insecure_ssl ?? '0') !== '0',
    hasSecret: shown.secret !== undefined && shown.secret !== '',
  };
}

const deliveries = v.array(v.object({ status: v.string(), status_code: v.number() }));

export async function findDeliveries(source: GitHubSource) {
  const shown = v.parse(deliveries, await (await ask(`/app/hook/deliveries?per_page=${PER_PAGE}`, source)).json());
  const failed = shown.filter(({ status_code: code }) => code < 200 || code >= 400);
  const lastFailure = failed[0]?.status;
  return {
    ok: shown.length - failed.length,
    failed: failed.length,
    ...(lastFailure !== undefined && { lastFailure }),
  };
}

const installations = v.array(v.object({ id: v.number(), permissions: v.optional(v.record(v.string(), v.string())) }));

/** @param here the ids of rows that are no deleted tenant's */
export async function compareRegistry(
  here: { readonly ids: readonly number[]; readonly partial: boolean },
  source: GitHubSource,
): Promise<RegistryFact> {
  const atGitHub: number[] = [];
  const withoutChecks: number[] = [];
  for (let page = 1; page <= PAGES; page += 1) {
    const path = `/app/installations?per_page=${PER_PAGE}&page=${page}`;
    const shown = v.parse(installations, await (await ask(path, source)).json());
    atGitHub.push(...shown.map(({ id }) => id));
    withoutChecks.push(...shown.filter(({ permissions }) => permissions?.['checks'] !== 'write').map(({ id }) => id));
    if (shown.length < PER_PAGE) return { atGitHub, withoutChecks, here: here.ids, partial: here.partial };
  }
  return { atGitHub, withoutChecks, here: here.ids, partial: true };
}
