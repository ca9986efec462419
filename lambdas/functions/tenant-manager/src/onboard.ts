import { isOffboarded, type TenantLookup } from '@multi-tenant-runner/core';
import { activate } from './activate';
import { admitAccount } from './admit-account';
import { decideReinstallation, hasNewer, type AccountRow, type Reinstallation } from './decide-reinstallation';
import type { TenantManagerDeps } from './deps';
import { inheritPolicy } from './inherit-policy';
import { offboard } from './offboard';
import type { OwnerEvent } from './owner-event';
import { runAll } from './run-all';

/**
 * Creates the tenant's row and security group and starts its waiting jobs; then offboards the account's earlier
 * installations. Every step is idempotent, so the event may arrive twice, late, or again after a failure at any point.
 */
export async function onboard(event: OwnerEvent, deps: TenantManagerDeps): Promise<void> {
  const reinstallation = await ensureRow(event, deps);
  if (reinstallation === undefined) return;
  await runAll([
    () => activate(event.installationId, deps),
    ...reinstallation.offboard.map((earlier) => () => offboard(earlier, event.account, deps)),
  ]);
}

/**
 * Creates the row on the installation's first event, whichever that is: GitHub does not guarantee an order, and a
 * suspension that overtakes `created` must not be lost. Undefined: the installation is gone.
 */
export async function ensureRow(
  event: OwnerEvent,
  deps: TenantManagerDeps,
): Promise<Extract<Reinstallation, { kind: 'current' }> | undefined> {
  const lookup = await deps.tenants.get(event.installationId);
  if (isOffboarded(lookup)) {
    deps.log.info('Ignored a late or repeated event of an uninstalled tenant; a deleted row stays deleted');
    // Removes what an earlier attempt of this event created after the clean-up.
    await deps.cleanUp(event.installationId);
    return undefined;
  }
  // With a row, only a repeated `created` may still have earlier installations to offboard.
  if (lookup.kind === 'tenant' && event.action !== 'created') return { kind: 'current', earlier: [], offboard: [] };
  const reinstallation = await findReinstallation(event, deps);
  if (reinstallation.kind === 'replaced') {
    deps.log.info('Ignored: a newer installation of the account replaced this one');
    await offboard(event.installationId, event.account, deps);
    return undefined;
  }
  if (lookup.kind !== 'tenant') await createRow(event, reinstallation.earlier, deps);
  return reinstallation;
}

async function createRow(event: OwnerEvent, earlier: readonly number[], deps: TenantManagerDeps): Promise<void> {
  const { installationId, account } = event;
  const policy = await inheritPolicy(installationId, earlier, deps);
  const suspendedBy = await admitAccount(event, policy?.standing ?? 'unknown', deps);
  const [previous] = earlier;
  const created = await deps.lifecycle.create({
    installationId,
    orgName: account.login,
    orgType: account.type,
    accountId: account.id,
    tier: deps.defaultTier,
    maxRunners: deps.tiers.get(deps.defaultTier)?.maxRunners ?? 0,
    ...(policy !== undefined && { decisions: policy.decisions }),
    ...(previous !== undefined && { previousInstallationId: previous }),
    ...(suspendedBy !== undefined && { suspendedBy }),
    now: deps.clock.now(),
  });
  if (!created) return;
  const fields = { org_name: account.login, ...(previous !== undefined && { previous_installation_id: previous }) };
  const properties = { tenant_id: installationId };
  switch (suspendedBy) {
    case undefined:
      deps.log.info('Onboarded a tenant', fields);
      return deps.metrics.count('TenantOnboarded', { properties });
    case 'approval':
      deps.log.warn('A tenant waits for approval; set its status to active to run its jobs', {
        ...fields,
        account_id: account.id,
      });
      return deps.metrics.count('TenantAwaitingApproval', { properties });
    case 'operator':
      deps.log.warn('An account that an operator suspended installed the App again; it stays suspended', fields);
  }
}

async function findReinstallation(
  { installationId, account }: OwnerEvent,
  deps: TenantManagerDeps,
): Promise<Reinstallation> {
  const ids = (await deps.lifecycle.findByAccount(account.id)).filter((id) => id !== installationId);
  const others: AccountRow[] = [];
  for (const id of ids) others.push({ installationId: id, state: stateOf(await deps.tenants.get(id)) });
  const atGitHub = hasNewer(installationId, others) ? await lookUpInstallation(installationId, deps) : 'unsure';
  return decideReinstallation(installationId, others, atGitHub);
}

function stateOf(lookup: TenantLookup): AccountRow['state'] {
  if (!isOffboarded(lookup)) return 'live';
  const { cleanup } = lookup.kind === 'tombstone' ? lookup : lookup.tenant;
  return cleanup === 'done' ? 'gone' : 'leaving';
}

async function lookUpInstallation(
  installationId: number,
  deps: TenantManagerDeps,
): Promise<'known' | 'gone' | 'unsure'> {
  const answer = await deps.github.getInstallation(installationId);
  if (answer.kind === 'found') return answer.installation === undefined ? 'gone' : 'known';
  deps.log.warn("GitHub did not answer which of an account's installations is current; keeping both rows", {
    answer: answer.kind,
  });
  return 'unsure';
}
