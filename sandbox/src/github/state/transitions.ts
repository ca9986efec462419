import type { Conclusion, Installation, Job, Permissions, Runner } from './model';

/** Every state change of an installation, a job or a runner. Undefined: the change makes no sense in that state. */
export function suspend(installation: Installation, at: number): Installation | undefined {
  if (installation.state !== 'active') return undefined;
  return { ...installation, state: 'suspended', suspendedAt: at, updatedAt: at };
}

export function unsuspend(installation: Installation, at: number): Installation | undefined {
  if (installation.state !== 'suspended') return undefined;
  const { suspendedAt: _lifted, ...rest } = installation;
  return { ...rest, state: 'active', updatedAt: at };
}

export function uninstall(installation: Installation, at: number): Installation | undefined {
  return installation.state === 'deleted' ? undefined : { ...installation, state: 'deleted', updatedAt: at };
}

export function rename(installation: Installation, login: string, at: number): Installation | undefined {
  if (installation.state === 'deleted' || installation.account.login === login) return undefined;
  return { ...installation, account: { ...installation.account, login }, updatedAt: at };
}

/** An owner of the account accepts what the App asks for anew. */
export function accept(installation: Installation, permissions: Permissions, at: number): Installation | undefined {
  return installation.state === 'deleted' ? undefined : { ...installation, permissions, updatedAt: at };
}

/** GitHub may say `queued` first, and hold the job back only then. */
export function shutGate(job: Job): Job | undefined {
  return job.status === 'queued' ? { ...job, status: 'waiting' } : undefined;
}

export function openGate(job: Job): Job | undefined {
  return job.status === 'waiting' ? { ...job, status: 'queued' } : undefined;
}

export function startJob(job: Job, runner: { id: number; name: string }, at: number): Job | undefined {
  return job.status === 'queued'
    ? { ...job, status: 'in_progress', runner: { id: runner.id, name: runner.name }, startedAt: at }
    : undefined;
}

export function endJob(job: Job, conclusion: Conclusion, at: number): Job | undefined {
  return job.status === 'completed' ? undefined : { ...job, status: 'completed', conclusion, completedAt: at };
}

export function connect(runner: Runner, version: string): Runner | undefined {
  return runner.status === 'online' ? undefined : { ...runner, status: 'online', version };
}

export function disconnect(runner: Runner): Runner {
  return { ...runner, status: 'offline' };
}

export function occupy(runner: Runner, jobId: number): Runner | undefined {
  return isIdle(runner) ? { ...runner, jobId } : undefined;
}

export function isIdle(runner: Runner): boolean {
  return runner.status === 'online' && runner.jobId === undefined;
}

/**
 * GitHub's rule: all of the job's labels are the runner's too, whatever their case; a job that names only a runner
 * group has none and takes any. All runners here are of the one group, which admits public repositories only if
 * configured to.
 * https://docs.github.com/en/actions/how-tos/write-workflows/choose-where-workflows-run/choose-the-runner-for-a-job
 */
export function canTake(runner: Runner, job: Job): boolean {
  if (runner.accountId !== job.accountId) return false;
  if (runner.repositoryId !== undefined && runner.repositoryId !== job.repositoryId) return false;
  if (job.barred === true) return false;
  const labels = new Set(runner.labels.map((label) => label.toLowerCase()));
  return job.labels.every((label) => labels.has(label.toLowerCase()));
}

export function jobFor(runner: Runner, jobs: Iterable<Job>): Job | undefined {
  if (!isIdle(runner)) return undefined;
  let oldest: Job | undefined;
  for (const job of jobs) {
    if (job.status === 'queued' && canTake(runner, job) && (oldest === undefined || job.queuedAt < oldest.queuedAt))
      oldest = job;
  }
  return oldest;
}

export function runnerFor(job: Job, runners: Iterable<Runner>): Runner | undefined {
  if (job.status !== 'queued') return undefined;
  for (const runner of runners) if (isIdle(runner) && canTake(runner, job)) return runner;
  return undefined;
}
