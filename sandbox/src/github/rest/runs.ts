import type { Json } from '../../lib/json';
import { timestamp, type Account, type Job, type JobStatus, type Repository } from '../state/model';
import { repositoryPayload } from '../webhooks/payloads';
import { headBranch, headSha, nodeId, userJson } from './representations';

/** The jobs of one run, as GitHub shows the whole. */
export interface Run {
  readonly id: number;
  readonly status: JobStatus;
  readonly conclusion: Job['conclusion'];
  readonly first: Job;
}

/** Newest first. */
export function runsOf(jobs: readonly Job[]): readonly Run[] {
  const runs = new Map<number, Job[]>();
  for (const job of jobs) runs.set(job.runId, [...(runs.get(job.runId) ?? []), job]);
  return [...runs]
    .map(([id, own]) => ({ id, status: statusOf(own), conclusion: conclusionOf(own), first: own[0] as Job }))
    .sort((a, b) => b.id - a.id);
}

/** How far a job has come. */
const ADVANCE: readonly JobStatus[] = ['waiting', 'queued', 'in_progress', 'completed'];

/**
 * A run is where its least advanced job is, so that one with a job behind a gate is `waiting` while others of it are
 * queued.
 */
function statusOf(jobs: readonly Job[]): JobStatus {
  return ADVANCE.find((status) => jobs.some((job) => job.status === status)) ?? 'completed';
}

/** One job that fails is enough. */
function conclusionOf(jobs: readonly Job[]): Job['conclusion'] {
  return jobs.find(({ conclusion }) => conclusion !== 'success')?.conclusion ?? 'success';
}

export function runJson(
  { id, status, conclusion, first }: Run,
  owner: Account,
  repository: Repository,
  api: string,
): Json {
  const url = `${api}/repos/${owner.login}/${repository.name}/actions/runs/${id}`;
  const whole = repositoryPayload(repository, owner);
  const at = timestamp(first.queuedAt);
  return {
    id,
    status,
    node_id: nodeId('WorkflowRun', id),
    name: first.workflow?.name ?? 'build',
    display_title: first.workflow?.title ?? first.name,
    run_number: 1,
    run_attempt: 1,
    event: first.workflow?.event ?? 'push',
    conclusion: status === 'completed' ? conclusion : null,
    head_branch: headBranch(first),
    head_sha: headSha(first),
    path: first.workflow?.path ?? '.github/workflows/build.yml',
    workflow_id: repository.id,
    url,
    html_url: `https://github.com/${owner.login}/${repository.name}/actions/runs/${id}`,
    jobs_url: `${url}/jobs`,
    logs_url: `${url}/logs`,
    artifacts_url: `${url}/artifacts`,
    cancel_url: `${url}/cancel`,
    rerun_url: `${url}/rerun`,
    check_suite_url: `${api}/repos/${owner.login}/${repository.name}/check-suites/${id}`,
    workflow_url: `${api}/repos/${owner.login}/${repository.name}/actions/workflows/${repository.id}`,
    created_at: at,
    updated_at: at,
    run_started_at: at,
    actor: userJson(owner, api),
    triggering_actor: userJson(owner, api),
    pull_requests: [],
    head_commit: null,
    repository: whole,
    head_repository: whole,
  };
}
