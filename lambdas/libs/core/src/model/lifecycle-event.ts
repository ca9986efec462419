import * as v from 'valibot';
import { integer, object, oneOf, optional, orgType, parse, string, time, type OrgType, type Parsed } from './schema';

export const INSTALLATION_ACTIONS = [
  'created',
  'deleted',
  'suspend',
  'unsuspend',
  'new_permissions_accepted',
  'renamed',
] as const;
export type InstallationAction = (typeof INSTALLATION_ACTIONS)[number];

/** The part of an `installation` or `installation_target` event that goes on the bus, without its repository lists. */
export interface LifecycleEvent {
  readonly action: InstallationAction;
  readonly installationId: number;
  readonly account: LifecycleAccount;
  /** GitHub's own time of the installation's last change, which orders suspend and unsuspend. */
  readonly changedAt?: string;
  readonly deliveryId: string;
}

/**
 * An enterprise has a slug and no login; it can't be a tenant. GitHub may leave the account out once it is gone itself.
 */
export type LifecycleAccount =
  | { readonly kind: 'owner'; readonly id: number; readonly login: string; readonly type: OrgType }
  | { readonly kind: 'enterprise' }
  | { readonly kind: 'unknown' };

export function encodeLifecycleEvent(event: LifecycleEvent): Record<string, unknown> {
  return {
    action: event.action,
    installation: {
      id: event.installationId,
      account: encodeAccount(event.account),
      updated_at: event.changedAt ?? null,
    },
    delivery_id: event.deliveryId,
  };
}

function encodeAccount(account: LifecycleAccount): Record<string, unknown> {
  if (account.kind === 'owner') return { id: account.id, login: account.login, type: account.type };
  return { type: account.kind === 'enterprise' ? 'Enterprise' : 'Unknown' };
}

const account = v.variant(
  'type',
  [
    object({ type: v.literal('Enterprise') }),
    object({ type: v.literal('Unknown') }),
    object({ type: orgType, id: integer(), login: string }),
  ],
  'is not one of Organization, User, Enterprise, Unknown',
);
const lifecycleEvent = object({
  action: oneOf(INSTALLATION_ACTIONS),
  installation: object({ id: integer(), account, updated_at: optional(time) }),
  delivery_id: string,
});

export function parseLifecycleEvent(value: unknown): Parsed<LifecycleEvent> {
  const parsed = parse(lifecycleEvent, value);
  if (!parsed.ok) return parsed;
  const { action, installation, delivery_id: deliveryId } = parsed.value;
  const changedAt = installation.updated_at;
  return {
    ok: true,
    value: {
      action,
      installationId: installation.id,
      account: toAccount(installation.account),
      ...(changedAt !== undefined && { changedAt }),
      deliveryId,
    },
  };
}

function toAccount(given: v.InferOutput<typeof account>): LifecycleAccount {
  if (given.type === 'Enterprise') return { kind: 'enterprise' };
  if (given.type === 'Unknown') return { kind: 'unknown' };
  return { kind: 'owner', id: given.id, login: given.login, type: given.type };
}
