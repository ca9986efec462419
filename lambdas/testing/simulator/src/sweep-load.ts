import { MINUTE, SWEEP_SOURCE } from '@multi-tenant-runner/core';
import { ENVIRONMENT, job, launch, settings as defaultSettings, tenantRow } from '@multi-tenant-runner/testing';
import type { SweepReport } from '@multi-tenant-runner/scale-down/sweep';
import { createScheduler } from './engine/scheduler';
import { createBackend, createState, type State } from './services/backend';
import { createFunctions } from './services/functions';
import { createSimulationBus } from './services/events';
import { createLineage } from './services/lineage';
import { createPortCalls } from './services/ports';
import { createRandom } from './engine/random';
import { createTrace } from './engine/trace';
import { installVirtualTimers } from './engine/virtual-timers';
import { SILENT } from './silent-log';

export interface SweepLoad {
  readonly tenants: number;
  /** Milliseconds that one call takes, from and to. */
  readonly latency: readonly [number, number];
  /** Jobs of the first tenant that wait for its limit. */
  readonly waiting?: number;
}

export interface SweepRound {
  readonly runs: readonly {
    readonly tenants: number;
    readonly calls: number;
    readonly milliseconds: number;
    readonly finished: boolean;
  }[];
  /** Milliseconds from the first run's start to the last one's end: within this time every tenant was visited. */
  readonly milliseconds: number;
  /** Tenants with an unfinished release, and how many of these the sweep finished. */
  readonly broken: number;
  readonly repaired: number;
  /** How many of these in the first run. */
  readonly repairedFirst: number;
}

/** One tenant in this many has a launch that a crash interrupted. */
const ONE_IN = 25;
const MOST_RUNS = 60;

/** Runs the sweep every minute of virtual time until it has visited every tenant once. */
export async function coverAllTenants({ tenants, latency, waiting = 0 }: SweepLoad): Promise<SweepRound> {
  const scheduler = createScheduler('2026-01-15T12:30:00.000Z');
  const uninstall = installVirtualTimers(scheduler);
  try {
    const settings = defaultSettings();
    const random = createRandom('sweep').fork('latency');
    const state = createState({ scheduler, settings, environment: ENVIRONMENT });
    const broken = await fill(state, tenants);
    await fillWaiting(state, waiting);
    const none = (): never => {
      throw new Error('A sweep calls none of this');
    };
    const events = createSimulationBus();
    events.on('lifecycle.published', none);
    const backend = createBackend({
      state,
      fleet: state.fleet,
      blanks: state.blanks,
      scheduler,
      random,
      faultKinds: { has: () => false },
      events,
      app: { getApp: none, listDeliveries: none, redeliver: none, listInstallations: none },
      search: { listRepositories: none, listNewestRuns: none, listOpenRuns: none, listQueuedJobs: none },
    });
    const calls = createPortCalls({
      scheduler,
      trace: createTrace(false),
      draw: () => ({ delay: random.between(...latency), kind: 'none' }),
      drawSleep: () => undefined,
      lineage: createLineage({ record: () => undefined }),
      afterEffect: () => undefined,
    });
    const functions = createFunctions({
      backend,
      calls,
      machineCalls: calls,
      events,
      scheduler,
      settings,
      environment: ENVIRONMENT,
      setup: {},
      log: SILENT,
      metrics: { count: () => undefined, measureSeconds: () => undefined },
    });
    const total = (): number => [...calls.counts.values()].reduce((sum, count) => sum + count, 0);

    const unfinished = (): number => [...state.launches.rows.values()].filter((row) => row.state === 'ending').length;
    let repairedFirst: number | undefined;
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
        repairedFirst ??= broken.length - unfinished();
        over = report.finished || runs.length >= MOST_RUNS;
        if (!over) scheduler.after(Math.max(0, MINUTE - (ended - before.at)), run);
      });
    };
    scheduler.after(0, run);
    await scheduler.run(() => over);
    return {
      runs,
      milliseconds: ended - started,
      broken: broken.length,
      repaired: broken.length - unfinished(),
      repairedFirst: repairedFirst ?? 0,
    };
  } finally {
    uninstall();
  }
}

/** Returns the tenants whose last launch was interrupted during its release. */
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
    await state.tenants.markOpen(installationId);
    await state.jobs.create(job({ installationId, state: 'completed' }));
    await state.launches.create(launch({ installationId, state: 'ending', owner: `org-${installationId}` }));
  }
  return waiting;
}

async function fillWaiting(state: State, jobs: number): Promise<void> {
  const started = Date.parse('2026-01-15T09:00:00.000Z');
  for (let jobId = 1; jobId <= jobs; jobId += 1) {
    const queuedAt = new Date(started + jobId).toISOString();
    await state.jobs.create(job({ installationId: 1, jobId, state: 'parked', reason: 'limit', queuedAt }));
  }
  if (jobs > 0) state.tenants.rows.set(1, { ...state.tenants.rows.get(1), max_runners: 0 });
}

/** The result in words. */
export function printableRound(
  { tenants, latency }: SweepLoad,
  { runs, milliseconds, broken, repaired, repairedFirst }: SweepRound,
): string {
  const most = Math.max(...runs.map((run) => run.calls));
  const longest = Math.max(...runs.map((run) => run.milliseconds));
  return [
    `tenants          ${runs.reduce((sum, run) => sum + run.tenants, 0)} of ${tenants} visited in ` +
      `${(milliseconds / 1_000).toFixed(0)} s, with ${latency.join(' to ')} ms a call`,
    `runs             ${runs.length}, the longest ${(longest / 1_000).toFixed(0)} s, the largest ${most} calls`,
    `repaired           ${repaired} of ${broken} tenants with an unfinished release, ${repairedFirst} in the first run`,
  ].join('\n');
}
