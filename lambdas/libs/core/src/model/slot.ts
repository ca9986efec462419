import { jobIdOfLaunch, launchIdOf } from './names';

const RADIX = 36;

/**
 * What a launch has in its tenant's `slots`: its id, or for the first launch of a job, as most are, the job's id in
 * base 36. Each write of the row is paid for by its size, so these few bytes are counted a thousand times.
 */
export function slotOf(launchId: string): string {
  const jobId = jobIdOfLaunch(launchId);
  return Number.isSafeInteger(jobId) && launchIdOf(jobId, 1) === launchId ? jobId.toString(RADIX) : launchId;
}

/** The launch that has a slot. Whole ids are read too, of first launches as well: earlier revisions wrote them. */
export function launchOfSlot(slot: string): string {
  const jobId = Number.parseInt(slot, RADIX);
  return Number.isSafeInteger(jobId) && jobId.toString(RADIX) === slot ? launchIdOf(jobId, 1) : slot;
}
