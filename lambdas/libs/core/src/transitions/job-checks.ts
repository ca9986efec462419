import type { CheckState, Job } from '../model/job';
import { moveJob, type JobTransitionDeps, type JobWrite } from './job';

/** `null`: GitHub has none, and another try may follow. */
export interface CheckNote {
  readonly state: CheckState | null;
  readonly says?: string;
  readonly id?: number;
}

/**
 * Only if no other write about its check came in between. With `stillIn`: only in the state and with the start number
 * that the job was read with, as the check rests on them.
 */
export function recordCheck(
  job: Job,
  { state, says, id }: CheckNote,
  deps: JobTransitionDeps,
  { stillIn = false } = {},
): JobWrite {
  const changes = {
    checkState: state,
    checkAt: nextAfter(job.checkAt, deps.clock.now()),
    ...(says !== undefined && { checkSays: says }),
    ...(id !== undefined && { checkId: id }),
  };
  const asRead = stillIn ? { from: [job.state], startNumber: job.startNumber } : {};
  return moveJob('recordCheck', job, { changes, condition: { checkAt: job.checkAt ?? null, ...asRead } }, deps);
}

/** Two writes within a millisecond are two all the same. */
function nextAfter(before: string | undefined, now: Date): string {
  const time = before === undefined ? now.getTime() : Math.max(now.getTime(), Date.parse(before) + 1);
  return new Date(time).toISOString();
}
