import type { KeyObject } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { judgeAppJwt } from './app-jwt';
import type { Answer } from '../../lib/http';
import type { Access, Installation, Repository } from '../state/model';
import { sameName, type Store } from '../state/store';
import { allows, type InstallationToken } from './tokens';

export function refusal(status: number, message: string): Answer {
  return { status, body: { message, documentation_url: 'https://docs.github.com/rest', status: String(status) } };
}

export const NOT_FOUND = refusal(404, 'Not Found');
const FORBIDDEN = refusal(403, 'Resource not accessible by integration');
const BAD_CREDENTIALS = refusal(401, 'Bad credentials');

export type Allowed<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly answer: Answer };

export interface Holder {
  readonly installation: Installation;
  readonly token: InstallationToken;
}

/** Routes under /app answer the App's own JWT only. */
export function asApp(headers: IncomingHttpHeaders, appId: number, key: KeyObject, now: number): Allowed<true> {
  const presented = credential(headers);
  if (presented === undefined) return denied(refusal(401, 'Requires authentication'));
  const jwt = judgeAppJwt(presented, appId, key, now);
  return jwt.ok ? { ok: true, value: true } : denied(refusal(401, jwt.message));
}

/** Every other route answers an installation's token, as long as the installation lives. */
export function asInstallation(headers: IncomingHttpHeaders, store: Store, now: number): Allowed<Holder> {
  const presented = credential(headers);
  if (presented === undefined) return denied(refusal(401, 'Requires authentication'));
  const token = store.tokens.get(presented);
  if (token === undefined || token.expiresAt <= now) return denied(BAD_CREDENTIALS);
  const installation = store.installations.get(token.installationId);
  if (installation === undefined || installation.state === 'deleted') return denied(BAD_CREDENTIALS);
  if (installation.state === 'suspended') return denied(refusal(403, 'This installation has been suspended'));
  return { ok: true, value: { installation, token } };
}

/** The organisation's own runners; what belongs to another account isn't there for this token. */
export function inOrganization(holder: Holder, org: string, access: Access): Allowed<Holder> {
  const { account } = holder.installation;
  if (account.type !== 'Organization' || !sameName(account.login, org)) return denied(NOT_FOUND);
  if (!allows(holder.token.permissions, 'organization_self_hosted_runners', access)) return denied(FORBIDDEN);
  return { ok: true, value: holder };
}

export function inRepository(
  holder: Holder,
  store: Store,
  where: { owner: string; repo: string },
  needed: { permission: string; access: Access },
): Allowed<Repository> {
  const { account } = holder.installation;
  const repository = sameName(account.login, where.owner) ? store.repositoryNamed(account.id, where.repo) : undefined;
  const { repositoryIds } = holder.token;
  if (repository === undefined || repositoryIds?.includes(repository.id) === false) return denied(NOT_FOUND);
  return allows(holder.token.permissions, needed.permission, needed.access)
    ? { ok: true, value: repository }
    : denied(FORBIDDEN);
}

function credential(headers: IncomingHttpHeaders): string | undefined {
  return /^(?:bearer|token)\s+(\S+)$/i.exec(headers.authorization ?? '')?.[1];
}

function denied<T>(answer: Answer): Allowed<T> {
  return { ok: false, answer };
}
