import { timestamp, type Account, type CheckRun, type Job, type Repository } from '../state/model';
import { appJson, headSha, nodeId } from './representations';

/** Where a check is, and whose. */
export interface CheckPlace {
  readonly owner: Account;
  readonly repository: Repository;
  readonly appId: number;
  readonly api: string;
}

export function checkRunJson(run: CheckRun, { owner, repository, appId, api }: CheckPlace): Record<string, unknown> {
  const url = `${api}/repos/${owner.login}/${repository.name}/check-runs/${run.id}`;
  return {
    id: run.id,
    node_id: nodeId('CheckRun', run.id),
    name: run.name,
    head_sha: run.headSha,
    external_id: run.externalId,
    url,
    html_url: `https://github.com/${owner.login}/${repository.name}/runs/${run.id}`,
    details_url: run.detailsUrl,
    status: run.status,
    conclusion: run.conclusion,
    started_at: timestamp(run.startedAt),
    completed_at: run.completedAt === undefined ? null : timestamp(run.completedAt),
    output: {
      title: run.title,
      summary: run.summary,
      text: null,
      annotations_count: 0,
      annotations_url: `${url}/annotations`,
    },
    check_suite: { id: run.repositoryId },
    app: appJson(appId, run.startedAt, api),
    pull_requests: [],
  };
}

/** The App that is GitHub Actions itself: its jobs are its checks. */
const ACTIONS_APP = 15_368;

export function checkRunOfJob(job: Job, owner: Account, repository: Repository, api: string): Record<string, unknown> {
  const run: CheckRun = {
    id: job.id,
    installationId: job.installationId,
    repositoryId: repository.id,
    name: job.name,
    headSha: headSha(job),
    externalId: '',
    detailsUrl: null,
    status: job.status === 'waiting' ? 'queued' : job.status,
    conclusion: job.conclusion,
    title: null,
    summary: null,
    startedAt: job.startedAt ?? job.queuedAt,
    ...(job.completedAt !== undefined && { completedAt: job.completedAt }),
  };
  return checkRunJson(run, { owner, repository, appId: ACTIONS_APP, api });
}
