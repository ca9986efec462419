import type { TenantManagerDeps } from './deps';
import type { OwnerEvent } from './onboard';

/**
 * Each event of an installation names its account as it was called then: the one way to learn of a rename of which GitHub told
 * nobody, as the installation was suspended. Events come late and in any order, so of two names GitHub's present one counts.
 */
export async function followLogin({ action, installationId, account }: OwnerEvent, deps: TenantManagerDeps): Promise<void> {
  const lookup = await deps.tenants.get(installationId);
  if (lookup.kind === 'tenant' && lookup.tenant.orgName !== account.login) {
    const answer = await deps.github.getInstallation(installationId);
    if (action !== 'renamed' && (answer.kind === 'unavailable' || answer.kind === 'limited')) {
      throw new Error(`GitHub gave no answer about installation ${installationId}, whose account has another login than its row; the event is tried again.`);
    }
    const login = answer.kind === 'found' ? answer.installation?.login : undefined;
    const next = login ?? (action === 'renamed' ? account.login : undefined);
    if (next !== undefined && (await deps.lifecycle.rename(installationId, next, deps.clock.now()))) deps.log.info("A tenant's account has another login", { org_name: next });
    // Until now GitHub knew nobody by the login of the row.
    if (next !== undefined) return deps.retryRefused(installationId);
  }
  // This may be the repeat of an event that was cut off before its jobs were woken.
  if (action === 'renamed') await deps.retryRefused(installationId);
}
