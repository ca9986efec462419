import { isEnded, type Job } from '../model/job';
import { SLOT_STATES, holdsSlot, type Launch, type LeaseHolder } from '../model/launch';
import type { Clock } from '../model/time';
import type { JobBack, LaunchReleaseRequest } from '../ports';
import { jobMove } from './job';
import { NO_LEASE, launchMove } from './launch';

export interface ReleaseProof {
  readonly reason: string;
  /** Given when the proof is "no machine exists": then no other invocation may be at work on the launch. */
  readonly lease?: LeaseHolder;
  /** The machine ran a job, as it reported itself. */
  readonly worked?: boolean;
  /** What is known of the machine, should the row not have it yet. */
  readonly life?: Pick<Launch, 'instanceId' | 'launchedAt' | 'machineEndedAt' | 'jobEndedAt'>;
  /**
   * The job that the launch leads to, as it was read, if there is one. Once the launch is over nothing else may lead to
   * it, so the same write puts an open one back into the index. One that was over then is put there by what opens it.
   */
  readonly begunFor: Job | undefined;
}

/** What a launch is once its slot is given back, and the write that makes it so. */
export interface Released {
  readonly launch: Launch;
  readonly request: Omit<LaunchReleaseRequest, 'life'>;
}

/**
 * The end of a launch. A slot is given back from a state that holds one, and from `ending` none: the row says which it
 * is, or the write is refused.
 *
 * @param isOver nothing of it is left. Rests on the row as it was read, so another write that reached it meanwhile
 *   forbids this one; that a machine may leave something is no reason to keep the slot.
 */
export function buildRelease(
  launch: Launch,
  { reason, worked, life, lease, begunFor }: ReleaseProof,
  isOver: boolean,
  deps: { readonly clock: Clock },
): Released {
  const facts = { reason, ...(worked === true && { worked }), ...life };
  const endedAt = deps.clock.now().toISOString();
  const holder = lease === undefined ? {} : { leaseOwner: lease.name };
  const from = holdsSlot(launch) ? SLOT_STATES : (['ending'] as const);
  const move = isOver
    ? launchMove(
        'finishRelease',
        { changes: { ...facts, endedAt, ...NO_LEASE }, condition: { ...holder, from, version: launch.version } },
        deps,
      )
    : launchMove('beginRelease', { changes: facts, condition: { ...holder, from } }, deps);
  const { leaseOwner: _owner, leaseUntil: _until, ...standing } = launch;
  const state = isOver ? 'ended' : 'ending';
  return {
    launch: { ...(isOver ? standing : launch), ...facts, state, ...(isOver && { endedAt }) },
    request: {
      installationId: launch.installationId,
      launchId: launch.launchId,
      ...(launch.fleetShare !== undefined && { fleetShare: launch.fleetShare }),
      ...(isOver && begunFor !== undefined && !isEnded(begunFor.state) && { jobBack: jobBackOf(begunFor, deps) }),
      ...move,
    },
  };
}

function jobBackOf({ jobId, queuedAt }: Job, deps: { readonly clock: Clock }): JobBack {
  return { jobId, queuedAt, guard: jobMove('putBack', { condition: { queuedAt } }, deps).guard };
}
