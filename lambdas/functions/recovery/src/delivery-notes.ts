import { isOfInstallation, type DeliveryAttempt, type PendingDelivery } from '@multi-tenant-runner/core';
import type { RecoveryDeps } from './deps';

/**
 * Events of one tenant's jobs. What is beyond is found by the search for missed jobs, sooner than it could be
 * redelivered. Events of installations are few, and are always kept: nothing else of their tenant works without them.
 */
const KEPT = {
  /** So many failed events are noted in a run before it is counted how many are pending. */
  freely: 50,
  /** What can be asked for in some hours. */
  pending: 5_000,
};

type NoteDeps = Pick<RecoveryDeps, 'recovery' | 'clock' | 'log' | 'metrics'>;

/** Records what GitHub's list says of events, for both readings of one run. */
export interface DeliveryNotes {
  record(attempts: readonly DeliveryAttempt[]): Promise<void>;
  /** How many events failed in this run. */
  count(): number;
  /** Says of whom more failed than is kept. */
  report(): void;
}

export function createDeliveryNotes(deps: NoteDeps, kept = KEPT): DeliveryNotes {
  const delivered = new Set<string>();
  const noted = new Set<string>();
  const tenants = new Map<number | undefined, { noted: number; room: number; left: number; counted: boolean }>();

  const hasRoom = async ({ installationId }: DeliveryAttempt): Promise<boolean> => {
    const book = tenants.get(installationId) ?? { noted: 0, room: kept.freely, left: 0, counted: false };
    tenants.set(installationId, book);
    if (book.noted >= kept.freely && !book.counted) {
      book.counted = true;
      const named = installationId === undefined ? {} : { installationId };
      book.room = kept.freely + kept.pending - (await deps.recovery.countPending(named, kept.pending));
    }
    if (book.noted >= book.room) {
      book.left += 1;
      return false;
    }
    book.noted += 1;
    return true;
  };

  return {
    async record(attempts) {
      const now = deps.clock.now();
      const arrived = attempts.filter(({ succeeded, redelivery }) => succeeded && redelivery);
      const fresh = arrived.filter(({ guid }) => !delivered.has(guid));
      for (const { guid } of arrived) delivered.add(guid);
      // A later run may read the page of the first attempt and not this one, so the success is stored.
      await Promise.all(fresh.map((attempt) => deps.recovery.settle(attempt, 'delivered', now)));
      const lost: PendingDelivery[] = [];
      for (const attempt of attempts) {
        if (!isLost(attempt) || delivered.has(attempt.guid) || noted.has(attempt.guid)) continue;
        noted.add(attempt.guid);
        if (isOfInstallation(attempt) || (await hasRoom(attempt))) lost.push(pendingOf(attempt, now));
      }
      await Promise.all(lost.map((delivery) => deps.recovery.note(delivery)));
    },
    count: () => noted.size,
    report() {
      for (const [installationId, { left }] of tenants) {
        if (left === 0) continue;
        const properties = { tenant_id: installationId ?? null, event: 'any' };
        deps.metrics.count('DeliveriesGivenUp', { value: left, properties });
        deps.log.warn(
          'More deliveries of one tenant failed than are redelivered; the search for missed jobs finds its jobs',
          { tenant_id: installationId, left },
        );
      }
    },
  };
}

/**
 * An event is pending if its first attempt failed and no later one succeeded. A failed redelivery is not evidence: the
 * first attempt may have succeeded on a page that was read long ago.
 */
const isLost = ({ succeeded, redelivery }: DeliveryAttempt): boolean => !succeeded && !redelivery;

function pendingOf(attempt: DeliveryAttempt, now: Date): PendingDelivery {
  return {
    guid: attempt.guid,
    attemptId: attempt.id,
    event: attempt.event,
    ...(attempt.installationId !== undefined && { installationId: attempt.installationId }),
    failedAt: attempt.deliveredAt,
    asked: 0,
    dueAt: now.toISOString(),
  };
}
