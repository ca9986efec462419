import { ROLES, type Caller, type Role } from './caller';

const OPERATOR: readonly Role[] = ['operator'];
const ADMIN: readonly Role[] = ['operator', 'tenant-admin'];
const USER: readonly Role[] = ['operator', 'tenant-admin', 'tenant-user'];
const VIEWER = ROLES;

/** Who may call which operation. What is not listed is refused. */
export const PERMISSIONS = {
  'show-me': VIEWER,
  'list-tenants': OPERATOR,
  'show-tenant': VIEWER,
  'change-tenant': OPERATOR,
  'approve-tenant': OPERATOR,
  'suspend-tenant': OPERATOR,
  'resume-tenant': OPERATOR,
  'drain-tenant': OPERATOR,
  'offboard-tenant': OPERATOR,
  'show-offboarding': OPERATOR,
  'show-limits': VIEWER,
  'list-jobs': VIEWER,
  'show-job': VIEWER,
  'explain-job': VIEWER,
  'cancel-job': OPERATOR,
  'retry-job': OPERATOR,
  'list-runners': USER,
  'show-runner': USER,
  'end-runner': OPERATOR,
  'list-locks': VIEWER,
  'acquire-lock': USER,
  'release-lock': USER,
  'list-waiting': OPERATOR,
  'list-tenant-changes': ADMIN,
  'list-changes': OPERATOR,
  'list-dead-letters': OPERATOR,
  'redrive-dead-letters': OPERATOR,
  'freeze-launches': OPERATOR,
  'unfreeze-launches': OPERATOR,
  'check-health-deep': OPERATOR,
  'check-nets': OPERATOR,
  'list-overview': OPERATOR,
  'show-overview': VIEWER,
  'find-tenants': OPERATOR,
  'list-usage': OPERATOR,
  'show-usage': VIEWER,
  'show-stats': VIEWER,
  'list-corrections': VIEWER,
  'correct-usage': OPERATOR,
  'create-link': ADMIN,
  'list-apps': VIEWER,
  'show-app': VIEWER,
  'show-app-logs': VIEWER,
  'list-deployments': VIEWER,
  'show-deployment': VIEWER,
  'explain-deployment': VIEWER,
  'deploy-app': USER,
  'roll-back-app': USER,
  'get-push-credentials': USER,
  'set-apps-from-repository': ADMIN,
  'create-app': ADMIN,
  'scale-app': ADMIN,
  'suspend-app': ADMIN,
  'resume-app': ADMIN,
  'delete-app': ADMIN,
  'add-app-host': ADMIN,
  'remove-app-host': ADMIN,
  'list-app-secrets': USER,
  'set-app-secret': ADMIN,
  'unset-app-secret': ADMIN,
  'deliver-webhook': OPERATOR,
  'show-callback': ADMIN,
  'set-callback': ADMIN,
  'rotate-callback-secret': ADMIN,
  'remove-callback': ADMIN,
} as const satisfies Readonly<Record<string, readonly Role[]>>;

export type OperationId = keyof typeof PERMISSIONS | PublicOperationId;

/** Operations that say nothing of any tenant and need no caller. */
export const PUBLIC = ['check-health', 'show-document', 'show-page'] as const;
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
