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

/** What of an `installation` or `installation_target` delivery concerns the tenant; its lists of repositories don't. */
export function decideInstallation(delivery: Delivery): InstallationDecision {
  const { payload, event } = delivery;
  const action = lifecycleAction(event, payload['action']);
  if (action === undefined) {
    return {
      kind: 'ignore',
      reason: 'action',
      message: `${event} with action ${wordOf(payload['action'])} changes no tenant.`,
    };
  }
  const installationId = installationIdOf(payload);
  if (installationId === undefined) {
    return {
      kind: 'ignore',
      reason: 'no-installation',
      message: 'The delivery names no installation, so no tenant is changed.',
    };
  }
  const installation = isObject(payload['installation']) ? payload['installation'] : {};
  // A renamed target brings its account beside the installation, everything else inside it.
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
  // Each action belongs to one of the two events.
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

/** GitHub writes these times as text or, in some events, as seconds since 1970; here they can be compared as texts. */
function instant(value: unknown): string | undefined {
  const milliseconds =
    typeof value === 'number' ? value * 1000 : typeof value === 'string' ? Date.parse(value) : Number.NaN;
  // Beyond what a Date holds, toISOString throws.
  return Math.abs(milliseconds) <= 8.64e15 ? new Date(milliseconds).toISOString() : undefined;
}
