/**
 * The statuses of a job at GitHub, and of a run, which has that of its least advanced job.
 * https://docs.github.com/en/rest/actions/workflow-jobs#get-a-job-for-a-workflow-run
 */
export const GITHUB_STATUSES = ['requested', 'pending', 'waiting', 'queued', 'in_progress', 'completed'] as const;
export type GitHubStatus = (typeof GITHUB_STATUSES)[number];

/**
 * `held-back`: GitHub gives the job to no runner yet. `unknown`: a word that GitHub did not have when this was written.
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

/** What a job with this status needs. Only `queued` asks for a machine; an unknown word never does. */
export function needOf(status: unknown): JobNeed {
  const known = GITHUB_STATUSES.find((one) => one === status);
  return known === undefined ? 'unknown' : NEEDS[known];
}
