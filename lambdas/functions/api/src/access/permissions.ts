import { ROLES, type Caller, type Role } from './caller';

const ALL = ROLES;

/** Who may call which operation. What is not listed is refused. */
export const PERMISSIONS = {
  'show-me': ALL,
  'show-tenant': ALL,
} as const satisfies Readonly<Record<string, readonly Role[]>>;

export type OperationId = keyof typeof PERMISSIONS | PublicOperationId;

/** Operations that say nothing of any tenant and need no caller. */
export const PUBLIC = ['check-health', 'show-document'] as const;
export type PublicOperationId = (typeof PUBLIC)[number];

export const isPublic = (id: OperationId): id is PublicOperationId => (PUBLIC as readonly string[]).includes(id);

/**
 * Default deny: the role must be listed, and a tenant's caller must ask for its own tenant. An operation without a
 * tenant in its path is about the caller itself.
 */
export function mayCall(caller: Caller, id: keyof typeof PERMISSIONS, installationId: number | undefined): boolean {
  const roles: readonly Role[] = PERMISSIONS[id];
  if (!roles.includes(caller.role)) return false;
  return caller.role === 'operator' || installationId === undefined || installationId === caller.installationId;
}
