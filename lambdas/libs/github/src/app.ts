import {
  Decoder,
  instantOf,
  type AppInstallation,
  type DeliveryAttempt,
  type GitHubApp,
  type GitHubFailure,
  type LifecycleAccount,
} from '@multi-tenant-runner/core';
import type { GitHubDeps } from './calls';
import { parseFailure } from './read-failure';
import { createRequests, withExactIds } from './requests';
import { createTokens } from './tokens';

const TIMEOUT = 8_000;
const PAGE = 100;

/** The calls that GitHub answers to the App itself, authenticated with its JWT. */
export function createGitHubApp({ baseUrl, identity, fetch, clock, timeout = TIMEOUT }: GitHubDeps): GitHubApp {
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
    listDeliveries: async (cursor) => {
      const answer = await ask('GET /app/hook/deliveries', { per_page: PAGE, ...(cursor !== undefined && { cursor }) });
      if (answer.kind !== 'answer') return answer;
      if (!Array.isArray(answer.data)) return unreadable('deliveries');
      const attempts = answer.data.flatMap((item) => parseAttempt(item));
      // Skipping an unreadable attempt would lose it for good.
      if (attempts.length !== answer.data.length) return unreadable('deliveries');
      const next = nextPage(answer.link)?.searchParams.get('cursor') ?? undefined;
      return { kind: 'page', attempts, ...(next !== undefined && { cursor: next }) };
    },
    redeliver: async (attemptId) => {
      const answer = await ask('POST /app/hook/deliveries/{delivery_id}/attempts', { delivery_id: attemptId });
      return answer.kind === 'answer' ? { kind: 'asked' } : answer;
    },
    listInstallations: async (page) => {
      const answer = await ask('GET /app/installations', { per_page: PAGE, page });
      if (answer.kind !== 'answer') return answer;
      if (!Array.isArray(answer.data)) return unreadable('installations');
      const installations = answer.data.flatMap((item) => parseInstallation(item));
      // An unreadable installation would count as uninstalled.
      if (installations.length !== answer.data.length) return unreadable('installations');
      return { kind: 'page', installations, more: answer.data.length >= PAGE };
    },
  };
}

function unreadable(what: string): GitHubFailure {
  return { kind: 'unavailable', message: `Could not parse GitHub's list of ${what}` };
}

/** The `next` page of a `Link` header. */
export function nextPage(link: string | undefined): URL | undefined {
  const address = /<([^>]+)>;\s*rel="next"/.exec(link ?? '')?.[1];
  return address !== undefined && URL.canParse(address) ? new URL(address) : undefined;
}

function parseAttempt(value: unknown): DeliveryAttempt[] {
  const decoder = Decoder.of(value);
  const action = decoder.optionalText('action');
  const status = decoder.text('status');
  const installationId = integerOf(value, 'installation_id');
  const attempt = {
    id: String(Reflect.get(Object(value), 'id') ?? ''),
    guid: decoder.text('guid'),
    deliveredAt: new Date(decoder.time('delivered_at') || 0).toISOString(),
    succeeded: status === 'OK',
    redelivery: decoder.boolean('redelivery'),
    event: decoder.text('event'),
    ...(action !== undefined && { action }),
    ...(installationId !== undefined && { installationId }),
  };
  return decoder.problems.length === 0 && attempt.id !== '' ? [attempt] : [];
}

function parseInstallation(value: unknown): AppInstallation[] {
  const decoder = Decoder.of(value);
  const installationId = integerOf(value, 'id');
  if (installationId === undefined) return [];
  const changedAt = instantOf(Reflect.get(Object(value), 'updated_at'));
  return [
    {
      installationId,
      account: parseAccount(value),
      suspended: decoder.has('suspended_at'),
      ...(changedAt !== undefined && { changedAt }),
    },
  ];
}

function parseAccount(installation: unknown): LifecycleAccount {
  const target: unknown = Reflect.get(Object(installation), 'target_type');
  const account: unknown = Reflect.get(Object(installation), 'account');
  if (target === 'Enterprise') return { kind: 'enterprise' };
  const id = integerOf(account, 'id');
  const login: unknown = Reflect.get(Object(account), 'login');
  if (id === undefined || typeof login !== 'string' || login === '') return { kind: 'unknown' };
  return { kind: 'owner', id, login, type: Reflect.get(Object(account), 'type') === 'User' ? 'User' : 'Organization' };
}

/** Ids are strings where they may exceed a safe integer. */
function integerOf(value: unknown, name: string): number | undefined {
  const given: unknown = Reflect.get(Object(value), name);
  const number =
    typeof given === 'number' ? given : typeof given === 'string' && /^\d+$/.test(given) ? Number(given) : Number.NaN;
  return Number.isSafeInteger(number) && number > 0 ? number : undefined;
}
