import { BOOKMARKS, type AppInstallation, type LifecycleEvent, type TenantLookup } from '@multi-tenant-runner/core';
import { diffInstallations, isComparisonDue } from './diff-installations';
import { findApp, pinApp } from './app-identity';
import { handleFailure, type OutOfTime, type RecoveryDeps } from './deps';
import { listTenants } from './overview';

const BOOKMARK = BOOKMARKS.installations;
/** Pages of GitHub's list that are read in parallel. */
const AT_ONCE = 4;

type ReconcileDeps = Pick<
  RecoveryDeps,
  'app' | 'github' | 'bookmarks' | 'tenants' | 'bus' | 'clock' | 'log' | 'metrics'
>;

/**
 * Every night, publishes missed installation events as the webhook would have; the tenant manager applies them by its
 * own rules. The next run repeats an interrupted comparison and finds fewer differences.
 *
 * @returns how many events were sent; undefined: no comparison was due, or it was interrupted
 */
export async function reconcileInstallations(deps: ReconcileDeps, outOfTime: OutOfTime): Promise<number | undefined> {
  if (!isComparisonDue(await deps.bookmarks.readCursor(BOOKMARK), deps.clock.now())) return undefined;
  const app = outOfTime() ? undefined : await findApp(deps);
  if (app === undefined) return undefined;
  const installations = await listInstallations(deps, outOfTime);
  if (installations === undefined) return undefined;
  // The registry is read after GitHub, so that an installation made in between has a row.
  const lookups = await listTenants(deps);
  const comparison = diffInstallations(installations, lookups);
  if (!app.isPinned && !(await pinApp(app.appId, comparison, deps))) return undefined;
  for (const id of comparison.deletedButListed)
    deps.log.warn(
      'GitHub lists an installation whose tenant is deleted, which is final; uninstall the App and install ' +
        'it again',
      { tenant_id: id },
    );
  let reconciled = 0;
  for (const { action, installation } of comparison.missed) {
    if (outOfTime()) return undefined;
    await send({ action, ...eventOf(installation, deps) }, deps);
    reconciled += 1;
  }
  const gone = comparison.isExodus ? refuseToOffboard(comparison.unlisted, deps) : comparison.unlisted;
  for (const installationId of gone) {
    if (outOfTime()) return undefined;
    const proof = await deps.github.getInstallation(installationId);
    if (proof.kind !== 'found') {
      await handleFailure(proof, 'looked for an installation', deps);
      return undefined;
    }
    if (proof.installation !== undefined) continue;
    await send(
      {
        action: 'deleted',
        installationId,
        account: accountOf(lookups, installationId),
        deliveryId: deliveryId(installationId, deps),
      },
      deps,
    );
    reconciled += 1;
  }
  await deps.bookmarks.writeCursor(BOOKMARK, deps.clock.now().toISOString());
  return reconciled;
}

async function listInstallations(deps: ReconcileDeps, outOfTime: OutOfTime): Promise<AppInstallation[] | undefined> {
  const installations: AppInstallation[] = [];
  for (let first = 1; ; first += AT_ONCE) {
    if (outOfTime()) return undefined;
    const pages = await Promise.all(
      Array.from({ length: AT_ONCE }, (_, index) => first + index).map((page) => deps.app.listInstallations(page)),
    );
    for (const page of pages) {
      if (page.kind !== 'page') {
        await handleFailure(page, 'listed its installations', deps);
        return undefined;
      }
      installations.push(...page.installations);
      if (!page.more) return installations;
    }
  }
}

/** Offboarding is final, so a fault of GitHub's list must not offboard everyone. */
function refuseToOffboard(unlisted: readonly number[], deps: ReconcileDeps): readonly number[] {
  deps.metrics.count('RecoveryFailed', { properties: { part: 'installations' } });
  deps.log.error(
    'GitHub lists fewer than half of the tenants, so no tenant is offboarded; to offboard one that did uninstall the ' +
      'App, set its status to deleted',
    { missing: unlisted.length },
  );
  return [];
}

function eventOf(installation: AppInstallation, deps: ReconcileDeps): Omit<LifecycleEvent, 'action'> {
  const { installationId, account, changedAt } = installation;
  return {
    installationId,
    account,
    ...(changedAt !== undefined && { changedAt }),
    deliveryId: deliveryId(installationId, deps),
  };
}

const deliveryId = (installationId: number, { clock }: ReconcileDeps): string =>
  `recovery-${installationId}-${clock.now().toISOString().slice(0, 10)}`;

function accountOf(lookups: readonly TenantLookup[], installationId: number): LifecycleEvent['account'] {
  const lookup = lookups.find((one) => one.kind === 'tenant' && one.tenant.installationId === installationId);
  if (lookup?.kind !== 'tenant' || lookup.tenant.accountId === undefined) return { kind: 'unknown' };
  const { accountId, orgName, orgType } = lookup.tenant;
  return { kind: 'owner', id: accountId, login: orgName, type: orgType };
}

async function send(event: LifecycleEvent, deps: ReconcileDeps): Promise<void> {
  await deps.bus.publishLifecycle(event.action === 'renamed' ? 'installation_target' : 'installation', event);
  deps.metrics.count('InstallationsMended', { properties: { tenant_id: event.installationId, action: event.action } });
  deps.log.warn('Sent an installation event again whose change the tenant row lacks', {
    tenant_id: event.installationId,
    action: event.action,
  });
}
