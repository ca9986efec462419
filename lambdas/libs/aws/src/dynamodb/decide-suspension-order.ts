import { isMarkedDeleted, type LifecycleOutcome } from '@multi-tenant-runner/core';
import type { Item } from './attributes';

/** The status that a GitHub event sets. */
export type Turn = 'suspended' | 'active';

export type SuspensionOrder =
  | { readonly kind: 'leave'; readonly outcome: LifecycleOutcome }
  /** `unchanged` is written too: it records the time of GitHub's change, so that an older event loses later. */
  | { readonly kind: 'write'; readonly outcome: Extract<LifecycleOutcome, 'changed' | 'unchanged'> };

/** Orders suspend and unsuspend by GitHub's own times, as deliveries arrive in any order. */
export function decideSuspensionOrder(
  item: Item | undefined,
  event: { readonly to: Turn; readonly at: string; readonly settled: boolean },
): SuspensionOrder {
  const status = item?.['status']?.S;
  if (item?.['org_name'] === undefined || status === 'deleted' || isMarkedDeleted(item))
    return { kind: 'leave', outcome: 'unchanged' };
  const may =
    event.to === 'suspended' ? status === 'active' : status === 'suspended' && item['suspended_by']?.S === 'github';
  const last = item['github_changed_at']?.S;
  if (last !== undefined && event.at < last) return { kind: 'leave', outcome: 'unchanged' };
  if (last === event.at && !event.settled) return { kind: 'leave', outcome: may ? 'tie' : 'unchanged' };
  return { kind: 'write', outcome: may ? 'changed' : 'unchanged' };
}
