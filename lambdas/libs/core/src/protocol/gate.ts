import { GATE_LIFETIME, WAITING_JOB_STATES, isEnded, isGated, type Job } from '../job';
import { launchIdOf } from '../names';
import { HOUR, MINUTE, ageOf, plus } from '../time';
import type { ProtocolDeps } from './deps';

/** A gate's opening may go unheard of, so GitHub is asked: soon at first, hourly in the end. */
const FIRST_LOOK = 5 * MINUTE;
const LAST_LOOK = HOUR;

type GateDeps = Pick<ProtocolDeps, 'jobs' | 'clock' | 'metrics'>;

/**
 * Parks a job that GitHub holds back: behind an environment's protection rule, or in a concurrency group. It gets a new
 * start number, so that nobody goes on with its launch, and it counts as no failure of anybody's.
 */
export async function parkAtGate(job: Job, deps: GateDeps): Promise<Job | undefined> {
  const now = deps.clock.now();
  const known = isGated(job);
  const startNumber = known ? job.startNumber : job.startNumber + 1;
  const parked = await deps.jobs.change(
    job.installationId,
    job.jobId,
    { from: WAITING_JOB_STATES, startNumber: job.startNumber, launchId: job.launchId },
    {
      state: 'parked',
      reason: 'github-waiting',
      ...gateTimes(now),
      ...(known && job.gatedAt !== undefined && { gatedAt: job.gatedAt }),
      startNumber,
      ...(!known && { launchId: launchIdOf(job.jobId, startNumber) }),
      updatedAt: now.toISOString(),
    },
  );
  if (!parked.ok) return undefined;
  if (!known) deps.metrics.count('JobParked', { tier: job.tier, properties: { tenant_id: job.installationId, job_id: job.jobId, reason: 'github-waiting' } });
  return parked.row;
}

/** The next try is GitHub's own last day: until then the gate's opening is heard of, or the sweep finds it. */
export function gateTimes(now: Date): Required<Pick<Job, 'gatedAt' | 'nextTry'>> {
  return { gatedAt: now.toISOString(), nextTry: plus(now, GATE_LIFETIME + MINUTE).toISOString() };
}

/** Whether the sweep asks GitHub about a job behind a gate now. */
export function isLookDue(job: Job, now: Date): boolean {
  if (!isGated(job)) return false;
  const pause = Math.min(LAST_LOOK, Math.max(FIRST_LOOK, ageOf(job.gatedAt, now) / 4));
  return ageOf(job.updatedAt, now) >= pause;
}

/**
 * Whether a `queued` may be news of a job that stands in a row: GitHub sends it again, with the same job id, once a gate
 * opens, and an end that we decided (too old, refused, gone) is not GitHub's. A redelivery keeps its delivery's id.
 */
export function isNews(job: Job, deliveryId: string): boolean {
  if (deliveryId === (job.deliveryId ?? 'none')) return false;
  return isGated(job) || (isEnded(job.state) && job.reason !== undefined);
}

/**
 * Puts a job back into the queue that GitHub has in its own: let through a gate, or ended by us too early. Its time begins
 * anew, as GitHub's does: the second `queued` may repeat the times of the first.
 */
export async function openGate(job: Job, word: { readonly queuedAt?: string; readonly deliveryId?: string }, deps: Pick<ProtocolDeps, 'jobs' | 'clock'>): Promise<Job | undefined> {
  const now = deps.clock.now().toISOString();
  const since = job.gatedAt ?? job.endedAt ?? now;
  const queuedAt = word.queuedAt !== undefined && Date.parse(word.queuedAt) > Date.parse(since) ? word.queuedAt : now;
  const startNumber = job.startNumber + 1;
  const opened = await deps.jobs.change(
    job.installationId,
    job.jobId,
    { from: [job.state], startNumber: job.startNumber, launchId: job.launchId },
    {
      state: 'queued',
      reason: null,
      nextTry: null,
      gatedAt: null,
      queuedAt,
      ...(word.deliveryId !== undefined && { deliveryId: word.deliveryId }),
      ...(isEnded(job.state) && { endedAt: null, conclusion: null, startedAt: null, runnerName: null }),
      startNumber,
      launchId: launchIdOf(job.jobId, startNumber),
      updatedAt: now,
    },
  );
  return opened.ok ? opened.row : undefined;
}
