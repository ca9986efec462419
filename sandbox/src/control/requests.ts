import type { NewInstallation, NewJob } from '../github/github';
import { object, oneOf, text, texts, whole, type Json } from '../lib/json';
import type { Permissions } from '../github/state/model';

/** Bodies of the control API. A string says what is wrong with it. */
export function readInstallation(body: unknown): NewInstallation | string {
  const wanted = object(body);
  const account = object(wanted?.['account']);
  const login = text(account?.['login']);
  if (wanted === undefined || login === undefined)
    return 'account.login: the name of an organisation or a user is missing.';
  const type =
    account?.['type'] === undefined ? 'Organization' : oneOf(['Organization', 'User'] as const, account['type']);
  if (type === undefined) return 'account.type: neither Organization nor User.';
  const id = optionalId(wanted, 'id');
  const accountId = optionalId(account ?? {}, 'id');
  if (id === 'bad') return 'id: not an integer.';
  if (accountId === 'bad') return 'account.id: not an integer.';
  const permissions = readPermissions(wanted['permissions']);
  const repositories = texts(wanted['repositories'])?.map((name) => ({ name }));
  return {
    login,
    type,
    ...(id !== undefined && { id }),
    ...(accountId !== undefined && { accountId }),
    ...(permissions && { permissions }),
    ...(repositories && { repositories }),
  };
}

export function readJob(body: unknown): NewJob | string {
  const wanted = object(body);
  const installationId = whole(wanted?.['installation_id']);
  if (wanted === undefined || installationId === undefined) return 'installation_id: not an integer.';
  const labels = texts(wanted['labels']);
  if (labels === undefined) return 'labels: not a list of strings.';
  const lengthMs = wanted['seconds'] === undefined ? undefined : readSeconds(wanted['seconds']);
  if (wanted['seconds'] !== undefined && lengthMs === undefined)
    return 'seconds: not a number of at least 0 (null: until finished on request).';
  const repository = text(wanted['repo']);
  const name = text(wanted['name']);
  return {
    installationId,
    labels,
    gated: wanted['gate'] === true,
    ...(typeof wanted['public'] === 'boolean' && { public: wanted['public'] }),
    ...(wanted['admitted'] === true && { admitted: true }),
    ...(wanted['hidden'] === true && { hidden: true }),
    ...(repository !== undefined && { repository }),
    ...(name !== undefined && { name }),
    ...(lengthMs !== undefined && { lengthMs }),
  };
}

/** Milliseconds; null is without end, undefined is no length at all. */
export function readSeconds(value: unknown): number | null | undefined {
  if (value === null) return null;
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? Math.round(value * 1000) : undefined;
}

function optionalId(body: Json, name: string): number | 'bad' | undefined {
  return body[name] === undefined ? undefined : (whole(body[name]) ?? 'bad');
}

function readPermissions(value: unknown): Permissions | undefined {
  const given = object(value);
  if (given === undefined) return undefined;
  return Object.fromEntries(
    Object.entries(given).map(([name, access]) => [name, access === 'write' ? 'write' : 'read']),
  );
}
