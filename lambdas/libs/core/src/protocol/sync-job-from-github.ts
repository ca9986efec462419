import { needOf } from '../model/github-status';
import { endStateOf, isGated, type Job } from '../model/job';
import { placeOfJob } from '../model/place';
import { confirmJobRunning, returnToStarting, type JobEnd } from '../transitions';
import { endJob } from './end-job';
import { openGate, parkAtGate } from './gate';
import { parkForRestart, type Restart } from './park-for-restart';
import type { ProtocolDeps } from './deps';

/**
 * What the job row should say now. `held-back`: GitHub gives it to no runner yet. `let-through`: its gate has opened,
 * and its message is not sent yet. `unknown`: GitHub gave no answer, ask again later.
 */
export type JobStatusFromGitHub =
  | 'waits-again'
  | 'held-back'
  | 'let-through'
  | 'running'
  | 'ended'
  | 'unknown'
  | 'unchanged';

export type SyncJobDeps = Pick<ProtocolDeps, 'jobs' | 'launches' | 'tenants' | 'github' | 'clock' | 'metrics' | 'log'>;

/**
 * Asks GitHub about a job whose launch is over, or which it held back, and makes the row say the truth.
 *
 * @param again how it waits if it still does
 */
export async function syncJobFromGitHub(job: Job, again: Restart, deps: SyncJobDeps): Promise<JobStatusFromGitHub> {
  const place = placeOfJob(job, await deps.tenants.get(job.installationId));
  const answer = await deps.github.getJob(place, job.jobId);
  if (answer.kind !== 'found') {
    deps.log.warn('GitHub gave no answer about a job; the sweep asks again', {
      job_id: job.jobId,
      answer: answer.kind,
    });
    return 'unknown';
  }
  const truth = answer.job;
  if (truth === undefined) {
    return (await endJob(job, { state: 'cancelled', reason: 'gone-at-github' }, deps)) ? 'ended' : 'unchanged';
  }
  const need = needOf(truth.status);
  switch (need) {
    case 'over':
      return (await endJob(job, endOf(truth), deps)) ? 'ended' : 'unchanged';
    case 'running':
      return recordRunning(job, truth.runnerName, deps);
    case 'unknown':
      deps.log.warn(
        'GitHub has a status for a job that is not known here: no machine is started for it until it is queued',
        { job_id: job.jobId, status: truth.status },
      );
      return holdBack(job, deps);
    case 'held-back':
      return holdBack(job, deps);
    case 'machine':
      return waitAgain(job, again, deps);
  }
}

type GitHubJob = { readonly conclusion?: string; readonly runnerName?: string };

function endOf({ conclusion, runnerName }: GitHubJob): JobEnd {
  return {
    state: endStateOf(conclusion),
    ...(conclusion !== undefined && { conclusion }),
    ...(runnerName !== undefined && { runnerName }),
  };
}

async function recordRunning(
  job: Job,
  runnerName: string | undefined,
  deps: SyncJobDeps,
): Promise<JobStatusFromGitHub> {
  const startedAt = job.startedAt ?? deps.clock.now().toISOString();
  const running = await confirmJobRunning(job, { startedAt, ...(runnerName !== undefined && { runnerName }) }, deps);
  return running.ok ? 'running' : 'unchanged';
}

async function holdBack(job: Job, deps: SyncJobDeps): Promise<JobStatusFromGitHub> {
  const row = job.state === 'running' ? await backToWaiting(job, deps) : job;
  return row !== undefined && (await parkAtGate(row, deps)) ? 'held-back' : 'unchanged';
}

async function waitAgain(job: Job, again: Restart, deps: SyncJobDeps): Promise<JobStatusFromGitHub> {
  if (isGated(job)) return (await openGate(job, {}, deps)) ? 'let-through' : 'unchanged';
  // A job that was running and is queued again was handed back by its runner; the row may wait once more.
  const row = job.state === 'running' ? await backToWaiting(job, deps) : job;
  if (row === undefined) return 'unchanged';
  return (await parkForRestart(row, row.launchId, again, deps)) ? 'waits-again' : 'unchanged';
}

async function backToWaiting(job: Job, deps: SyncJobDeps): Promise<Job | undefined> {
  const starting = await returnToStarting(job, deps);
  return starting.ok ? starting.row : undefined;
}
