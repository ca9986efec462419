import type { GitHub } from '../github/github';
import type { Json } from '../lib/json';
import type { CheckRun, Deployment, Installation, Job, Runner } from '../github/state/model';

export interface MachineView {
  readonly instance_id: string;
  readonly tenant_id: string | null;
  readonly state: string;
  readonly runner_name: string | null;
  readonly log: string;
}

/** What the control API shows: flat, with the whole milliseconds that GitHub's own times leave out. */
export function installationView(installation: Installation): Json {
  const { id, account, state, permissions, createdAt, updatedAt, suspendedAt } = installation;
  return {
    id,
    installation_id: id,
    account,
    status: state,
    permissions,
    created_at: iso(createdAt),
    updated_at: iso(updatedAt),
    suspended_at: suspendedAt === undefined ? null : iso(suspendedAt),
  };
}

export function jobView(github: GitHub, job: Job): Json {
  const repository = github.store.repositories.get(job.repositoryId);
  const length = job.lengthMs === undefined ? github.settings.jobLengthMs : job.lengthMs;
  return {
    id: job.id,
    run_id: job.runId,
    installation_id: job.installationId,
    repo: repository?.name ?? null,
    public: repository?.public ?? false,
    name: job.name,
    labels: job.labels,
    status: job.status,
    conclusion: job.conclusion,
    runner_id: job.runner?.id ?? null,
    runner_name: job.runner?.name ?? null,
    queued_at: iso(job.queuedAt),
    started_at: job.startedAt === undefined ? null : iso(job.startedAt),
    completed_at: job.completedAt === undefined ? null : iso(job.completedAt),
    seconds: length === null ? null : length / 1000,
  };
}

export function deploymentView({ store }: GitHub, one: Deployment): Json {
  const repository = store.repositories.get(one.repositoryId);
  const owner = repository && store.ownerOf(repository.accountId);
  return {
    id: one.id,
    installation_id: store.installationOf(owner?.login ?? '')?.id ?? null,
    repo: repository?.name ?? null,
    environment: one.environment,
    sha: one.sha,
    transient: one.transient,
    statuses: one.statuses.map(({ state, description, environmentUrl: url }) => ({ state, description, url })),
  };
}

export function checkView(run: CheckRun): Json {
  return {
    id: run.id,
    installation_id: run.installationId,
    external_id: run.externalId,
    name: run.name,
    status: run.status,
    conclusion: run.conclusion,
    title: run.title,
    summary: run.summary,
  };
}

export function runnerView(github: GitHub, runner: Runner): Json {
  const repository = runner.repositoryId === undefined ? undefined : github.store.repositories.get(runner.repositoryId);
  const owner = [...github.store.installations.values()].filter((one) => one.account.id === runner.accountId).at(-1);
  return {
    id: runner.id,
    installation_id: owner?.id ?? null,
    owner: owner?.account.login ?? null,
    repo: repository?.name ?? null,
    name: runner.name,
    labels: runner.labels,
    status: runner.status,
    busy: runner.jobId !== undefined,
    job_id: runner.jobId ?? null,
    created_at: iso(runner.createdAt),
  };
}

function iso(at: number): string {
  return new Date(at).toISOString();
}
