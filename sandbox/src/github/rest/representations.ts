import { timestamp, type Account, type Installation, type Job, type Repository, type Runner } from '../state/model';

/** What GitHub's REST API shows of each thing. `api` is this fake's own base URL, without a slash at its end. */
export function userJson(account: Account, api: string): Record<string, unknown> {
  const url = `${api}/users/${account.login}`;
  return {
    login: account.login,
    id: account.id,
    node_id: nodeId(account.type, account.id),
    avatar_url: `https://avatars.githubusercontent.com/u/${account.id}?v=4`,
    gravatar_id: '',
    url,
    html_url: `https://github.com/${account.login}`,
    followers_url: `${url}/followers`,
    following_url: `${url}/following{/other_user}`,
    gists_url: `${url}/gists{/gist_id}`,
    starred_url: `${url}/starred{/owner}{/repo}`,
    subscriptions_url: `${url}/subscriptions`,
    organizations_url: `${url}/orgs`,
    repos_url: `${url}/repos`,
    events_url: `${url}/events{/privacy}`,
    received_events_url: `${url}/received_events`,
    type: account.type,
    site_admin: false,
  };
}

export function appJson(appId: number, createdAt: number, api: string): Record<string, unknown> {
  return {
    id: appId,
    slug: 'sandbox-runners',
    node_id: nodeId('Integration', appId),
    client_id: `Iv23li${String(appId).padStart(14, '0')}`,
    owner: userJson({ id: 9_000_001, login: 'runner-operator', type: 'Organization' }, api),
    name: 'Sandbox runners',
    description: 'The GitHub App of the sandbox',
    external_url: 'https://example.com',
    html_url: 'https://github.com/apps/sandbox-runners',
    created_at: timestamp(createdAt),
    updated_at: timestamp(createdAt),
    permissions: APP_PERMISSIONS,
    events: ['workflow_job'],
  };
}

/** The permissions of the App, as in the README, with all that is optional. */
export const APP_PERMISSIONS = {
  actions: 'read',
  administration: 'write',
  checks: 'write',
  metadata: 'read',
  organization_self_hosted_runners: 'write',
} as const;

export function installationJson(installation: Installation, appId: number, api: string): Record<string, unknown> {
  const { account, id } = installation;
  const suspended = installation.suspendedAt;
  return {
    id,
    account: userJson(account, api),
    repository_selection: 'all',
    access_tokens_url: `${api}/app/installations/${id}/access_tokens`,
    repositories_url: `${api}/installation/repositories`,
    html_url:
      account.type === 'User'
        ? `https://github.com/settings/installations/${id}`
        : `https://github.com/organizations/${account.login}/settings/installations/${id}`,
    app_id: appId,
    app_slug: 'sandbox-runners',
    client_id: `Iv23li${String(appId).padStart(14, '0')}`,
    target_id: account.id,
    target_type: account.type,
    permissions: installation.permissions,
    events: ['workflow_job'],
    created_at: timestamp(installation.createdAt),
    updated_at: timestamp(installation.updatedAt),
    single_file_name: null,
    has_multiple_single_files: false,
    single_file_paths: [],
    suspended_at: suspended === undefined ? null : timestamp(suspended),
    suspended_by: suspended === undefined ? null : userJson(sender(account), api),
  };
}

/** Who clicked: an organisation acts through one of its people, a user through itself. */
export function sender(account: Account): Account {
  return account.type === 'User' ? account : { id: account.id + 1, login: `${account.login}-admin`, type: 'User' };
}

export function runnerJson(runner: Runner): Record<string, unknown> {
  return {
    id: runner.id,
    runner_group_id: runner.groupId,
    name: runner.name,
    os: runner.version === null ? 'unknown' : 'linux',
    status: runner.status,
    busy: runner.jobId !== undefined,
    ephemeral: true,
    labels: runner.labels.map((name, index) => ({ id: runner.id + index, name, type: 'custom' })),
    version: runner.version,
  };
}

export function jobJson(job: Job, owner: Account, repository: Repository, api: string): Record<string, unknown> {
  const repo = `${api}/repos/${owner.login}/${repository.name}`;
  return {
    id: job.id,
    run_id: job.runId,
    run_url: `${repo}/actions/runs/${job.runId}`,
    run_attempt: 1,
    node_id: nodeId('CheckRun', job.id),
    head_sha: headSha(job),
    head_branch: headBranch(job),
    url: `${repo}/actions/jobs/${job.id}`,
    html_url: `https://github.com/${owner.login}/${repository.name}/actions/runs/${job.runId}/job/${job.id}`,
    check_run_url: `${repo}/check-runs/${job.id}`,
    status: job.status,
    conclusion: job.conclusion,
    created_at: timestamp(job.queuedAt),
    started_at: timestamp(job.startedAt ?? job.queuedAt),
    completed_at: job.completedAt === undefined ? null : timestamp(job.completedAt),
    name: job.name,
    workflow_name: job.workflow?.name ?? 'build',
    steps: stepsJson(job),
    labels: job.labels,
    ...runnerOfJob(job),
  };
}

/**
 * A job that ended without ever having a runner shows 0 and "", one that waits shows nulls: both are seen at GitHub.
 */
export function runnerOfJob(job: Job): Record<string, unknown> {
  if (job.runner !== undefined)
    return { runner_id: job.runner.id, runner_name: job.runner.name, runner_group_id: 1, runner_group_name: 'Default' };
  if (job.status === 'completed') return { runner_id: 0, runner_name: '', runner_group_id: 0, runner_group_name: '' };
  return { runner_id: null, runner_name: null, runner_group_id: null, runner_group_name: null };
}

export function stepsJson(job: Job): readonly Record<string, unknown>[] {
  if (job.startedAt === undefined) return [];
  const completed = job.completedAt === undefined ? null : timestamp(job.completedAt);
  return [
    {
      name: 'Set up job',
      status: completed === null ? 'in_progress' : 'completed',
      conclusion: completed === null ? null : job.conclusion,
      number: 1,
      started_at: timestamp(job.startedAt),
      completed_at: completed,
    },
  ];
}

export function headBranch(job: Job): string {
  return job.workflow?.branch ?? 'main';
}

export function headSha(job: Job): string {
  return job.workflow?.sha ?? job.runId.toString(16).padStart(40, '0');
}

export function nodeId(kind: string, id: number): string {
  return Buffer.from(`${kind}:${id}`).toString('base64');
}
