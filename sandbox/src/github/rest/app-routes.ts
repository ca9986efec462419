import type { KeyObject } from 'node:crypto';
import { asApp, NOT_FOUND, refusal } from './access';
import type { Delivery } from '../webhooks/deliveries';
import type { GitHub } from '../github';
import { route, type Answer, type Call, type Handler, type Route } from '../../lib/http';
import { repositoriesOf } from '../state/installations';
import { object, parse, text, texts, whole, type Json } from '../../lib/json';
import { timestamp, type Installation, type Permissions } from '../state/model';
import { appJson, installationJson } from './representations';
import { sameName } from '../state/store';
import { grantToken, tokenText } from './tokens';

/** What the App itself may ask, with its JWT. */
export function appRoutes(github: GitHub, key: KeyObject, api: () => string): readonly Route[] {
  const { store, deliveries, appId } = github;
  const guarded =
    (handle: Handler): Handler =>
    (call) => {
      const allowed = asApp(call.headers, appId, key, github.clock());
      return allowed.ok ? handle(call) : allowed.answer;
    };
  const show = (one: Installation): Json => installationJson(one, appId, api());
  const living = (): readonly Installation[] =>
    [...store.installations.values()].filter((one) => one.state !== 'deleted');
  return [
    route(
      'GET',
      '/app',
      guarded(() => ({ status: 200, body: appJson(appId, github.startedAt, api()) })),
    ),
    route(
      'GET',
      '/app/installations',
      guarded((call) => page(call, living().map(show))),
    ),
    route(
      'GET',
      '/app/installations/{installation_id}',
      guarded((call) => {
        const found = installationIn(github, call);
        return found === undefined ? NOT_FOUND : { status: 200, body: show(found) };
      }),
    ),
    route(
      'POST',
      '/app/installations/{installation_id}/access_tokens',
      guarded((call) => mint(github, call)),
    ),
    // GitHub shows that there is a secret, never which.
    route(
      'GET',
      '/app/hook/config',
      guarded(() => ({
        status: 200,
        body: { content_type: 'json', insecure_ssl: '0', secret: '********', url: github.webhookUrl() },
      })),
    ),
    route(
      'GET',
      '/app/hook/deliveries',
      guarded((call) => listDeliveries(deliveries.list(), call)),
    ),
    route(
      'GET',
      '/app/hook/deliveries/{delivery_id}',
      guarded((call) => {
        const found = deliveries.find(Number(call.params['delivery_id']));
        return found === undefined ? NOT_FOUND : { status: 200, body: fullDelivery(found) };
      }),
    ),
    route(
      'POST',
      '/app/hook/deliveries/{delivery_id}/attempts',
      guarded((call) =>
        deliveries.redeliver(Number(call.params['delivery_id'])) ? { status: 202, body: {} } : NOT_FOUND,
      ),
    ),
  ];
}

function installationIn(github: GitHub, call: Call): Installation | undefined {
  const found = github.store.installations.get(Number(call.params['installation_id']));
  return found?.state === 'deleted' ? undefined : found;
}

function mint(github: GitHub, call: Call): Answer {
  const installation = installationIn(github, call);
  if (installation === undefined) return NOT_FOUND;
  if (installation.state === 'suspended') return refusal(403, 'This installation has been suspended');
  const body = call.body.length === 0 ? {} : object(parse(call.body));
  if (body === undefined) return refusal(400, 'Problems parsing JSON');
  const repositoryIds = askedRepositories(github, installation, body);
  if (repositoryIds === 'unknown') {
    return refusal(
      422,
      'There is at least one repository that does not exist or is not accessible to the parent installation.',
    );
  }
  const permissions = askedPermissions(body['permissions']);
  const request = { ...(permissions && { permissions }), ...(repositoryIds && { repositoryIds }) };
  const token = grantToken(installation, request, github.clock());
  if (token === undefined) return refusal(422, 'The permissions requested are not granted to this installation.');
  const secret = tokenText(github.appId, installation.id, token.expiresAt);
  github.store.tokens.set(secret, token);
  return {
    status: 201,
    body: {
      token: secret,
      expires_at: timestamp(token.expiresAt),
      permissions: token.permissions,
      repository_selection: repositoryIds === undefined ? 'all' : 'selected',
    },
  };
}

function askedRepositories(
  github: GitHub,
  installation: Installation,
  body: Json,
): readonly number[] | 'unknown' | undefined {
  const ids = body['repository_ids'];
  const names = texts(body['repositories']);
  if (ids === undefined && names === undefined) return undefined;
  const own = repositoriesOf(github.store, installation.account);
  const asked = Array.isArray(ids)
    ? ids.map((id) => own.find((one) => one.id === whole(id)))
    : (names ?? []).map((name) => own.find((one) => sameName(one.name, name)));
  const found = asked.filter((one) => one !== undefined);
  return found.length === asked.length ? found.map((one) => one.id) : 'unknown';
}

function askedPermissions(value: unknown): Permissions | undefined {
  const asked = object(value);
  if (asked === undefined) return undefined;
  return Object.fromEntries(
    Object.entries(asked).map(([name, access]) => [name, access === 'read' ? 'read' : 'write']),
  );
}

function page(call: Call, entries: readonly Json[]): Answer {
  const size = pageSize(call);
  const number = Math.max(1, Number(call.query.get('page') ?? 1) || 1);
  return { status: 200, body: entries.slice((number - 1) * size, number * size) };
}

/** GitHub pages deliveries by a cursor, as new ones arrive all the time. */
function listDeliveries(all: readonly Delivery[], call: Call): Answer {
  const wanted = call.query.get('status');
  const fits = (one: Delivery): boolean =>
    wanted === null || (wanted === 'success' ? one.statusCode >= 200 && one.statusCode < 400 : one.statusCode >= 400);
  const before = Number(call.query.get('cursor') ?? Number.MAX_SAFE_INTEGER);
  const rest = all.filter((one) => one.id < before && fits(one));
  const shown = rest.slice(0, pageSize(call));
  const last = shown.at(-1);
  const next: Record<string, string> =
    last !== undefined && rest.length > shown.length ? { link: `<${nextUrl(call, last.id)}>; rel="next"` } : {};
  return { status: 200, headers: next, body: shown.map(shortDelivery) };
}

function nextUrl(call: Call, cursor: number): string {
  const query = new URLSearchParams(call.query);
  query.set('cursor', String(cursor));
  return `http://${call.headers.host ?? '127.0.0.1'}${call.path}?${query.toString()}`;
}

export function pageSize(call: Call): number {
  return Math.min(100, Math.max(1, Number(call.query.get('per_page') ?? 30) || 30));
}

export function shortDelivery(one: Delivery): Json {
  return {
    id: one.id,
    guid: one.guid,
    delivered_at: new Date(one.deliveredAt).toISOString(),
    redelivery: one.redelivery,
    duration: one.durationMs / 1000,
    status: one.status,
    status_code: one.statusCode,
    event: one.webhook.event,
    action: one.webhook.action,
    installation_id: one.webhook.installationId,
    repository_id: one.webhook.repositoryId ?? null,
    throttled_at: null,
  };
}

export function fullDelivery(one: Delivery): Json {
  const { 'X-Hub-Signature-256': _signature, ...headers } = one.requestHeaders;
  return {
    ...shortDelivery(one),
    url: one.url,
    request: { headers, payload: one.webhook.payload },
    response: { headers: {}, payload: text(one.responseBody) ?? null },
  };
}
