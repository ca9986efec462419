import type { TenantManagerDeps } from './deps';
import type { OwnerEvent } from './owner-event';

/**
 * Each installation event has the account's login at that time: the only way to notice a rename without an event of its
 * own, as GitHub sends none to a suspended installation. Events arrive late and in any order, so GitHub's present login
 * decides.
 */
export async function followLogin(
  { action, installationId, account }: OwnerEvent,
  deps: TenantManagerDeps,
): Promise<void> {
  const lookup = await deps.tenants.get(installationId);
  if (lookup.kind === 'tenant' && lookup.tenant.orgName !== account.login) {
    const answer = await deps.github.getInstallation(installationId);
    if (action !== 'renamed' && (answer.kind === 'unavailable' || answer.kind === 'limited')) {
      throw new Error(
        `GitHub did not answer for installation ${installationId}, whose account has another login than ` +
          'its row; retrying the event.',
      );
    }
    const login = answer.kind === 'found' ? answer.installation?.login : undefined;
    const next = login ?? (action === 'renamed' ? account.login : undefined);
    if (next !== undefined && (await deps.lifecycle.rename(installationId, next, deps.clock.now())))
      deps.log.info("A tenant's account was renamed", { org_name: next });
    // Until now GitHub answered 404 for the row's login.
    if (next !== undefined) return deps.retryRefused(installationId);
  }
  // An earlier attempt of this event may have failed before it dispatched the jobs.
  if (action === 'renamed') await deps.retryRefused(installationId);
}
