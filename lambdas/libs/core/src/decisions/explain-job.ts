import { isEnded, type Job, type JobReason } from '../model/job';
import type { TenantLookup } from '../model/tenant';
import { CAUSES, type Actor, type Cause } from './job-causes';

export interface JobExplanation {
  readonly state: Job['state'];
  readonly reason?: JobReason;
  /** One sentence in the present: what the job does, and why. */
  readonly sentence: string;
  /** What ends this, and when. Absent for a job that is over. */
  readonly ends?: string;
  readonly actor: Actor;
  /** ISO 8601: since when the job has been in GitHub's queue, runs, or is over. */
  readonly since: string;
  /** ISO 8601: when it is looked at again at the latest. */
  readonly nextTry?: string;
  /** 1: the tenant's next job. Only of a job that waits for a runner of the tenant. */
  readonly position?: number;
}

export interface ExplainFacts {
  readonly lookup: TenantLookup;
  /** The tenant's waiting jobs that are older than this one. */
  readonly ahead?: number;
}

/**
 * What a job does now and why, in words for the one who waits for it. Pure.
 *
 * @param facts.ahead counted by the caller, for a job that waits for its tenant's limit
 */
export function explainJob(job: Job, { lookup, ahead }: ExplainFacts): JobExplanation {
  const { state, reason } = job;
  const common = { state, ...(reason !== undefined && { reason }) };
  const name = `Job ${job.jobId} of ${job.owner}/${job.repo}`;
  const why = reason === undefined ? undefined : CAUSES[reason];
  if (isEnded(state)) {
    const sentence = `${name} ${pastOf(job)}${why === undefined ? '' : `, because ${why.because(job, lookup)}`}.`;
    return { ...common, sentence, actor: why?.actor ?? 'none', since: job.endedAt ?? job.updatedAt, ...after(why) };
  }
  switch (state) {
    case 'running':
      return {
        ...common,
        sentence: `${name} runs on ${job.runnerName ?? 'its runner'}.`,
        ends: 'Its machine ends with the job',
        actor: 'none',
        since: job.startedAt ?? job.updatedAt,
      };
    case 'starting':
      return {
        ...common,
        sentence: `${name} has a runner of its tenant; the machine of launch ${job.launchId} is starting.`,
        ends: 'GitHub gives it the job as soon as it is up',
        actor: 'none',
        since: job.queuedAt,
      };
    case 'queued':
      return {
        ...common,
        sentence: `${name} is on its way to a runner of the size ${job.tier}.`,
        ends: 'Its launch begins within seconds, behind jobs that came before it',
        actor: 'none',
        since: job.queuedAt,
      };
    default:
      return explainWait(job, { lookup, ...(ahead !== undefined && { ahead }) }, name);
  }
}

function explainWait(job: Job, { lookup, ahead }: ExplainFacts, name: string): JobExplanation {
  const reason = job.reason ?? 'limit';
  const { because, ends, actor } = CAUSES[reason];
  return {
    state: job.state,
    reason,
    sentence: `${name} waits, because ${because(job, lookup)}.`,
    ends,
    actor,
    since: job.gatedAt ?? job.queuedAt,
    ...(job.nextTry !== undefined && { nextTry: job.nextTry }),
    ...(reason === 'limit' && ahead !== undefined && { position: ahead + 1 }),
  };
}

function after(why: Cause | undefined): Pick<JobExplanation, 'ends'> {
  return why === undefined ? {} : { ends: why.ends };
}

function pastOf({ state, conclusion, runnerName }: Job): string {
  const where = runnerName === undefined ? '' : ` on ${runnerName}`;
  switch (state) {
    case 'completed':
      return `ended${where}${conclusion === undefined ? '' : ` as ${conclusion}`}`;
    case 'cancelled':
      return `was cancelled${where}`;
    case 'refused':
      return 'was refused';
    default:
      return 'expired';
  }
}
