import {
  REQUEST_TIMEOUT,
  boolean,
  instantOf,
  object,
  optionalString,
  read,
  string,
  time,
  type AppInstallation,
  type DeliveryAttempt,
  type GitHubApp,
  type GitHubFailure,
  type LifecycleAccount,
} from '@multi-tenant-runner/core';
import * as v from 'valibot';
import type { GitHubDeps } from './calls';
import { isSuspended } from './installation';
import { parseFailure } from './read-failure';
import { createRequests, withExactIds } from './requests';
import { createTokens } from './tokens';

const PAGE = 100;

/** Ids come as strings where they might be too long for a number. */
const id = v.pipe(
  v.union([v.number(), v.pipe(v.string(), v.regex(/^\d+$/), v.transform(Number))]),
  v.safeInteger(),
  v.minValue(1),
);
const anyId = v.pipe(v.union([v.string(), v.number()]), v.transform(String), v.nonEmpty());
const attempt = v.pipe(
  object({
    id: anyId,
    guid: string,
    delivered_at: time,
    status: string,
    redelivery: boolean,
    event: string,
    action: optionalString,
    installation_id: v.fallback(v.optional(id), undefined),
  }),
  v.transform(
    ({ action, installation_id: installationId, ...listed }): DeliveryAttempt => ({
      id: listed.id,
      guid: listed.guid,
      deliveredAt: new Date(listed.delivered_at).toISOString(),
      succeeded: listed.status === 'OK',
      redelivery: listed.redelivery,
      event: listed.event,
      ...(action !== undefined && { action }),
      ...(installationId !== undefined && { installationId }),
    }),
  ),
);
const account = object({ id, login: string, type: v.optional(v.unknown()) });
const installation = object({
  id,
  target_type: v.optional(v.unknown()),
  account: v.fallback(v.optional(account), undefined),
  updated_at: v.optional(v.unknown()),
});

/** The calls that GitHub answers to the App itself, authenticated with its JWT. */
export function createGitHubApp({
  baseUrl,
  identity,
  fetch,
  clock,
  timeout = REQUEST_TIMEOUT.github,
}: GitHubDeps): GitHubApp {
  const requests = createRequests({ baseUrl, fetch: withExactIds(fetch), timeout });
  const tokens = createTokens({ identity, requests: createRequests({ baseUrl, fetch, timeout }), clock });
  const ask = async (
    route: string,
    parameters: Readonly<Record<string, unknown>>,
  ): Promise<{ readonly kind: 'answer'; readonly data: unknown; readonly link?: string } | GitHubFailure> => {
    try {
      const { data, headers } = await requests.withToken(await tokens.asApp())(route, { ...parameters });
      return { kind: 'answer', data, ...(typeof headers.link === 'string' && { link: headers.link }) };
    } catch (error) {
      return parseFailure(error, clock.now());
    }
  };

  return {
    listDeliveries: async (cursor, only) => {
      const answer = await ask('GET /app/hook/deliveries', {
        per_page: PAGE,
        ...(cursor !== undefined && { cursor }),
        ...(only !== undefined && { status: only }),
      });
      if (answer.kind !== 'answer') return answer;
      if (!Array.isArray(answer.data)) return unreadable('list of deliveries');
      const attempts = answer.data.flatMap((item) => parseAttempt(item));
      // Skipping an unreadable attempt would lose it for good.
      if (attempts.length !== answer.data.length) return unreadable('list of deliveries');
      const next = nextPage(answer.link)?.searchParams.get('cursor') ?? undefined;
      return { kind: 'page', attempts, ...(next !== undefined && { cursor: next }) };
    },
    getApp: async () => {
      const answer = await ask('GET /app', {});
      if (answer.kind !== 'answer') return answer;
      const shown = read(object({ id }), answer.data);
      return shown === undefined ? unreadable('answer about the App') : { kind: 'app', appId: shown.id };
    },
    redeliver: async (attemptId) => {
      const answer = await ask('POST /app/hook/deliveries/{delivery_id}/attempts', { delivery_id: attemptId });
      return answer.kind === 'answer' ? { kind: 'asked' } : answer;
    },
    listInstallations: async (page) => {
      const answer = await ask('GET /app/installations', { per_page: PAGE, page });
      if (answer.kind !== 'answer') return answer;
      if (!Array.isArray(answer.data)) return unreadable('list of installations');
      const installations = answer.data.flatMap((item) => parseInstallation(item));
      // An unreadable installation would count as uninstalled.
      if (installations.length !== answer.data.length) return unreadable('list of installations');
      return { kind: 'page', installations, more: answer.data.length >= PAGE };
    },
  };
}

function unreadable(what: string): GitHubFailure {
  return { kind: 'unavailable', message: `Could not parse GitHub's ${what}` };
}

/** The `next` page of a `Link` header. */
export function nextPage(link: string | undefined): URL | undefined {
  const address = /<([^>]+)>;\s*rel="next"/.exec(link ?? '')?.[1];
  return address !== undefined && URL.canParse(address) ? new URL(address) : undefined;
}

function parseAttempt(value: unknown): DeliveryAttempt[] {
  const listed = read(attempt, value);
  return listed === undefined ? [] : [listed];
}

function parseInstallation(value: unknown): AppInstallation[] {
  const listed = read(installation, value);
  if (listed === undefined) return [];
  const changedAt = instantOf(listed.updated_at);
  return [
    {
      installationId: listed.id,
      account: toAccount(listed),
      suspended: isSuspended(value),
      ...(changedAt !== undefined && { changedAt }),
    },
  ];
}

function toAccount({ target_type: target, account }: v.InferOutput<typeof installation>): LifecycleAccount {
  if (target === 'Enterprise') return { kind: 'enterprise' };
  if (account === undefined) return { kind: 'unknown' };
  return {
    kind: 'owner',
    id: account.id,
    login: account.login,
    type: account.type === 'User' ? 'User' : 'Organization',
  };
}
