import { DEFAULT_REPOSITORY, settleRepository, type GitHubState } from './installations';
import type { Installation, Job, WorkflowJob } from './model';
import { jobWebhook, type JobContext } from '../webhooks/payloads';
import type { Store } from './store';
import type { Announce, JobScheduler } from '../scheduler/job-scheduler';

export interface NewJob {
  readonly installationId: number;
  readonly labels: readonly string[];
  readonly repository?: string;
  readonly repositoryId?: number;
  readonly public?: boolean;
  /** Waits for an environment's approval: GitHub announces it as queued with the status waiting. */
  readonly gated?: boolean;
  readonly lengthMs?: number | null;
  readonly id?: number;
  readonly runId?: number;
  readonly name?: string;
  readonly hidden?: boolean;
  /** The account's runner group admits public repositories. */
  readonly admitted?: boolean;
  readonly workflow?: WorkflowJob;
}

export function queueJob(github: GitHubState, work: JobScheduler, wanted: NewJob, options: Announce): Job | undefined {
  const installation = github.store.installations.get(wanted.installationId);
  if (installation === undefined || installation.state === 'deleted') return undefined;
  if (wanted.id !== undefined && github.store.jobs.has(wanted.id)) return undefined;
  const job = newJob(github, installation, wanted);
  const context = jobContext(github.store, job);
  if (options.announce && context !== undefined && job.hidden !== true) {
    if (job.status === 'waiting') github.send(jobWebhook('waiting', context));
    github.send(jobWebhook('queued', context));
  }
  work.enqueue(job);
  return job;
}

export function jobContext(store: Store, job: Job): JobContext | undefined {
  const installation = store.installations.get(job.installationId);
  const repository = store.repositories.get(job.repositoryId);
  return installation && repository ? { job, installation, repository } : undefined;
}

function newJob({ store, clock }: GitHubState, installation: Installation, wanted: NewJob): Job {
  const { id: repositoryId, public: isPublic } = settleRepository(store, installation.account, {
    name: wanted.repository ?? DEFAULT_REPOSITORY,
    ...(wanted.repositoryId !== undefined && { id: wanted.repositoryId }),
    ...(wanted.public !== undefined && { public: wanted.public }),
  });
  return {
    id: wanted.id ?? store.nextId(),
    runId: wanted.runId ?? store.nextId(),
    installationId: installation.id,
    accountId: installation.account.id,
    repositoryId,
    name: wanted.name ?? 'build',
    labels: wanted.labels,
    status: wanted.gated === true ? 'waiting' : 'queued',
    conclusion: null,
    queuedAt: clock(),
    ...(wanted.lengthMs !== undefined && { lengthMs: wanted.lengthMs }),
    ...(isPublic && wanted.admitted !== true && { barred: true }),
    ...(wanted.hidden === true && { hidden: true }),
    ...(wanted.workflow !== undefined && { workflow: wanted.workflow }),
  };
}
