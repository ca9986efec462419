import {
  INSTALLATION_ACTIONS,
  isObject,
  type InstallationAction,
  type LifecycleAccount,
  type LifecycleEvent,
} from '@multi-tenant-runner/core';
import { installationIdOf, wordOf, type Delivery } from './parse-delivery';

export type InstallationDecision =
  | { readonly kind: 'publish'; readonly event: LifecycleEvent }
  | { readonly kind: 'ignore'; readonly reason: 'no-installation' | 'action'; readonly message: string };

/** The tenant's part of an `installation` or `installation_target` delivery, without its lists of repositories. */
export function decideInstallation(delivery: Delivery): InstallationDecision {
  const { payload, event } = delivery;
  const action = lifecycleAction(event, payload['action']);
  if (action === undefined) {
    return {
      kind: 'ignore',
      reason: 'action',
      message: `${event} with action ${wordOf(payload['action'])} does not change a tenant.`,
    };
  }
  const installationId = installationIdOf(payload);
  if (installationId === undefined) {
    return {
      kind: 'ignore',
      reason: 'no-installation',
      message: 'The delivery names no installation, so it does not change a tenant.',
    };
  }
  const installation = isObject(payload['installation']) ? payload['installation'] : {};
  // `renamed` has the account beside the installation, every other action inside it.
  const account = readAccount(
    installation['account'] ?? payload['account'],
    installation['target_type'] ?? payload['target_type'],
  );
  const changedAt = instant(installation['updated_at']);
  return {
    kind: 'publish',
    event: {
      action,
      installationId,
      account,
      ...(changedAt !== undefined && { changedAt }),
      deliveryId: delivery.deliveryId,
    },
  };
}

function lifecycleAction(event: string, action: unknown): InstallationAction | undefined {
  const known = INSTALLATION_ACTIONS.find((candidate) => candidate === action);
  // Each action belongs to one of the two event types.
  return (known === 'renamed') === (event === 'installation_target') ? known : undefined;
}

function readAccount(account: unknown, targetType: unknown): LifecycleAccount {
  if (targetType === 'Enterprise') return { kind: 'enterprise' };
  if (!isObject(account)) return { kind: 'unknown' };
  const { id, login, type } = account;
  if (typeof login !== 'string' || login === '')
    return { kind: typeof account['slug'] === 'string' ? 'enterprise' : 'unknown' };
  if (typeof id !== 'number' || !Number.isSafeInteger(id) || id < 0) return { kind: 'unknown' };
  return { kind: 'owner', id, login, type: type === 'User' ? 'User' : 'Organization' };
}

/** GitHub sends times as strings or, in some events, as Unix seconds; ISO 8601 strings can be compared. */
function instant(value: unknown): string | undefined {
  const milliseconds =
    typeof value === 'number' ? value * 1000 : typeof value === 'string' ? Date.parse(value) : Number.NaN;
  // toISOString throws outside a Date's range.
  return Math.abs(milliseconds) <= 8.64e15 ? new Date(milliseconds).toISOString() : undefined;
}
