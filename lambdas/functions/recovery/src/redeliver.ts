import { MINUTE, ageOf, isOfInstallation, plus, type PendingDelivery } from '@multi-tenant-runner/core';
import { sideBySide } from '@multi-tenant-runner/runtime';
import { EVERYTHING, HORIZON, parseDeliveryCursor } from './delivery-cursor';
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
export const REDELIVERIES_A_RUN = 100;
/** In sequence, GitHub would answer about forty within this part's time. */
const AT_ONCE = 4;
/** Tenants whose turns are read at a time; each turn gets its part of what is left of the run. */
const TURNS = 25;
const FIRST_PAUSE = 4 * MINUTE;
/** By then GitHub has sent a redelivery, and lists what came of it. */
const ARRIVAL = MINUTE;

type RedeliveryDeps = Pick<RecoveryDeps, 'app' | 'recovery' | 'bookmarks' | 'clock' | 'log' | 'metrics'>;

export interface RedeliveryReport {
  readonly redelivered: number;
  readonly givenUp: number;
}

/** Each pause is four times the one before: 4, 16, 64 minutes, 4, 17 and 68 hours. */
export function pauseAfter(requests: number): number {
  return FIRST_PAUSE * 4 ** Math.max(0, requests - 1);
}

export type RedeliveryDecision = 'wait' | 'ask' | 'give-up' | 'postpone';

/**
 * @param readTo the time up to which all attempts were read: what came of an earlier request is known if it was before
 */
export function decideRedelivery(delivery: PendingDelivery, readTo: Date, now: Date): RedeliveryDecision {
  if (ageOf(delivery.failedAt, now) >= HORIZON) return 'give-up';
  if (Date.parse(delivery.dueAt) > now.getTime()) return 'wait';
  if (delivery.asked >= MAX_REDELIVERIES) return 'give-up';
  const lastAsked = plus(new Date(delivery.dueAt), -pauseAfter(delivery.asked));
  return delivery.asked > 0 && plus(lastAsked, ARRIVAL) > readTo ? 'postpone' : 'ask';
}

/**
 * Asks GitHub to redeliver due deliveries, the tenants in turn, those first that have installation events due. Each
 * request is counted before it is sent: a run that dies in between has wasted one, and never sends one too many.
 */
export async function redeliverFailed(deps: RedeliveryDeps, outOfTime: OutOfTime): Promise<RedeliveryReport> {
  const run: Run = {
    deps,
    outOfTime,
    readTo: await readTo(deps),
    redelivered: 0,
    givenUp: 0,
    begun: 0,
    stopped: false,
  };
  const { recovery, clock } = deps;
  while (mayBegin(run)) {
    const turns = await recovery.listTurns(clock.now(), TURNS);
    if (turns.length === 0) break;
    const share = Math.ceil((REDELIVERIES_A_RUN - run.begun) / turns.length);
    const books = await Promise.all(turns.map((turn) => recovery.listPending(turn, clock.now(), share)));
    await settleAll(inTurn(books), run);
    if (run.stopped) break;
    for (const turn of turns) await recovery.endTurn(turn, clock.now());
  }
  if (run.redelivered > 0) deps.metrics.count('DeliveriesRedelivered', { value: run.redelivered });
  return { redelivered: run.redelivered, givenUp: run.givenUp };
}

interface Run {
  readonly deps: RedeliveryDeps;
  readonly outOfTime: OutOfTime;
  readonly readTo: Date;
  redelivered: number;
  givenUp: number;
  begun: number;
  stopped: boolean;
}

const mayBegin = (run: Run): boolean => !run.stopped && run.begun < REDELIVERIES_A_RUN && !run.outOfTime();

async function readTo({ bookmarks, clock }: RedeliveryDeps): Promise<Date> {
  const bookmark = parseDeliveryCursor(await bookmarks.readCursor(EVERYTHING.bookmark), clock.now());
  return new Date(bookmark.readTo);
}

/** The first of each tenant, then the second of each; those of installations before all others. */
function inTurn(books: readonly (readonly PendingDelivery[])[]): PendingDelivery[] {
  return books
    .flatMap((book) => book.map((delivery, place) => ({ delivery, place, kind: isOfInstallation(delivery) ? 0 : 1 })))
    .sort((a, b) => a.kind - b.kind || a.place - b.place)
    .map(({ delivery }) => delivery);
}

function settleAll(due: PendingDelivery[], run: Run): Promise<void> {
  return sideBySide(due, { atOnce: AT_ONCE, isOver: () => !mayBegin(run) }, async (next) => {
    run.begun += 1;
    const outcome = await settleOne(next, run);
    if (outcome === 'asked') run.redelivered += 1;
    else run.begun -= 1;
    if (outcome === 'gone') run.givenUp += 1;
    run.stopped ||= outcome === 'stop';
  });
}

type RedeliveryOutcome = 'asked' | 'gone' | 'skipped' | 'stop';

async function settleOne(delivery: PendingDelivery, { deps, readTo }: Run): Promise<RedeliveryOutcome> {
  const now = deps.clock.now();
  switch (decideRedelivery(delivery, readTo, now)) {
    case 'wait':
      return 'skipped';
    case 'ask':
      return redeliverOne(delivery, deps);
    case 'postpone':
      await deps.recovery.postpone(delivery, {
        dueAt: plus(now, Math.max(FIRST_PAUSE, now.getTime() - readTo.getTime())).toISOString(),
      });
      return 'skipped';
    case 'give-up':
      await giveUp(delivery, 'It was redelivered as often as allowed, or GitHub no longer keeps it', deps);
      return 'gone';
  }
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
  await deps.recovery.settle(delivery, 'given-up', deps.clock.now());
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
