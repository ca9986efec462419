import { HOUR, MINUTE, SECOND } from '@multi-tenant-runner/core';
import { createTestHarness } from '@multi-tenant-runner/testing';
import { createScheduler } from './engine/scheduler';
import { installVirtualTimers } from './engine/virtual-timers';
import { runRecovery } from './recovery-runs';
import { createDeliveryList, FLOODER } from './services/delivery-list';

export interface DeliveryLoad {
  /** Deliveries a second, of twenty tenants, one in a hundred of which fails. */
  readonly rate: number;
  /** Deliveries a second of one more tenant, all of which fail. */
  readonly flood?: number;
  readonly hours?: number;
}

export interface DeliveryLag {
  /** Failed deliveries of the twenty, up to ten minutes before the end, and how many were asked for. */
  readonly failed: number;
  readonly redelivered: number;
  /** Seconds from the failure to the request, the longest of those that were asked for. */
  readonly longest: number;
  /** What the metric said last and at most, in seconds. */
  readonly behind: { readonly last: number; readonly most: number };
  /** Requests to GitHub as the App, in an hour. */
  readonly requests: number;
}

/** Runs recovery every two minutes of virtual time, at GitHub's list of so many deliveries. */
export async function recoverDeliveries({ rate, flood = 0, hours = 2 }: DeliveryLoad): Promise<DeliveryLag> {
  const scheduler = createScheduler('2026-01-15T12:00:00.000Z');
  const harness = createTestHarness();
  const uninstall = installVirtualTimers(scheduler);
  try {
    const list = createDeliveryList({ rate, flood, now: scheduler.now });
    const behind: number[] = [];
    let requests = 0;
    const ends = scheduler.now() + hours * HOUR;
    await runRecovery({
      scheduler,
      harness,
      app: { listDeliveries: list.page, redeliver: list.redeliver },
      onRequest: () => (requests += 1),
      onMeasured: (name, seconds) => void (name === 'DeliveriesBehind' && behind.push(seconds)),
      isOver: () => scheduler.now() >= ends,
    });
    const failed = list.failures().filter(({ at, tenant }) => tenant !== FLOODER && at < ends - 10 * MINUTE);
    const waits = failed.flatMap(({ at, askedAt }) => (askedAt === undefined ? [] : [(askedAt - at) / SECOND]));
    return {
      failed: failed.length,
      redelivered: waits.length,
      longest: Math.max(0, ...waits),
      behind: { last: behind.at(-1) ?? 0, most: Math.max(...behind) },
      requests: Math.round(requests / hours),
    };
  } finally {
    uninstall();
  }
}

/** The result in words. */
export function printableLag({ rate, flood = 0 }: DeliveryLoad, lag: DeliveryLag): string {
  const load = `${rate}/s${flood > 0 ? `, and ${flood}/s of one tenant that fail` : ''}`;
  return [
    `deliveries       ${load}`,
    `redelivered        ${lag.redelivered} of ${lag.failed} that failed, the latest after ${lag.longest.toFixed(0)} s`,
    `behind             ${lag.behind.last.toFixed(0)} s at the end, ${lag.behind.most.toFixed(0)} s at most`,
    `requests           ${lag.requests} an hour to GitHub`,
  ].join('\n');
}
