import { MINUTE } from '@multi-tenant-runner/core';

/** Which tenants of a queue SQS calls noisy. A message without a group is a tenant of its own: `group` is its id. */
export interface FairShare {
  sent(group: string): void;
  received(group: string): void;
  /** It is deleted, or visible again. @param milliseconds that a consumer had it */
  returned(group: string, milliseconds: number): void;
  isNoisy(group: string): boolean;
  /** All that are noisy. */
  noisy(): ReadonlySet<string>;
  /** Messages that consumers have and have not deleted. */
  inFlight(group: string): number;
}

/**
 * More than a tenth of what is in flight and at least 30 messages, or more than a tenth of the recent processing time.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-fair-queues-detailed.html
 */
const SHARE = 0.1;
const LEAST_IN_FLIGHT = 30;
/** A tenant that sends nothing for so long is quiet again. */
const SILENCE = 5 * MINUTE;
/** AWS does not say how recent; it is not more than the silence that makes quiet again. */
const RECENT = MINUTE;

export function createFairShare(now: () => number): FairShare {
  const flying = createTally();
  const spent = createTally();
  const spells: { readonly at: number; readonly group: string; readonly milliseconds: number }[] = [];
  const sentAt = new Map<string, number>();

  const forget = (): void => {
    for (let [first] = spells; first !== undefined && now() - first.at > RECENT; [first] = spells) {
      spells.shift();
      spent.add(first.group, -first.milliseconds);
    }
  };
  const isNoisy = (group: string): boolean => {
    if (now() - (sentAt.get(group) ?? 0) >= SILENCE) return false;
    forget();
    return (flying.of(group) >= LEAST_IN_FLIGHT && flying.share(group) > SHARE) || spent.share(group) > SHARE;
  };
  return {
    sent: (group) => {
      // In the order of time, so that those that are quiet for it are at the front.
      sentAt.delete(group);
      sentAt.set(group, now());
      for (const [first, at] of sentAt) {
        if (now() - at < SILENCE) break;
        sentAt.delete(first);
      }
    },
    received: (group) => flying.add(group, 1),
    returned(group, milliseconds) {
      flying.add(group, -1);
      spells.push({ at: now(), group, milliseconds });
      spent.add(group, milliseconds);
    },
    isNoisy,
    noisy: () => {
      forget();
      return new Set([...flying.above(SHARE), ...spent.above(SHARE)].filter(isNoisy));
    },
    inFlight: (group) => flying.of(group),
  };
}

function createTally() {
  const counts = new Map<string, number>();
  let total = 0;
  return {
    add(key: string, amount: number): void {
      total += amount;
      const count = (counts.get(key) ?? 0) + amount;
      if (count === 0) counts.delete(key);
      else counts.set(key, count);
    },
    /** Keys that have more than this share. */
    above: (share: number): string[] => {
      const found: string[] = [];
      for (const [key, count] of counts) if (count > share * total) found.push(key);
      return found;
    },
    of: (key: string): number => counts.get(key) ?? 0,
    share: (key: string): number => (total === 0 ? 0 : (counts.get(key) ?? 0) / total),
  };
}
