import { HOUR, MINUTE, RECOVERY_SOURCE, SECOND, type GitHubApp } from '@multi-tenant-runner/core';
import { createTestHarness } from '@multi-tenant-runner/testing';
import { createHandler } from '@multi-tenant-runner/recovery/handler';
import { createScheduler } from './engine/scheduler';
import { installVirtualTimers } from './engine/virtual-timers';
import { createDeliveryList, FLOODER } from './services/delivery-list';
import { SILENT } from './silent-log';

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

/** How long GitHub and DynamoDB take, in milliseconds. */
const CALL = { app: 250, other: 8 };
const TIMEOUT = 110 * SECOND;
const RUN = 2 * MINUTE;

/** Runs recovery every two minutes of virtual time, at GitHub's list of so many deliveries. */
export async function recoverDeliveries({ rate, flood = 0, hours = 2 }: DeliveryLoad): Promise<DeliveryLag> {
  const scheduler = createScheduler('2026-01-15T12:00:00.000Z');
  const harness = createTestHarness();
  const uninstall = installVirtualTimers(scheduler);
  try {
    const list = createDeliveryList({ rate, flood, now: scheduler.now });
    const behind: number[] = [];
    let requests = 0;
    const app = slow(
      { ...harness.state.app, listDeliveries: list.page, redeliver: list.redeliver } satisfies GitHubApp,
      CALL.app,
      () => (requests += 1),
    );
    const handler = createHandler({
      ...harness,
      app,
      recovery: slow(harness.state.recovery, CALL.other),
      bookmarks: slow(harness.state.launches, CALL.other),
      tenants: harness.state.tenants,
      clock: scheduler.clock,
      log: SILENT,
      metrics: {
        count: () => undefined,
        measureSeconds: (name, seconds) => void (name === 'DeliveriesBehind' && behind.push(seconds)),
      },
    });
    const ends = scheduler.now() + hours * HOUR;
    let over = false;
    const run = (): void => {
      const deadline = scheduler.now() + TIMEOUT;
      scheduler.after(RUN, () => (scheduler.now() >= ends ? (over = true) : run()));
      void handler(
        { source: RECOVERY_SOURCE },
        { awsRequestId: 'run', getRemainingTimeInMillis: () => deadline - scheduler.now() },
      );
    };
    scheduler.after(RUN, run);
    await scheduler.run(() => over);
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

/** The same object, each of whose methods takes so long. */
function slow<T extends object>(target: T, milliseconds: number, onCall: () => void = () => undefined): T {
  return new Proxy(target, {
    get: (object, name) => {
      const member: unknown = Reflect.get(object, name);
      if (typeof member !== 'function') return member;
      return async (...args: unknown[]) => {
        onCall();
        await new Promise<void>((resolve) => setTimeout(resolve, milliseconds));
        return Reflect.apply(member, object, args) as unknown;
      };
    },
  });
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
