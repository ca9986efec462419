import type { Job } from '../model/job';
import { isForgotten, isMachineOf, type Launch, type LeaseHolder } from '../model/launch';
import { SECOND } from '../model/time';
import { refuseProtected } from './end-machine';
import {
  isGone,
  type ConfigStore,
  type EndState,
  type Machine,
  type OpenPage,
  type RunnerFleet,
  type SecurityGroups,
} from '../ports';
import { takeLease } from '../transitions';
import { endJob } from './end-job';
import { findMachines } from './find-machines';
import { release, type ReleaseDeps } from './release';

export type CleanUpDeps = ReleaseDeps & {
  readonly fleet: Pick<RunnerFleet, 'terminate' | 'list' | 'findByToken'>;
  readonly configs: Pick<ConfigStore, 'remove' | 'list'>;
  readonly securityGroups: Pick<SecurityGroups, 'find' | 'remove'>;
  readonly lifecycle: { finishCleanup(installationId: number, now: Date): Promise<boolean> };
  readonly lease: LeaseHolder;
};

/**
 * One pass over what an uninstalled tenant leaves behind: jobs, machines, configurations, security group. Works without
 * GitHub, which no longer answers for it. Passes repeat until everything reads back empty; the one that finds it so
 * says `done`. What fails in a pass keeps nothing else from its end.
 *
 * @param settleAfter milliseconds after which a launch whose machine was never seen counts as having none
 * @returns whether nothing is left
 * @throws the first failure, once the pass is over
 */
export async function cleanUpTenant(installationId: number, settleAfter: number, deps: CleanUpDeps): Promise<boolean> {
  const failures: unknown[] = [];
  const attempt = async <T>(work: Promise<T>, otherwise: T): Promise<T> => {
    try {
      return await work;
    } catch (cause) {
      failures.push(cause);
      return otherwise;
    }
  };
  const isEmpty = await cleanUp(installationId, settleAfter, { ...deps, attempt });
  if (failures.length > 0) throw failures[0];
  if (isEmpty && (await deps.lifecycle.finishCleanup(installationId, deps.clock.now()))) {
    deps.metrics.count('TenantUninstalled', { properties: { tenant_id: installationId } });
    deps.log.info('Nothing of an uninstalled tenant is left', { tenant_id: installationId });
  }
  return isEmpty;
}

type Attempt = <T>(work: Promise<T>, otherwise: T) => Promise<T>;

async function cleanUp(
  installationId: number,
  settleAfter: number,
  deps: CleanUpDeps & { readonly attempt: Attempt },
): Promise<boolean> {
  const until = deps.clock.now().getTime() + PASS_TIME;
  await endJobs(installationId, until, deps);
  const machines = await deps.fleet.list(installationId);
  const ids = machines.map((machine) => machine.instanceId);
  const states = ids.length === 0 ? NO_STATES : await deps.attempt(deps.fleet.terminate(ids), NO_STATES);
  const terminated = machines.filter((machine) => isGone(states.get(machine.instanceId)));
  let open = 0;
  for await (const launch of inTime(
    (after) => deps.launches.pageOpen(installationId, { ...after, limit: PAGE }),
    until,
    deps,
  )) {
    if (launch === 'out-of-time' || !(await deps.attempt(endLaunch(launch, terminated, settleAfter, deps), false)))
      open += 1;
  }
  await deps.attempt(refuseProtected(states), undefined);
  const configs = await deps.configs.list(installationId);
  if (configs.length > 0) await deps.configs.remove(installationId, configs);
  // One that is listed and yet unknown to the call is one that EC2 has not heard of everywhere.
  const dying =
    machines.some((machine) => states.get(machine.instanceId) !== 'terminated') ||
    [...states.values()].some((state) => state !== 'terminated');
  const group = await deps.securityGroups.find(installationId);
  const groupGone =
    group === undefined || (open === 0 && !dying && (await deps.securityGroups.remove(group)) === 'removed');
  if (open > 0 || dying || !groupGone || (await deps.fleet.list(installationId)).length > 0) return false;
  if ((await deps.configs.list(installationId)).length > 0) return false;
  // One that began to run between the look and its end.
  return (await deps.jobs.listOpen(installationId, { limit: 1 })).length === 0;
}

/** Some of them may be left to the next pass. */
async function endJobs(
  installationId: number,
  until: number,
  deps: CleanUpDeps & { readonly attempt: Attempt },
): Promise<void> {
  const endOne = (job: Job): Promise<boolean> => {
    const state = job.state === 'running' ? 'cancelled' : 'refused';
    return deps.attempt(endJob(job, { state, reason: 'tenant-deleted', stillIn: job.state }, deps), false);
  };
  const some: Job[] = [];
  const flush = (): Promise<unknown> => Promise.all(some.splice(0).map(endOne));
  for await (const job of inTime(
    (after) => deps.jobs.pageOpen(installationId, { ...after, limit: PAGE }),
    until,
    deps,
  )) {
    if (job !== 'out-of-time') some.push(job);
    if (some.length >= SIDE_BY_SIDE) await flush();
  }
  await flush();
}

/** A tenant's open rows, page by page, as long as there is time. */
async function* inTime<T>(
  read: (after: { readonly after?: string }) => Promise<OpenPage<T>>,
  until: number,
  { clock }: Pick<CleanUpDeps, 'clock'>,
): AsyncGenerator<T | 'out-of-time'> {
  let after: string | undefined;
  do {
    const page: OpenPage<T> = await read(after === undefined ? {} : { after });
    for (const row of page.rows) {
      if (clock.now().getTime() >= until) return yield 'out-of-time';
      yield row;
    }
    after = page.next;
  } while (after !== undefined);
}

/** Whether the launch is over after this pass. */
async function endLaunch(
  launch: Launch,
  terminated: readonly Machine[],
  settleAfter: number,
  deps: CleanUpDeps,
): Promise<boolean> {
  // GitHub forgets an installation's runners with the installation.
  const over = {
    reason: 'tenant-deleted',
    deregistered: true,
    // One that runs, and could not be ended above, is `cancelled` by the next pass.
    followUp: { kind: 'end', end: { state: 'refused', reason: 'tenant-deleted', stillIn: 'waiting' } },
  } as const;
  if (launch.state === 'ending') return release(launch, over, deps);
  const machine = terminated.find((candidate) => belongsTo(candidate, launch));
  if (machine !== undefined) return release(launch, { ...over, machine }, deps);
  if (launch.instanceId !== undefined) {
    // Not in the list: gone already, or not listed yet. Asking for its end settles both, but for what EC2 does not know
    // at all.
    const state = (await deps.fleet.terminate([launch.instanceId])).get(launch.instanceId);
    const gone = state === undefined ? isForgotten(launch, deps.clock.now()) : isGone(state);
    return gone ? release(launch, over, deps) : false;
  }
  const young = deps.clock.now().getTime() - Date.parse(launch.updatedAt) < settleAfter;
  if (launch.intent !== undefined && young) return false;
  const leased = await takeLease(launch, deps.lease, deps, { unchanged: true });
  if (leased === undefined) return false;
  const found = leased.intent === undefined ? [] : await findMachines(leased.intent, deps);
  if (found.some(({ state }) => !isGone(state))) return false;
  const [ended] = found;
  return release(leased, { ...over, lease: deps.lease, ...(ended !== undefined && { machine: ended }) }, deps);
}

/** One pass; a tenant may leave any number of rows behind. */
const PASS_TIME = 10 * SECOND;
const PAGE = 200;
const SIDE_BY_SIDE = 10;
const NO_STATES: ReadonlyMap<string, EndState> = new Map();

export function belongsTo(machine: Machine, launch: Launch): boolean {
  if (launch.instanceId !== undefined) return machine.instanceId === launch.instanceId;
  return launch.intent !== undefined && isMachineOf(machine, launch.intent);
}
