import {
  ageOf,
  fleetSlotOf,
  hasLiveLease,
  isCountable,
  isLookDue,
  isOffboarded,
  isReady,
  isTooOld,
  freeSlots,
  holdsSlot,
  reasonNow,
  saysBusy,
  type Job,
  type Launch,
  type Machine,
  type OpenMark,
} from '@multi-tenant-runner/core';
import { decideRunnerEnd, type RunnerEnd } from './decide-runner';
import { decideMark } from './open-mark';
import { isEmpty, isLimited, statusOf, type Snapshot, type SweepLimits } from './snapshot';
import { isGoneUnheard, mayOutlastItsJob } from './unheard-ends';

/** Machines that no launch of a page accounts for, looked up in one visit. */
const CHECKED_AT_ONCE = 50;

export type SweepAction =
  | { readonly kind: 'mark-open' }
  | { readonly kind: 'clear-mark'; readonly mark: OpenMark }
  | { readonly kind: 'clean-up' }
  | { readonly kind: 'recount-slots' }
  | { readonly kind: 'count-in-fleet'; readonly launchId: string }
  | { readonly kind: 'settle-by-token'; readonly launch: Launch }
  | { readonly kind: 'look-by-id'; readonly launch: Launch }
  | { readonly kind: 'finish-release'; readonly launch: Launch }
  | { readonly kind: 'send-again'; readonly launch: Launch }
  | { readonly kind: 'refuse-tier'; readonly launch: Launch }
  | { readonly kind: 'end-machine'; readonly launch: Launch; readonly reason: RunnerEnd }
  | { readonly kind: 'note-job-end'; readonly launch: Launch }
  | { readonly kind: 'end-orphan'; readonly machine: Machine }
  | { readonly kind: 'ask-github'; readonly job: Job }
  | { readonly kind: 'expire'; readonly job: Job }
  | { readonly kind: 'restate'; readonly job: Job }
  /** `jobs`: those of this visit that may start, should the tenant's oldest leave a slot free. */
  | { readonly kind: 'wake'; readonly jobs: readonly Job[] };

/**
 * What the sweep does about each difference between rows, slots, machines and jobs, in the order of the rows. Pure: the
 * same snapshot, the same actions.
 */
export function decideSweep(snapshot: Snapshot, now: Date, limits: SweepLimits): SweepAction[] {
  const { lookup } = snapshot;
  const aboutMark = decideMark(snapshot, now);
  if (isOffboarded(lookup)) {
    const isOver = lookup.kind === 'tombstone' && lookup.cleanup === 'done' && isEmpty(snapshot);
    return [...aboutMark, ...(isOver ? [] : [...aboutSlots(snapshot, now), ...cleanupOf(snapshot)])];
  }
  const actions: SweepAction[] = [
    ...aboutMark,
    ...aboutSlots(snapshot, now),
    ...snapshot.launches.flatMap((launch) => [
      ...aboutLaunch(launch, snapshot, now, limits),
      ...aboutLed(snapshot.ledBy.get(launch.launchId), snapshot, now, limits),
    ]),
    ...aboutMachines(snapshot, now, limits),
    ...snapshot.jobs.flatMap((job) => aboutJob(job, snapshot, now, limits)),
    ...aboutReasons(snapshot, now),
    ...aboutFreeSlots(snapshot, now),
  ];
  return isLimited(lookup, now) ? actions.filter((action) => !needsGitHub(action)) : actions;
}

function needsGitHub(action: SweepAction): boolean {
  if (action.kind !== 'end-machine') return action.kind === 'ask-github';
  return action.reason !== 'max-lifetime' && action.launch.endForced !== true;
}

function cleanupOf(snapshot: Snapshot): SweepAction[] {
  const done = snapshot.lookup.kind === 'tenant' && snapshot.lookup.tenant.cleanup === 'done';
  return done && isEmpty(snapshot) ? [] : [{ kind: 'clean-up' }];
}

/** A launch that began or ended between two reads makes them differ too, which the count itself finds out. */
function aboutSlots({ lookup, launches, allLaunches, openLaunches }: Snapshot, now: Date): SweepAction[] {
  if (lookup.kind !== 'tenant' || !isCountable(lookup, now)) return [];
  const held = allLaunches ? launches.filter(holdsSlot).length : openLaunches;
  const isWrong = lookup.slotsBroken || (held !== undefined && held !== lookup.tenant.slotsHeld);
  return isWrong ? [{ kind: 'recount-slots' }] : [];
}

function aboutLaunch(launch: Launch, snapshot: Snapshot, now: Date, limits: SweepLimits): SweepAction[] {
  const machine = snapshot.machineOf(launch);
  const young = ageOf(launch.updatedAt, now) < limits.grace || hasLiveLease(launch, now);
  const counted: SweepAction[] =
    isUncounted(launch, snapshot) && !young ? [{ kind: 'count-in-fleet', launchId: launch.launchId }] : [];
  const judged =
    machine === undefined
      ? undefined
      : decideRunnerEnd(
          { launch, machine, tenant: statusOf(snapshot), isJobOver: snapshot.isJobOver(launch.jobId) },
          now,
          limits,
        );
  if (judged !== undefined) return [...counted, { kind: 'end-machine', launch, reason: judged }];
  if (mayOutlastItsJob(launch, snapshot, now, limits)) return [...counted, { kind: 'note-job-end', launch }];
  if (young) return isGoneUnheard(launch, snapshot, now) ? [...counted, { kind: 'look-by-id', launch }] : counted;
  switch (launch.state) {
    case 'held':
      return [{ kind: limits.tiers.has(launch.tier) ? 'send-again' : 'refuse-tier', launch }];
    case 'launching':
    case 'running':
      if (launch.instanceId === undefined) return [...counted, { kind: 'settle-by-token', launch }];
      return machine === undefined ? [{ kind: 'look-by-id', launch }] : counted;
    case 'ending':
      return [{ kind: 'finish-release', launch }];
    case 'ended':
      return [];
  }
}

/** It has no slot of the fleet, and may have a machine. */
function isUncounted(launch: Launch, { fleetSlots }: Snapshot): boolean {
  return fleetSlots !== undefined && launch.state !== 'ending' && !fleetSlots.has(fleetSlotOf(launch));
}

/** Machines without an open launch, which is read again before anything changes. */
function aboutMachines(snapshot: Snapshot, now: Date, limits: SweepLimits): SweepAction[] {
  const known = new Set([...snapshot.launch.values()].map((launch) => snapshot.machineOf(launch)));
  const unknown = snapshot.machines.filter(
    (machine) => !known.has(machine) && ageOf(machine.launchedAt, now) >= limits.grace,
  );
  const byId = new Map(unknown.map((machine) => [machine.instanceId, machine]));
  const turn = snapshot.allLaunches ? [...byId.keys()] : nextOf([...byId.keys()], snapshot.checked?.machine);
  return turn.flatMap((instanceId) => {
    const machine = byId.get(instanceId);
    return machine === undefined ? [] : [{ kind: 'end-orphan', machine }];
  });
}

/** Some of them, beginning behind the last one of the visit before. */
function nextOf(ids: readonly string[], after = ''): readonly string[] {
  const sorted = [...ids].sort();
  return [...sorted.filter((id) => id > after), ...sorted.filter((id) => id <= after)].slice(0, CHECKED_AT_ONCE);
}

function aboutLed(job: Job | undefined, snapshot: Snapshot, now: Date, limits: SweepLimits): SweepAction[] {
  return job === undefined ? [] : aboutJob(job, snapshot, now, limits);
}

function aboutJob(job: Job, snapshot: Snapshot, now: Date, limits: SweepLimits): SweepAction[] {
  const launch = snapshot.launch.get(job.launchId);
  const withoutLaunch = launch === undefined;
  // GitHub no longer waits for any of these, whether or not it can be asked.
  const waits = job.state !== 'running';
  if (waits && isTooOld(job, now) && withoutLaunch) return [{ kind: 'expire', job }];
  if (isLookDue(job, now)) return [{ kind: 'ask-github', job }];
  const settled = withoutLaunch
    ? ageOf(job.updatedAt, now) >= limits.grace
    : job.state === 'starting' && worksUnheard(launch, snapshot, now, limits);
  if (job.state === 'parked' || !settled) return [];
  return [{ kind: 'ask-github', job }];
}

/** Its machine has an unreported job: its own, or one of a repository that the App can't see. */
function worksUnheard(launch: Launch, snapshot: Snapshot, now: Date, limits: SweepLimits): boolean {
  if (launch.takenBy !== undefined || ageOf(launch.updatedAt, now) < limits.grace) return false;
  return saysBusy(launch) && snapshot.machineOf(launch) !== undefined;
}

/** Of a tenant with more jobs than a page, the wake-up itself looks for older ones that may start. */
function aboutFreeSlots({ lookup, jobs, allJobs }: Snapshot, now: Date): SweepAction[] {
  if (lookup.kind !== 'tenant' || freeSlots(lookup.tenant) === 0) return [];
  const { tenant } = lookup;
  const ready = jobs.filter((job) => job.state === 'parked' && isReady(job, tenant, now));
  return allJobs && ready.length === 0 ? [] : [{ kind: 'wake', jobs: ready }];
}

/** Before the wake-up, which takes what is due whatever it says. */
function aboutReasons({ jobs, lookup }: Snapshot, now: Date): SweepAction[] {
  return jobs
    .filter((job) => reasonNow(job, lookup, now) !== undefined)
    .map((job): SweepAction => ({ kind: 'restate', job }));
}
