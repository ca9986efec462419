import { GATE_LIFETIME, isEnded, isGated, type Job } from '../model/job';
import { hasLiveLease, type Launch } from '../model/launch';
import { HOUR, MINUTE, ageOf, plus } from '../model/time';
import { letJobThrough, loseSpare, parkJobAtGate } from '../transitions';
import type { ProtocolDeps } from './deps';

/** A gate's opening may go unheard of, so GitHub is asked: soon at first, hourly in the end. */
const FIRST_LOOK = 5 * MINUTE;
const LAST_LOOK = HOUR;

type GateDeps = Pick<ProtocolDeps, 'jobs' | 'clock' | 'metrics'>;

/**
 * Parks a job that GitHub holds back: behind an environment's protection rule, or in a concurrency group. It gets a new
 * start number, so that no worker goes on with its launch, and the wait counts as no failure.
 */
export async function parkAtGate(job: Job, deps: GateDeps): Promise<Job | undefined> {
  const now = deps.clock.now();
  const known = isGated(job);
  const times = gateTimes(known && job.gatedAt !== undefined ? new Date(job.gatedAt) : now);
  const parked = await parkJobAtGate(job, { ...times, known }, deps);
  if (!parked.ok) return undefined;
  if (!known)
    deps.metrics.count('JobParked', {
      tier: job.tier,
      properties: { tenant_id: job.installationId, job_id: job.jobId, reason: 'github-waiting' },
    });
  return parked.row;
}

/** The next try is GitHub's own last day: until then the gate's opening is heard of, or the sweep finds it. */
export function gateTimes(since: Date): Required<Pick<Job, 'gatedAt' | 'nextTry'>> {
  return { gatedAt: since.toISOString(), nextTry: plus(since, GATE_LIFETIME + MINUTE).toISOString() };
}

/** Whether the sweep asks GitHub about a job behind a gate now. */
export function isLookDue(job: Job, now: Date): boolean {
  if (!isGated(job)) return false;
  const pause = Math.min(LAST_LOOK, Math.max(FIRST_LOOK, ageOf(job.gatedAt, now) / 4));
  return ageOf(job.updatedAt, now) >= pause;
}

/** In the place of a delivery's id: an operator's wish that GitHub is asked about an ended job once more. */
const RETRY = 'retry-';
export const retryDelivery = (requestId: string): string => `${RETRY}${requestId}`;

/**
 * Whether a `queued` may be news of a job that stands in a row: GitHub sends it again, with the same job id, once a
 * gate opens, and an end that we decided (too old, refused, gone) is not GitHub's. A redelivery keeps its delivery's
 * id. What an operator cancelled, an operator alone takes back.
 */
export function isNews(job: Job, deliveryId: string): boolean {
  if (deliveryId === (job.deliveryId ?? 'none')) return false;
  if (isGated(job)) return true;
  if (!isEnded(job.state) || job.reason === undefined) return false;
  return job.reason !== 'cancelled-by-operator' || deliveryId.startsWith(RETRY);
}

export interface GateWord {
  readonly queuedAt?: string;
  readonly deliveryId?: string;
}

/**
 * Puts a job back into the queue that GitHub has in its own: let through a gate, or ended by us too early. Its time
 * begins anew, as GitHub's does: the second `queued` may repeat the times of the first. A machine of its own that could
 * not be ended meanwhile is used: the job is then `starting`, and needs no message.
 */
export async function openGate(
  job: Job,
  word: GateWord,
  deps: GateDeps & Pick<ProtocolDeps, 'launches'>,
): Promise<Job | undefined> {
  const at = deps.clock.now();
  const now = at.toISOString();
  const since = job.gatedAt ?? job.endedAt ?? now;
  const spare = (await deps.launches.listOpen(job.installationId)).find((launch) => isSpare(launch, job, at));
  const isLater = word.queuedAt !== undefined && Date.parse(word.queuedAt) > Date.parse(since);
  const opened = await letJobThrough(
    job,
    {
      queuedAt: isLater ? word.queuedAt : now,
      ...(word.deliveryId !== undefined && { deliveryId: word.deliveryId }),
      ...(spare !== undefined && { spareLaunchId: spare.launchId }),
    },
    deps,
  );
  if (!opened.ok) return undefined;
  return spare === undefined ? opened.row : stillThere(opened.row, spare, deps);
}

/**
 * Also a launch that a worker holds the lease of and has not asked EC2 for yet: it goes on, and a second one would be a
 * machine too many.
 */
function isSpare(launch: Launch, job: Job, now: Date): boolean {
  if (launch.jobId !== job.jobId || launch.takenBy !== undefined) return false;
  if (launch.state === 'held') return hasLiveLease(launch, now);
  return launch.state === 'launching' || launch.state === 'running';
}

/** Its end may have asked about the job before that waited for it again. */
async function stillThere(
  job: Job,
  spare: Launch,
  deps: GateDeps & Pick<ProtocolDeps, 'launches'>,
): Promise<Job | undefined> {
  const launch = await deps.launches.get(spare.installationId, spare.launchId);
  if (launch !== undefined && launch.state !== 'ending' && launch.state !== 'ended') return job;
  const alone = await loseSpare(job, deps);
  return alone.ok ? alone.row : undefined;
}
