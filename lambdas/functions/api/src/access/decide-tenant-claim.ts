import { TENANT_ROLES, type TenantRole } from './caller';
import type { VerifiedToken } from './verify-token';

/** What a token claims, before any row was looked at; `refuse` says what is wrong with it. */
export type TenantClaim =
  | { readonly kind: 'installation'; readonly installationId: number; readonly role: TenantRole }
  | {
      readonly kind: 'account';
      readonly accountId: number;
      readonly role: TenantRole;
      readonly repository: string;
      readonly job: { readonly repoId: number; readonly ref: string };
    }
  | { readonly kind: 'refuse'; readonly because: string };

/**
 * The events of a workflow whose code is the repository's own. The claims of a pull request's token don't say whether
 * it comes from a fork, and `pull_request_target`, `issue_comment` and `workflow_run` can run what a stranger wrote in
 * the name of the repository: tokens of these count for nothing.
 * https://docs.github.com/en/actions/reference/workflows-and-actions/events-that-trigger-workflows
 */
const OWN_EVENTS: readonly unknown[] = [
  'push',
  'schedule',
  'workflow_dispatch',
  'repository_dispatch',
  'release',
  'deployment',
  'merge_group',
];

/** Which tenant a checked token speaks for, and in which role. Pure. */
export function decideTenantClaim({ issuer, claims }: VerifiedToken): TenantClaim {
  if (issuer.kind === 'claims') {
    const installationId = idOf(claims[issuer.tenantClaim]);
    if (installationId === undefined) return refuse(`its claim ${issuer.tenantClaim} is no installation id`);
    const role = TENANT_ROLES.find((one) => one === claims[issuer.roleClaim]);
    if (role === undefined) return refuse(`its claim ${issuer.roleClaim} is not one of ${TENANT_ROLES.join(', ')}`);
    return { kind: 'installation', installationId, role };
  }
  const accountId = idOf(claims['repository_owner_id']);
  const repository = claims['repository'];
  const repoId = idOf(claims['repository_id']);
  if (accountId === undefined || repoId === undefined || typeof repository !== 'string')
    return refuse('it does not name its repository and the owner of it');
  if (!OWN_EVENTS.includes(claims['event_name']))
    return refuse('its workflow was started by an event that may run what comes from a fork');
  const { ref } = claims;
  const job = { repoId, ref: typeof ref === 'string' ? ref : '' };
  return { kind: 'account', accountId, role: 'tenant-user', repository, job };
}

/** GitHub writes the ids of its claims as strings. */
function idOf(value: unknown): number | undefined {
  const text = typeof value === 'number' || typeof value === 'string' ? String(value) : '';
  return /^[1-9]\d{0,15}$/.test(text) ? Number(text) : undefined;
}

function refuse(because: string): TenantClaim {
  return { kind: 'refuse', because };
}
