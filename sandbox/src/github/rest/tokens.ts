import { randomBytes, randomUUID } from 'node:crypto';
import type { Installation, Permissions } from '../state/model';

export const TOKEN_LIFE_MS = 3_600_000;

export interface InstallationToken {
  readonly installationId: number;
  readonly permissions: Permissions;
  /** Absent: every repository of the account. */
  readonly repositoryIds?: readonly number[];
  readonly expiresAt: number;
}

export interface TokenRequest {
  readonly permissions?: Permissions;
  readonly repositoryIds?: readonly number[];
}

export function grantToken(
  installation: Installation,
  request: TokenRequest,
  now: number,
): InstallationToken | undefined {
  const asked = request.permissions ?? installation.permissions;
  if (!Object.entries(asked).every(([name, access]) => allows(installation.permissions, name, access)))
    return undefined;
  const repositories = request.repositoryIds === undefined ? {} : { repositoryIds: request.repositoryIds };
  return { installationId: installation.id, permissions: asked, ...repositories, expiresAt: now + TOKEN_LIFE_MS };
}

export function allows(permissions: Permissions, name: string, access: 'read' | 'write'): boolean {
  const held = permissions[name];
  return held === 'write' || held === access;
}

/**
 * The form that GitHub gives since April 2026: `ghs_<app id>_<JWT>`, about 520 characters. The signature is random
 * here: only this fake GitHub verifies the token.
 */
export function tokenText(appId: number, installationId: number, expiresAt: number): string {
  const head = segment({ alg: 'RS256', typ: 'JWT' });
  const claims = segment({ iss: appId, sub: installationId, exp: Math.floor(expiresAt / 1000), jti: randomUUID() });
  return `ghs_${appId}_${head}.${claims}.${randomBytes(256).toString('base64url')}`;
}

function segment(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
