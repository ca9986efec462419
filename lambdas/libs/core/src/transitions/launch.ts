import { LAUNCH_STATES, type Intent, type Launch, type LaunchState, type LeaseHolder } from '../model/launch';
import type { Clock } from '../model/time';
import type { Changes, LaunchGuard, LaunchStore, Written } from '../ports';

/**
 * The life of a launch, read from top to bottom: every write to its row, the states it may come from, and the state it
 * leads to. Without `to` the state stays. A row begins `held` in `buildAdmission`, or `launching` where the intent is
 * known by then, and no other code changes one.
 *
 *     held → launching → running → ending → ended
 */
export const LAUNCH_TRANSITIONS = {
  /** EC2 is about to be asked for this machine; a repeat is the very same call. */
  recordIntent: { from: ['held', 'launching'], to: 'launching' },
  /** EC2 named the machine, whose configuration is not stored yet. */
  recordInstance: { from: ['launching'] },
  /** The sweep found the machine by the intent's token, as the worker that asked for it died. */
  adoptInstance: { from: ['launching'] },
  /** A machine of a pool is the launch's from now on. */
  bindBlank: { from: ['held'], to: 'launching' },
  /** It could not be made the tenant's, and has ended: the launch takes another machine. */
  dropBlank: { from: ['launching'], to: 'held' },
  /** The machine, which the same write may name, can fetch its configuration; from here on GitHub may give it a job. */
  markRunning: { from: ['launching'], to: 'running' },
  /** The machine asks for its configuration: no progress of ours, so the sweep's grace counts from the last step. */
  claimConfig: { from: ['running'], keepsUpdatedAt: true },
  /** The machine says what it does. It could go on for ever, so this is no progress either. */
  recordReports: { from: ['running'], keepsUpdatedAt: true },
  /** GitHub reports which job the runner took, or that this job is over. */
  bindJob: { from: ['launching', 'running'] },
  /** It is meant for another job now: the one whose runner was taken. */
  reassign: { from: ['launching', 'running'] },
  /** AWS takes the spot machine back. */
  recordInterruption: { from: ['launching', 'running'] },
  /** An operator wants its machine ended; the sweep does that. */
  requestEnd: { from: ['launching', 'running'], keepsUpdatedAt: true },
  /** It was admitted before the fleet had a limit, and counts from now on. */
  countInFleet: { from: ['held', 'launching', 'running'], keepsUpdatedAt: true },
  /** Proof exists that no machine of it lives or can come to live: its slot is given back, and something is left. */
  beginRelease: { from: ['held', 'launching', 'running', 'ending'], to: 'ending' },
  /** The same, and nothing is left. */
  finishRelease: { from: ['held', 'launching', 'running', 'ending'], to: 'ended' },
  /** One invocation at a time goes on with it; also with the machine of an ended one that EC2 reports late. */
  takeLease: { from: LAUNCH_STATES },
  /** Others may go on at once. No progress, so the sweep's grace still counts from the last step. */
  dropLease: { from: ['held', 'launching', 'running', 'ending'], keepsUpdatedAt: true },
} as const satisfies Readonly<Record<string, LaunchTransition>>;

interface LaunchTransition {
  readonly from: readonly LaunchState[];
  readonly to?: LaunchState;
  readonly keepsUpdatedAt?: boolean;
}

export interface LaunchTransitionDeps {
  readonly launches: Pick<LaunchStore, 'change'>;
  readonly clock: Clock;
}

export type LaunchKey = Pick<Launch, 'installationId' | 'launchId'>;
type LaunchWrite = Promise<Written<Launch>>;

interface Move {
  readonly changes?: Changes<Launch>;
  /** What must hold besides the state; `from` here narrows the table's. */
  readonly condition?: Partial<LaunchGuard>;
}

export const NO_LEASE = { leaseOwner: null, leaseUntil: null } as const;

/** For the writes of this folder alone. */
export function moveLaunch(
  name: keyof typeof LAUNCH_TRANSITIONS,
  launch: LaunchKey,
  move: Move,
  deps: LaunchTransitionDeps,
): LaunchWrite {
  const { guard, changes } = launchMove(name, move, deps);
  return deps.launches.change(launch.installationId, launch.launchId, guard, changes);
}

/** For the writes of this folder alone. */
export function launchMove(
  name: keyof typeof LAUNCH_TRANSITIONS,
  { changes, condition }: Move,
  deps: Pick<LaunchTransitionDeps, 'clock'>,
): { readonly guard: LaunchGuard; readonly changes: Changes<Launch> } {
  const { from, to, keepsUpdatedAt = false }: LaunchTransition = LAUNCH_TRANSITIONS[name];
  if (condition?.from?.some((state) => !from.includes(state)))
    throw new Error(`A launch that is ${condition.from.join(' or ')} has no transition ${name}`);
  return {
    guard: { from, ...condition },
    changes: {
      ...(to !== undefined && { state: to }),
      ...(!keepsUpdatedAt && { updatedAt: deps.clock.now().toISOString() }),
      ...changes,
    },
  };
}

/** The caller holds the lease. @param next.attempted keys of the candidates that EC2 refused */
export function recordIntent(
  launch: LaunchKey,
  next: { readonly intent: Intent; readonly attempted: readonly string[] },
  lease: LeaseHolder,
  deps: LaunchTransitionDeps,
): LaunchWrite {
  const changes = { intent: next.intent, attempted: [...next.attempted] };
  return moveLaunch('recordIntent', launch, { changes, condition: { leaseOwner: lease.name } }, deps);
}

/** What a launch's row says of its machine once EC2 has named it. */
export type MachineOfRow = Required<Pick<Launch, 'instanceId' | 'runnerName' | 'launchedAt'>> &
  Pick<Launch, 'interfaceId'>;

/** The caller holds the lease, and keeps it. */
export function recordInstance(
  launch: LaunchKey,
  machine: MachineOfRow,
  lease: LeaseHolder,
  deps: LaunchTransitionDeps,
): LaunchWrite {
  return moveLaunch('recordInstance', launch, { changes: machine, condition: { leaseOwner: lease.name } }, deps);
}

/** The caller holds the lease, which ends with this write. */
export function adoptInstance(
  launch: LaunchKey,
  machine: Required<Pick<Launch, 'instanceId' | 'launchedAt'>> & Pick<Launch, 'interfaceId'>,
  lease: LeaseHolder,
  deps: LaunchTransitionDeps,
): LaunchWrite {
  const { instanceId, launchedAt, interfaceId } = machine;
  const changes = { instanceId, launchedAt, ...(interfaceId !== undefined && { interfaceId }), ...NO_LEASE };
  return moveLaunch('adoptInstance', launch, { changes, condition: { leaseOwner: lease.name } }, deps);
}

/** The caller holds the lease, which ends with this write. @param runner with its machine if the row has none yet */
export function markLaunchRunning(
  launch: LaunchKey,
  runner: Pick<Launch, 'runnerName' | 'runnerId' | 'clearsCircuit'> & Partial<MachineOfRow>,
  lease: LeaseHolder,
  deps: LaunchTransitionDeps,
): LaunchWrite {
  const changes = { ...runner, jitStored: true, runningAt: deps.clock.now().toISOString(), ...NO_LEASE };
  return moveLaunch('markRunning', launch, { changes, condition: { leaseOwner: lease.name } }, deps);
}

/** @param options.ofMachine only if the row names this machine */
export function bindJob(
  launch: LaunchKey,
  taken: Pick<Launch, 'takenBy' | 'takenAt' | 'jobEndedAt'>,
  deps: LaunchTransitionDeps,
  { ofMachine }: { readonly ofMachine?: string } = {},
): LaunchWrite {
  const condition = ofMachine === undefined ? {} : { instanceId: ofMachine };
  return moveLaunch('bindJob', launch, { changes: taken, condition }, deps);
}

/** Only if no other write reached the row since it was read. */
export function reassignLaunch(launch: Launch, jobId: number, deps: LaunchTransitionDeps): LaunchWrite {
  return moveLaunch('reassign', launch, { changes: { jobId }, condition: { version: launch.version } }, deps);
}

/** The first notice's time stays. */
export function recordInterruption(launch: Launch, deps: LaunchTransitionDeps): LaunchWrite {
  const interruptedAt = launch.interruptedAt ?? deps.clock.now().toISOString();
  return moveLaunch('recordInterruption', launch, { changes: { interruptedAt } }, deps);
}

/** A forced end stays one. @param force also while the machine has a job */
export function requestEnd(
  launch: LaunchKey,
  { force }: { readonly force: boolean },
  deps: LaunchTransitionDeps,
): LaunchWrite {
  const changes = { endRequestedAt: deps.clock.now().toISOString(), ...(force && { endForced: true }) };
  return moveLaunch('requestEnd', launch, { changes }, deps);
}

/** Only if no other write reached the row since it was read. */
export function countInFleet(launch: Launch, fleetShare: number, deps: LaunchTransitionDeps): LaunchWrite {
  return moveLaunch('countInFleet', launch, { changes: { fleetShare }, condition: { version: launch.version } }, deps);
}

export function leaseOf(
  holder: LeaseHolder,
  deps: Pick<LaunchTransitionDeps, 'clock'>,
): Pick<Launch, 'leaseOwner' | 'leaseUntil'> {
  return { leaseOwner: holder.name, leaseUntil: deps.clock.now().getTime() + holder.milliseconds };
}
