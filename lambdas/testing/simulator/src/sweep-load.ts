import { MINUTE, SWEEP_SOURCE, isOpenLaunch, type Log } from '@multi-tenant-runner/core';
import { ENVIRONMENT, job, launch, settings as defaultSettings, tenantRow } from '@multi-tenant-runner/testing';
import type { SweepReport } from '@multi-tenant-runner/scale-down/sweep';
import { createScheduler } from './engine/scheduler';
import { createBackend, createState, type State } from './services/backend';
import { createFunctions } from './services/functions';
import type { LifecycleBus } from './services/lifecycle-bus';
import { createLineage } from './services/lineage';
import { createPortCalls } from './services/ports';
import type { Queue } from './services/queue';
import { createRandom } from './engine/random';
import { createTrace } from './engine/trace';
import { installVirtualTimers } from './engine/virtual-timers';

export interface SweepLoad {
  readonly tenants: number;
  /** Milliseconds that one call takes, from and to. */
  readonly latency: readonly [number, number];
}

export interface SweepRound {
  readonly runs: readonly {
    readonly tenants: number;
    readonly calls: number;
    readonly milliseconds: number;
    readonly finished: boolean;
  }[];
  /** Milliseconds from the first run's start to the last one's end: within this time every tenant was looked at. */
  readonly milliseconds: number;
  /** Tenants that needed something, and those of them that have it afterwards. */
  readonly broken: number;
  readonly mended: number;
}

/** One tenant in this many has a launch that a crash left behind. */
const ONE_IN = 25;
const MOST_RUNS = 60;
const SILENT: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  with: () => SILENT,
};

/** Lets the sweep come by every minute, on the virtual clock, until it has been at every tenant once. */
export async function coverAllTenants({ tenants, latency }: SweepLoad): Promise<SweepRound> {
  const scheduler = createScheduler('2026-01-15T12:30:00.000Z');
  const uninstall = installVirtualTimers(scheduler);
  try {
    const settings = defaultSettings();
    const random = createRandom('sweep').fork('latency');
    const state = createState({ scheduler, settings, environment: ENVIRONMENT });
    const waiting = await fill(state, tenants);
    const none = (): never => {
      throw new Error('Nothing of this is needed by a sweep');
    };
    const queue: Queue = { send: () => undefined, length: 0, deadLetters: [] };
    const bus: LifecycleBus = { publish: none, length: 0, redriven: 0 };
    const backend = createBackend({
      state,
      fleet: state.fleet,
      scheduler,
      random,
      faultKinds: { has: () => false },
      queues: () => ({ tiers: new Map([...settings.tiers.keys()].map((tier) => [tier, queue])), runnerEvents: queue }),
      bus: () => bus,
      onDeregistered: () => undefined,
      app: { listDeliveries: none, redeliver: none, listInstallations: none },
      search: { listRepositories: none, listOpenRuns: none, listQueuedJobs: none },
    });
    const calls = createPortCalls({
      scheduler,
      trace: createTrace(false),
      draw: () => ({ delay: random.between(...latency), kind: 'done' }),
      lineage: createLineage({ broken: () => undefined }),
      afterEffect: () => undefined,
    });
    const functions = createFunctions({
      backend,
      calls,
      scheduler,
      settings,
      environment: ENVIRONMENT,
      log: SILENT,
      metrics: { count: () => undefined, measureSeconds: () => undefined },
    });
    const total = (): number => [...calls.counts.values()].reduce((sum, count) => sum + count, 0);

    const runs: SweepRound['runs'][number][] = [];
    const started = scheduler.now();
    let ended = started;
    let over = false;
    const run = (): void => {
      const before = { at: scheduler.now(), calls: total() };
      functions.scaleDown.invoke({ source: SWEEP_SOURCE }, (outcome) => {
        if (outcome.kind !== 'answer') throw new Error(`The sweep ended with ${outcome.kind}`);
        const report = outcome.answer as SweepReport;
        ended = scheduler.now();
        runs.push({
          tenants: report.tenants,
          calls: total() - before.calls,
          milliseconds: ended - before.at,
          finished: report.finished,
        });
        over = report.finished || runs.length >= MOST_RUNS;
        if (!over) scheduler.after(Math.max(0, MINUTE - (ended - before.at)), run);
      });
    };
    scheduler.after(0, run);
    await scheduler.run(() => over);
    const open = state.launches.all().filter((row) => isOpenLaunch(row.state)).length;
    return { runs, milliseconds: ended - started, broken: waiting.length, mended: waiting.length - open };
  } finally {
    uninstall();
  }
}

/** Answers the tenants whose last launch was cut off in its release. */
async function fill(state: State, tenants: number): Promise<number[]> {
  const waiting: number[] = [];
  for (let installationId = 1; installationId <= tenants; installationId += 1) {
    state.tenants.rows.set(
      installationId,
      tenantRow({ installation_id: installationId, org_name: `org-${installationId}`, account_id: installationId }),
    );
    state.github.installations.set(installationId, { login: `org-${installationId}`, suspended: false });
    if (installationId % ONE_IN !== 0) continue;
    waiting.push(installationId);
    await state.jobs.create(job({ installationId, state: 'completed' }));
    await state.launches.create(launch({ installationId, state: 'ending', owner: `org-${installationId}` }));
  }
  return waiting;
}

/** The round as one sentence for people. */
export function printableRound(
  { tenants, latency }: SweepLoad,
  { runs, milliseconds, broken, mended }: SweepRound,
): string {
  const most = Math.max(...runs.map((run) => run.calls));
  const longest = Math.max(...runs.map((run) => run.milliseconds));
  return [
    `tenants          ${runs.reduce((sum, run) => sum + run.tenants, 0)} of ${tenants} looked at in ` +
      `${(milliseconds / 1_000).toFixed(0)} s, with ${latency.join(' to ')} ms a call`,
    `runs             ${runs.length}, the longest ${(longest / 1_000).toFixed(0)} s, the largest ${most} calls`,
    `mended           ${mended} of ${broken} tenants with something left behind`,
  ].join('\n');
}
