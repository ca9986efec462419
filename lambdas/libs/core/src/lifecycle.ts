import { Decoder, decoded, type Decoded } from './decode';
import type { OrgType } from './tenant';

export const INSTALLATION_ACTIONS = ['created', 'deleted', 'suspend', 'unsuspend', 'new_permissions_accepted', 'renamed'] as const;
export type InstallationAction = (typeof INSTALLATION_ACTIONS)[number];

/** What of an `installation` or `installation_target` event travels on the bus (repository lists are left out). */
export interface LifecycleEvent {
  readonly action: InstallationAction;
  readonly installationId: number;
  readonly account: LifecycleAccount;
  /** GitHub's own time of the installation's last change: what orders suspend and unsuspend. */
  readonly changedAt?: string;
  readonly deliveryId: string;
}

/** An enterprise has a slug and no login; it can't be a tenant. GitHub may leave the account out once it is gone itself. */
export type LifecycleAccount =
  | { readonly kind: 'owner'; readonly id: number; readonly login: string; readonly type: OrgType }
  | { readonly kind: 'enterprise' }
  | { readonly kind: 'unknown' };

export function encodeLifecycleEvent(event: LifecycleEvent): Record<string, unknown> {
  return {
    action: event.action,
    installation: { id: event.installationId, account: encodeAccount(event.account), updated_at: event.changedAt ?? null },
    delivery_id: event.deliveryId,
  };
}

function encodeAccount(account: LifecycleAccount): Record<string, unknown> {
  if (account.kind === 'owner') return { id: account.id, login: account.login, type: account.type };
  return { type: account.kind === 'enterprise' ? 'Enterprise' : 'Unknown' };
}

export function decodeLifecycleEvent(value: unknown): Decoded<LifecycleEvent> {
  const decoder = Decoder.of(value);
  const installation = decoder.object('installation');
  const changedAt = installation.has('updated_at') ? installation.time('updated_at') : undefined;
  return decoded(decoder, {
    action: decoder.oneOf('action', INSTALLATION_ACTIONS),
    installationId: installation.wholeNumber('id'),
    account: readAccount(installation.object('account')),
    ...(changedAt !== undefined && { changedAt }),
    deliveryId: decoder.text('delivery_id'),
  });
}

function readAccount(account: Decoder): LifecycleAccount {
  const type = account.oneOf('type', ['Organization', 'User', 'Enterprise', 'Unknown'] as const);
  if (type === 'Enterprise') return { kind: 'enterprise' };
  if (type === 'Unknown') return { kind: 'unknown' };
  return { kind: 'owner', id: account.wholeNumber('id'), login: account.text('login'), type };
}
