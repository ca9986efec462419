import { decodeLifecycleEvent, type LifecycleEvent } from '@multi-tenant-runner/core';
import { changeSuspension } from './change-suspension';
import { followLogin } from './follow-login';
import type { TenantManagerDeps } from './deps';
import { offboard } from './offboard';
import { ensureRow, onboard, type OwnerEvent } from './onboard';

/** Handles one event of the bus. A throw means: again, and after the last try to the dead letters. */
export async function handleLifecycle(detail: unknown, deps: TenantManagerDeps): Promise<void> {
  const decoded = decodeLifecycleEvent(detail);
  if (!decoded.ok) {
    throw new Error(`The event on the bus is not an installation event of the webhook function: ${decoded.problems.join('; ')}.`);
  }
  const event = decoded.value;
  const log = deps.log.with({ tenant_id: event.installationId, action: event.action, delivery_id: event.deliveryId });
  await apply(event, { ...deps, log });
  log.info('Handled an installation event');
}

async function apply(event: LifecycleEvent, deps: TenantManagerDeps): Promise<void> {
  return isOwned(event) ? applyToOwner(event, deps) : applyToRow(event, deps);
}

async function applyToOwner(event: OwnerEvent, deps: TenantManagerDeps): Promise<void> {
  const { action, installationId } = event;
  switch (action) {
    case 'created':
      return onboard(event, deps);
    case 'deleted':
      return offboard(installationId, event.account, deps);
    case 'suspend':
    case 'unsuspend':
      if ((await ensureRow(event, deps)) === undefined) return;
      await changeSuspension({ ...event, action }, deps);
      return followLogin(event, deps);
    case 'new_permissions_accepted':
      if ((await ensureRow(event, deps)) === undefined) return;
      await followLogin(event, deps);
      return deps.retryRefused(installationId);
    case 'renamed':
      if ((await ensureRow(event, deps)) !== undefined) await followLogin(event, deps);
  }
}

/** Without an owner there is nothing to make a row of, but one that stands is changed: an account may be gone before its installation. */
async function applyToRow(event: LifecycleEvent, deps: TenantManagerDeps): Promise<void> {
  const { action, installationId, account } = event;
  const known = (await deps.tenants.get(installationId)).kind === 'tenant';
  // Whosever it was, a late `created` must find that it is over.
  if (action === 'deleted' && (known || account.kind === 'unknown')) return offboard(installationId, account, deps);
  if (known && action === 'new_permissions_accepted') return deps.retryRefused(installationId);
  if (known && (action === 'suspend' || action === 'unsuspend')) return changeSuspension({ ...event, action }, deps);
  deps.log.info(
    account.kind === 'enterprise'
      ? 'Ignored: the App is installed on an enterprise, which has no login and no runners of its own; install it on its organisations'
      : 'Ignored: GitHub did not say whose installation it is, and no row knows it',
  );
}

function isOwned(event: LifecycleEvent): event is OwnerEvent {
  return event.account.kind === 'owner';
}
