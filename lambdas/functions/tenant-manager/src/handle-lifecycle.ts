import { parseLifecycleEvent, type LifecycleEvent } from '@multi-tenant-runner/core';
import { changeSuspension } from './change-suspension';
import { followLogin } from './follow-login';
import type { TenantManagerDeps } from './deps';
import { offboard } from './offboard';
import { ensureRow, onboard } from './onboard';
import type { OwnerEvent } from './owner-event';

/** Handles one event of the bus. After a throw Lambda retries it, and sends it to the dead letters in the end. */
export async function handleLifecycle(detail: unknown, deps: TenantManagerDeps): Promise<void> {
  const decoded = parseLifecycleEvent(detail);
  if (!decoded.ok) {
    throw new Error(`The event is not an installation event of the webhook function: ${decoded.problems.join('; ')}.`);
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

/**
 * An event without an owner can't create a row, but does change an existing one: GitHub may delete an account before
 * its installation.
 */
async function applyToRow(event: LifecycleEvent, deps: TenantManagerDeps): Promise<void> {
  const { action, installationId, account } = event;
  const known = (await deps.tenants.get(installationId)).kind === 'tenant';
  // A late `created` must find the installation deleted, whoever its account was.
  if (action === 'deleted' && (known || account.kind === 'unknown')) return offboard(installationId, account, deps);
  if (known && action === 'new_permissions_accepted') return deps.retryRefused(installationId);
  if (known && (action === 'suspend' || action === 'unsuspend')) return changeSuspension({ ...event, action }, deps);
  deps.log.info(
    account.kind === 'enterprise'
      ? 'Ignored: the App is installed on an enterprise, which has no login and no runners; ' +
          'install it on its organisations'
      : 'Ignored: the event names no account, and no tenant row has this installation',
  );
}

function isOwned(event: LifecycleEvent): event is OwnerEvent {
  return event.account.kind === 'owner';
}
