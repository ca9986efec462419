import { MINUTE, ageOf, plus, type PendingDelivery } from '@multi-tenant-runner/core';
import { HORIZON } from './delivery-cursor';
import { handleFailure, type OutOfTime, type RecoveryDeps } from './deps';

/**
 * With the pauses below the last attempt is a day after the first: a webhook may fail for a day without losing events.
 */
export const MAX_REDELIVERIES = 6;
/**
 * GitHub counts five points for each request and allows 900 per minute:
 * https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api#about-secondary-rate-limits
 * The next run continues.
 */
const REDELIVERIES_A_RUN = 100;
/** In sequence, GitHub would answer about forty within this part's time. */
const AT_ONCE = 4;
/** Deliveries that another run claimed, or that are over, do not count as requests. */
const READ_A_RUN = 2 * REDELIVERIES_A_RUN;
const FIRST_PAUSE = 4 * MINUTE;

type RedeliveryDeps = Pick<RecoveryDeps, 'app' | 'recovery' | 'bookmarks' | 'clock' | 'log' | 'metrics'>;

export interface RedeliveryReport {
  readonly redelivered: number;
  readonly givenUp: number;
}

/** Each pause is four times the one before: 4, 16, 64 minutes, 4, 17 and 68 hours. */
export function pauseAfter(requests: number): number {
  return FIRST_PAUSE * 4 ** Math.max(0, requests - 1);
}

export type RedeliveryDecision = 'wait' | 'ask' | 'give-up';

export function decideRedelivery(delivery: PendingDelivery, now: Date): RedeliveryDecision {
  if (ageOf(delivery.failedAt, now) >= HORIZON) return 'give-up';
  if (Date.parse(delivery.dueAt) > now.getTime()) return 'wait';
  return delivery.asked >= MAX_REDELIVERIES ? 'give-up' : 'ask';
}

/**
 * Asks GitHub to redeliver due deliveries, installation events first. Each request is counted before it is sent: a run
 * that dies in between has wasted one, and never sends one too many.
 */
export async function redeliverFailed(deps: RedeliveryDeps, outOfTime: OutOfTime): Promise<RedeliveryReport> {
  const report = { redelivered: 0, givenUp: 0 };
  const due = [...(await deps.recovery.listPending(deps.clock.now(), READ_A_RUN))];
  let begun = 0;
  let stopped = false;
  const work = async (): Promise<void> => {
    for (
      let next = due.shift();
      next !== undefined && !stopped && begun < REDELIVERIES_A_RUN && !outOfTime();
      next = due.shift()
    ) {
      begun += 1;
      const outcome = await settleOne(next, deps);
      if (outcome === 'asked') report.redelivered += 1;
      else begun -= 1;
      if (outcome === 'gone') report.givenUp += 1;
      stopped ||= outcome === 'stop';
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  if (report.redelivered > 0) deps.metrics.count('DeliveriesRedelivered', { value: report.redelivered });
  return report;
}

type RedeliveryOutcome = 'asked' | 'gone' | 'skipped' | 'stop';

async function settleOne(delivery: PendingDelivery, deps: RedeliveryDeps): Promise<RedeliveryOutcome> {
  const decision = decideRedelivery(delivery, deps.clock.now());
  if (decision === 'wait') return 'skipped';
  if (decision === 'ask') return redeliverOne(delivery, deps);
  await giveUp(delivery, 'It was redelivered as often as allowed, or GitHub no longer keeps it', deps);
  return 'gone';
}

async function redeliverOne(delivery: PendingDelivery, deps: RedeliveryDeps): Promise<RedeliveryOutcome> {
  const now = deps.clock.now();
  const claimed = await deps.recovery.claim(delivery, {
    dueAt: plus(now, pauseAfter(delivery.asked + 1)).toISOString(),
  });
  if (!claimed) return 'skipped';
  const answer = await deps.app.redeliver(delivery.attemptId);
  if (answer.kind === 'asked') {
    deps.log.info('Asked GitHub to redeliver an event', {
      delivery_id: delivery.guid,
      event: delivery.event,
      tenant_id: delivery.installationId,
      asked: delivery.asked + 1,
    });
    return 'asked';
  }
  if (answer.kind === 'refused' && answer.status !== 401 && answer.status !== 403) {
    await giveUp(delivery, `GitHub does not redeliver it (${answer.status})`, deps);
    return 'gone';
  }
  // Without a response GitHub may have accepted it, so it counts.
  if (answer.kind !== 'unavailable')
    await deps.recovery.unclaim(delivery, {
      dueAt: answer.kind === 'limited' ? answer.retryAt.toISOString() : delivery.dueAt,
    });
  await handleFailure(answer, 'asked for a redelivery', deps);
  return 'stop';
}

async function giveUp(delivery: PendingDelivery, why: string, deps: RedeliveryDeps): Promise<void> {
  await deps.recovery.settle(delivery.guid, 'given-up', deps.clock.now());
  deps.metrics.count('DeliveriesGivenUp', {
    properties: { delivery_id: delivery.guid, event: delivery.event, tenant_id: delivery.installationId ?? null },
  });
  deps.log.warn(
    `Gave up on a failed delivery. ${why}; the search for missed jobs and the nightly comparison of ` +
      'installations still find most of what it would have changed',
    {
      delivery_id: delivery.guid,
      event: delivery.event,
      tenant_id: delivery.installationId,
      asked: delivery.asked,
    },
  );
}
