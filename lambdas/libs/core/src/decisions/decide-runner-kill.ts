import type { Launch } from '../model/launch';

/** `request`: the row is to ask for the end. `nothing`: it does already, or the machine is gone. */
export interface KillDecision {
  readonly kind: 'request' | 'nothing' | 'refuse';
  readonly sentence: string;
  /** What proves that no machine is left; absent as long as one may be. */
  readonly proof?: string;
}

/**
 * Whether an operator may end a machine. The sweep carries it out, under the launch's lease and with GitHub's word that
 * the runner has no job: a row alone may be behind.
 *
 * @param force ends it with the job that it has
 */
export function decideKill(launch: Launch, force: boolean): KillDecision {
  const name = `Runner ${launch.instanceId ?? launch.launchId}`;
  const proof = proofOf(launch);
  if (proof !== undefined) return { kind: 'nothing', sentence: `${name} is gone.`, proof };
  if (launch.state === 'held')
    return { kind: 'refuse', sentence: `${name} has no machine yet; cancel job ${launch.jobId} instead.` };
  const job = launch.jobEndedAt === undefined ? launch.takenBy : undefined;
  if (job !== undefined && !force)
    return { kind: 'refuse', sentence: `${name} runs job ${job}, so only force ends it: GitHub then fails the job.` };
  if (launch.endRequestedAt !== undefined && (launch.endForced === true || !force))
    return { kind: 'nothing', sentence: `${name} is to end since ${launch.endRequestedAt}.` };
  const cost = job === undefined ? '' : `, and job ${job} with it, which GitHub fails in about ten minutes`;
  const unless = force ? '' : ', unless it has taken a job by then';
  return { kind: 'request', sentence: `${name} ends within a minute or two${cost}${unless}.` };
}

/** What the audit trail keeps of an operator's wish. */
export function killRecord({ launchId, instanceId, takenBy }: Launch, force: boolean) {
  return {
    launch_id: launchId,
    force,
    ...(instanceId !== undefined && { instance_id: instanceId }),
    ...(takenBy !== undefined && { took_job: takenBy }),
  };
}

function proofOf({ state, instanceId, machineEndedAt, reason }: Launch): string | undefined {
  if (state !== 'ending' && state !== 'ended') return undefined;
  if (instanceId === undefined) return `It never had a machine (${reason ?? 'unknown'}).`;
  return `EC2 had ended ${instanceId} by ${machineEndedAt ?? 'then'} (${reason ?? 'unknown'}), and its slot is free.`;
}
