import {
  MINUTE,
  RECOVERY_SOURCE,
  SECOND,
  type GitHubApp,
  type JobQueue,
  type JobSearch,
  type MetricName,
} from '@multi-tenant-runner/core';
import { createHandler } from '@multi-tenant-runner/recovery/handler';
import type { TestHarness } from '@multi-tenant-runner/testing';
import type { Scheduler } from './engine/scheduler';
import { RECOVERY_TIMEOUT_SECONDS } from './services/timeouts';
import { SILENT } from './silent-log';

export interface RecoveryRuns {
  readonly scheduler: Scheduler;
  readonly harness: TestHarness;
  readonly app: Pick<GitHubApp, 'listDeliveries' | 'redeliver'>;
  readonly search?: JobSearch;
  readonly queue?: Pick<JobQueue, 'sendJob'>;
  /** For each request to GitHub as the App. */
  readonly onRequest?: () => void;
  readonly onMeasured?: (name: MetricName, value: number) => void;
  /** Asked before each run but the first. */
  readonly isOver: () => boolean;
}

/** How long GitHub and DynamoDB take, in milliseconds. */
const CALL = { app: 250, search: 300, other: 8 };
const RUN = 2 * MINUTE;

/** Runs recovery's own handler every two minutes of virtual time. */
export async function runRecovery(runs: RecoveryRuns): Promise<void> {
  const { scheduler, harness, onRequest, onMeasured = () => undefined, isOver } = runs;
  const { state } = harness;
  const handler = createHandler({
    ...harness,
    app: slow({ ...state.app, ...runs.app }, CALL.app, onRequest),
    search: slow(runs.search ?? state.search, CALL.search),
    queue: slow(runs.queue ?? state.queue, CALL.other),
    recovery: slow(state.recovery, CALL.other),
    bookmarks: slow(state.launches, CALL.other),
    jobs: slow(state.jobs, CALL.other),
    tenants: state.tenants,
    clock: scheduler.clock,
    log: SILENT,
    metrics: { count: () => undefined, measureSeconds: onMeasured },
  });
  let over = false;
  const run = (): void => {
    const deadline = scheduler.now() + RECOVERY_TIMEOUT_SECONDS * SECOND;
    scheduler.after(RUN, () => (isOver() ? (over = true) : run()));
    void handler(
      { source: RECOVERY_SOURCE },
      { awsRequestId: 'run', getRemainingTimeInMillis: () => deadline - scheduler.now() },
    );
  };
  scheduler.after(RUN, run);
  await scheduler.run(() => over);
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
