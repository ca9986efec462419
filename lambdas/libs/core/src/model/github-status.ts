/**
 * The statuses of a job at GitHub; a run has the status of its least advanced job.
 * https://docs.github.com/en/rest/actions/workflow-jobs#get-a-job-for-a-workflow-run
 */
export const GITHUB_STATUSES = ['requested', 'pending', 'waiting', 'queued', 'in_progress', 'completed'] as const;
export type GitHubStatus = (typeof GITHUB_STATUSES)[number];

/**
 * `held-back`: GitHub does not assign the job to a runner yet. `unknown`: a status that is newer than this code.
 */
export type JobNeed = 'machine' | 'held-back' | 'running' | 'over' | 'unknown';

const NEEDS: Readonly<Record<GitHubStatus, JobNeed>> = {
  // A concurrency group makes it `pending`, an environment's protection rule `waiting`.
  requested: 'held-back',
  pending: 'held-back',
  waiting: 'held-back',
  queued: 'machine',
  in_progress: 'running',
  completed: 'over',
};

/** What a job with this status needs. Only `queued` needs a machine; an unknown status never does. */
export function needOf(status: unknown): JobNeed {
  const known = GITHUB_STATUSES.find((one) => one === status);
  return known === undefined ? 'unknown' : NEEDS[known];
}
