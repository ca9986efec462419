import { isOffboarded, type LifecycleAccount, type LifecycleEvent, type TenantLookup } from '@multi-tenant-runner/core';
import { activate } from './activate';
import { mayRunAtOnce } from './decide-admission';
import { decideReinstallation, hasNewer, type AccountRow, type Reinstallation } from './decide-reinstallation';
import type { TenantManagerDeps } from './deps';
import { offboard } from './offboard';
import { runAll } from './run-all';

type Owner = Extract<LifecycleAccount, { kind: 'owner' }>;
/** An event of an installation that can be a tenant. */
export type OwnerEvent = LifecycleEvent & { readonly account: Owner };

/**
 * The tenant's row, security group and waiting jobs; then the end of the account's earlier installation. Every step
 * looks at what is there, so the event may come twice, late, or again after it was cut off anywhere.
 */
export async function onboard(event: OwnerEvent, deps: TenantManagerDeps): Promise<void> {
  const succession = await ensureRow(event, deps);
  if (succession === undefined) return;
  await runAll([
    () => activate(event.installationId, deps),
    ...succession.offboard.map((earlier) => () => offboard(earlier, event.account, deps)),
  ]);
}

/**
 * Makes the row from whichever event of the installation comes first: GitHub promises no order, and a suspension that
 * overtook its `created` must not be forgotten. Undefined: the installation is over, and nothing more is to be done.
 */
export async function ensureRow(
  event: OwnerEvent,
  deps: TenantManagerDeps,
): Promise<Extract<Reinstallation, { kind: 'current' }> | undefined> {
  const lookup = await deps.tenants.get(event.installationId);
  if (isOffboarded(lookup)) {
    deps.log.info('An event of an uninstalled tenant came late or again; a deleted row is never revived');
    // Whatever an earlier try of this event made after the clean-up was done goes away with this.
    await deps.cleanUp(event.installationId);
    return undefined;
  }
  // A row that stands needs no look at the account's others, but a repeated `created` may have them to offboard still.
  if (lookup.kind === 'tenant' && event.action !== 'created') return { kind: 'current', offboard: [] };
  const succession = await findSuccession(event, deps);
  if (succession.kind === 'replaced') {
    deps.log.info('A newer installation has replaced this one, and GitHub no longer knows it');
    await offboard(event.installationId, event.account, deps);
    return undefined;
  }
  await createRow(event, succession.previous, deps);
  return succession;
}

async function createRow(
  { installationId, account }: OwnerEvent,
  previous: number | undefined,
  deps: TenantManagerDeps,
): Promise<void> {
  const awaitsApproval = !mayRunAtOnce(account, deps.onboarding);
  const created = await deps.lifecycle.create({
    installationId,
    orgName: account.login,
    orgType: account.type,
    accountId: account.id,
    tier: deps.defaultTier,
    maxRunners: deps.tiers.get(deps.defaultTier)?.maxRunners ?? 0,
    ...(previous !== undefined && { previousInstallationId: previous }),
    ...(awaitsApproval && { awaitsApproval }),
    now: deps.clock.now(),
  });
  if (!created) return;
  const fields = { org_name: account.login, ...(previous !== undefined && { previous_installation_id: previous }) };
  if (awaitsApproval)
    deps.log.warn('A tenant waits for approval: it runs jobs once its status is set to active', {
      ...fields,
      account_id: account.id,
    });
  else deps.log.info('A tenant was onboarded', fields);
  deps.metrics.count(awaitsApproval ? 'TenantAwaitingApproval' : 'TenantOnboarded', {
    properties: { tenant_id: installationId },
  });
}

async function findSuccession(
  { installationId, account }: OwnerEvent,
  deps: TenantManagerDeps,
): Promise<Reinstallation> {
  const ids = (await deps.lifecycle.findByAccount(account.id)).filter((id) => id !== installationId);
  const others: AccountRow[] = [];
  for (const id of ids) others.push({ installationId: id, state: stateOf(await deps.tenants.get(id)) });
  const atGitHub = hasNewer(installationId, others) ? await syncJobFromGitHub(installationId, deps) : 'unsure';
  return decideReinstallation(installationId, others, atGitHub);
}

function stateOf(lookup: TenantLookup): AccountRow['state'] {
  if (!isOffboarded(lookup)) return 'slots';
  const { cleanup } = lookup.kind === 'tombstone' ? lookup : lookup.tenant;
  return cleanup === 'done' ? 'gone' : 'leaving';
}

async function syncJobFromGitHub(
  installationId: number,
  deps: TenantManagerDeps,
): Promise<'known' | 'gone' | 'unsure'> {
  const answer = await deps.github.getInstallation(installationId);
  if (answer.kind === 'found') return answer.installation === undefined ? 'gone' : 'known';
  deps.log.warn("GitHub did not say which of an account's installations is the present one, so both rows stay", {
    answer: answer.kind,
  });
  return 'unsure';
}
