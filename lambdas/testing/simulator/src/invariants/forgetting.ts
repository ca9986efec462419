import { HOUR, addUsage, isOpenLaunch, usageOf, type Launch, type MachineLife } from '@multi-tenant-runner/core';
import type { SimulationBus } from '../services/events';
import { jobOf, type SimJob, type SimMachine } from '../scenario/model';
import { isOver, type EndedSimulation } from './final-invariants';
import { NOTHING_FORGOTTEN, lifetimeOf, secondsOfLaunch, wrongLifeOf, type Forgotten } from './ledger';
import type { Violations } from './violations';

export interface Forgetting {
  /** Checks what has ended, and drops it where nothing is wrong. The rest is for the checks at the end. */
  pass(): void;
  readonly forgotten: Forgotten;
  readonly jobs: number;
}

export interface ForgettingDeps {
  readonly ended: EndedSimulation;
  readonly started: Map<string, SimMachine>;
  readonly events: SimulationBus;
  readonly violations: Violations;
  /** Jobs that some message may still tell of, however late. */
  readonly isKept: (job: SimJob) => boolean;
}

/** Nothing tells of a job so long after its end; the tables themselves keep its rows for 14 days. */
export const KEPT = HOUR;

/**
 * A simulation of a million jobs can't keep all their rows. Whatever ended an hour ago is checked as at the end of
 * the run and dropped; of its job and its launch only the ids stay, so that a machine that starts for either is seen.
 */
export function createForgetting(deps: ForgettingDeps): Forgetting {
  const { ended, started, violations } = deps;
  const { state, github, machines, deliveries, scheduler } = ended;
  const over = new Set<number>();
  const forgotten: Forgotten = { ...NOTHING_FORGOTTEN };

  deps.events.on('machine.started', ({ machine: { launchId, installationId } }) => {
    if (over.has(Number(jobOf(launchId))))
      violations.record('doubled', `launch ${launchId} of ${installationId} is of a job that was over for an hour`);
  });
  const forgetLaunch = (launch: Launch, life: MachineLife | undefined): boolean => {
    const { instanceId } = launch;
    if (instanceId === undefined) return true;
    const machine = started.get(instanceId);
    if (machine === undefined || life === undefined || machines.all.has(instanceId)) return false;
    if (machine.launchId !== launch.launchId || wrongLifeOf(machine, life) !== undefined) return false;
    forgotten.machines += 1;
    forgotten.usage = addUsage(forgotten.usage, usageOf(life));
    forgotten.ec2 += lifetimeOf(machine);
    forgotten.ofLaunches += secondsOfLaunch(launch);
    started.delete(instanceId);
    state.fleet.forget(machine.record);
    return true;
  };
  const forgetLaunches = (before: string): void => {
    const lives = new Map([...state.usage.lives].map(([key, life]) => [life.instanceId, { key, life }]));
    for (const [key, launch] of state.launches.rows) {
      if (isOpenLaunch(launch.state) || (launch.endedAt ?? launch.updatedAt) > before) continue;
      const own = lives.get(launch.instanceId ?? '');
      if (!forgetLaunch(launch, own?.life)) continue;
      state.launches.rows.delete(key);
      if (own !== undefined) state.usage.lives.delete(own.key);
    }
  };
  const forgetJob = (job: SimJob, before: number): boolean => {
    if (job.status !== 'completed' || (job.completedAt ?? before) >= before || deps.isKept(job)) return false;
    if (!isOver(job, ended)) return false;
    over.add(job.id);
    state.jobs.rows.delete(`${job.installationId}/${job.id}`);
    return true;
  };
  return {
    pass: () => {
      const before = scheduler.now() - KEPT;
      forgetLaunches(new Date(before).toISOString());
      github.forget((job) => forgetJob(job, before));
      deliveries.forget(before);
    },
    forgotten,
    get jobs() {
      return over.size;
    },
  };
}
