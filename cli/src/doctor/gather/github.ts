import { SECOND, type Clock } from '@multi-tenant-runner/core';
import { appJwt, type AppIdentity } from '@multi-tenant-runner/github';
import * as v from 'valibot';
import type { AppFact, HookFact, KeyFact, RegistryFact } from '../facts';

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

/** GitHub answered, and not with what was asked for. */
export class Refusal extends Error {}

/** As the App, by its JWT. @throws Refusal */
export async function ask(path: string, source: GitHubSource, body?: object): Promise<Response> {
  const { appId, privateKey } = await source.identity();
  const { jwt } = appJwt(String(appId), privateKey, source.clock.now());
  return askWith(jwt, path, source, body);
}

/** With a body it is a POST. @throws Refusal */
export async function askWith(
  token: string,
  path: string,
  { apiUrl, fetch: send }: GitHubSource,
  body?: object,
): Promise<Response> {
  const headers = { authorization: `Bearer ${token}`, accept: 'application/vnd.github+json', 'user-agent': 'mtr' };
  const posted = body !== undefined && { method: 'POST', body: JSON.stringify(body) };
  const answer = await send(`${apiUrl}${path}`, { headers, ...posted });
  if (answer.ok) return answer;
  const said = Object(await answer.json().catch(() => undefined)).message;
  throw new Refusal(`GitHub answers ${answer.status} to ${path.replace(/\?.*/, '')}: ${String(said ?? 'no reason')}`);
}

/** @returns what GitHub refused, which is a fact; what failed before GitHub answered is thrown */
export async function refusalOf(asking: () => Promise<unknown>): Promise<KeyFact> {
  try {
    await asking();
    return {};
  } catch (error) {
    if (error instanceof Refusal) return { refused: error.message };
    throw error;
  }
}

export const findKey = (source: GitHubSource): Promise<KeyFact> => refusalOf(() => ask('/app', source));

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
