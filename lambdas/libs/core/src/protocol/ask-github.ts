import { WAITING_JOB_STATES, endStateOf, type Job } from '../job';
import { placeOfJob } from '../place';
import { endJob } from './end-job';
import { parkForRestart } from './restart';
import type { ProtocolDeps } from './deps';

/** What the job row should say now. `unknown`: GitHub gave no answer, ask again later. */
export type JobTruth = 'waits-again' | 'running' | 'ended' | 'unknown' | 'unchanged';

export type AskDeps = Pick<ProtocolDeps, 'jobs' | 'tenants' | 'github' | 'clock' | 'metrics' | 'log'>;

/**
 * Asks GitHub about a job whose launch is over and makes the row say the truth.
 *
 * @param spent whether the launch that ended had a machine
 */
export async function askGitHub(job: Job, spent: boolean, deps: AskDeps): Promise<JobTruth> {
  const place = placeOfJob(job, await deps.tenants.get(job.installationId));
  const answer = await deps.github.getJob(place, job.jobId);
  if (answer.kind !== 'found') {
    deps.log.warn('GitHub gave no answer about a job; the sweep asks again', { job_id: job.jobId, answer: answer.kind });
    return 'unknown';
  }
  const truth = answer.job;
  if (truth === undefined) {
    return (await endJob(job, { state: 'cancelled', reason: 'gone-at-github' }, deps)) ? 'ended' : 'unchanged';
  }
  if (truth.status === 'completed') {
    const ended = await endJob(
      job,
      {
        state: endStateOf(truth.conclusion),
        ...(truth.conclusion !== undefined && { conclusion: truth.conclusion }),
        ...(truth.runnerName !== undefined && { runnerName: truth.runnerName }),
      },
      deps,
    );
    return ended ? 'ended' : 'unchanged';
  }
  if (truth.status === 'in_progress') {
    const now = deps.clock.now().toISOString();
    const running = await deps.jobs.change(
      job.installationId,
      job.jobId,
      { from: [...WAITING_JOB_STATES, 'running'] },
      { state: 'running', reason: null, nextTry: null, startedAt: job.startedAt ?? now, updatedAt: now, ...(truth.runnerName !== undefined && { runnerName: truth.runnerName }) },
    );
    return running.ok ? 'running' : 'unchanged';
  }
  // A job that was running and is queued again was handed back by its runner; the row may wait once more.
  const row = job.state === 'running' ? await backToWaiting(job, deps) : job;
  if (row === undefined) return 'unchanged';
  return (await parkForRestart(row, row.launchId, { reason: 'runner-lost', spent }, deps)) ? 'waits-again' : 'unchanged';
}

async function backToWaiting(job: Job, deps: AskDeps): Promise<Job | undefined> {
  const starting = await deps.jobs.change(
    job.installationId,
    job.jobId,
    { from: ['running'] },
    { state: 'starting', runnerName: null, startedAt: null, updatedAt: deps.clock.now().toISOString() },
  );
  return starting.ok ? starting.row : undefined;
}
