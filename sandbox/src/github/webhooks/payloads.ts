import examples from '@octokit/webhooks-examples';
import { object, text, type Json } from '../../lib/json';
import { timestamp, type Account, type Installation, type Job, type Repository } from '../state/model';
import { headBranch, headSha, nodeId, runnerOfJob, sender, stepsJson, userJson } from '../rest/representations';

/** Every webhook is a real payload of `@octokit/webhooks-examples` in which what identifies the case is replaced. */
export const API = 'https://api.github.com';

export interface Webhook {
  readonly event: string;
  /** Null for an event that has none. */
  readonly action: string | null;
  readonly installationId: number;
  readonly repositoryId?: number;
  readonly payload: Json;
}

export interface JobContext {
  readonly job: Job;
  readonly installation: Installation;
  readonly repository: Repository;
}

export type JobAction = 'queued' | 'in_progress' | 'completed' | 'waiting';

export function jobWebhook(action: JobAction, context: JobContext): Webhook {
  const { job, installation, repository } = context;
  const gated = job.status === 'waiting';
  const example = exampleOf(
    'workflow_job',
    (one) => one['action'] === action && (action !== 'queued' || gated === 'deployment' in one),
  );
  const { account } = installation;
  const payload = {
    ...example,
    workflow_job: { ...object(example['workflow_job']), ...jobFields(job, `${account.login}/${repository.name}`) },
    ...(example['deployment'] !== undefined && { deployment: deployment(example, context) }),
    repository: repositoryPayload(repository, account, object(example['repository'])),
    ...(account.type === 'Organization' && { organization: organizationPayload(account) }),
    sender: userJson(sender(account), API),
    installation: { id: installation.id, node_id: nodeId('IntegrationInstallation', installation.id) },
  };
  return { event: 'workflow_job', action, installationId: installation.id, repositoryId: repository.id, payload };
}

export type InstallationAction = 'created' | 'deleted' | 'suspend' | 'unsuspend' | 'new_permissions_accepted';

export function installationWebhook(
  action: InstallationAction,
  installation: Installation,
  appId: number,
  repositories: readonly Repository[],
): Webhook {
  const example = exampleOf('installation', (one) => one['action'] === action);
  const { account } = installation;
  const suspended = installation.suspendedAt;
  const was = object(example['installation']) ?? {};
  const payload = {
    ...example,
    installation: {
      ...was,
      id: installation.id,
      account: userJson(account, API),
      repository_selection: 'all',
      access_tokens_url: `${API}/app/installations/${installation.id}/access_tokens`,
      html_url: `https://github.com/settings/installations/${installation.id}`,
      app_id: appId,
      target_id: account.id,
      target_type: account.type,
      permissions: installation.permissions,
      events: ['workflow_job'],
      app_slug: 'sandbox-runners',
      created_at: timestamp(installation.createdAt),
      updated_at: timestamp(installation.updatedAt),
      suspended_at: suspended === undefined ? null : timestamp(suspended),
      suspended_by: suspended === undefined ? null : userJson(sender(account), API),
    },
    ...(example['repositories'] !== undefined && {
      repositories: repositories.map((one) => repositoryStub(one, account)),
    }),
    sender: userJson(sender(account), API),
  };
  return { event: 'installation', action, installationId: installation.id, payload };
}

/** The examples hold no `installation_target`: this follows the webhook's schema in `@octokit/openapi`. */
export function renamedWebhook(installation: Installation, from: string): Webhook {
  const { account } = installation;
  const payload = {
    action: 'renamed',
    account:
      account.type === 'Organization'
        ? { ...userJson(account, API), ...organizationPayload(account) }
        : userJson(account, API),
    changes: { login: { from } },
    ...(account.type === 'Organization' && { organization: organizationPayload(account) }),
    sender: userJson(sender(account), API),
    installation: { id: installation.id, node_id: nodeId('IntegrationInstallation', installation.id) },
    target_type: account.type,
  };
  return { event: 'installation_target', action: 'renamed', installationId: installation.id, payload };
}

function jobFields(job: Job, fullName: string): Json {
  const repo = `${API}/repos/${fullName}`;
  return {
    id: job.id,
    run_id: job.runId,
    run_url: `${repo}/actions/runs/${job.runId}`,
    run_attempt: 1,
    node_id: nodeId('CheckRun', job.id),
    head_sha: headSha(job),
    head_branch: headBranch(job),
    url: `${repo}/actions/jobs/${job.id}`,
    html_url: `https://github.com/${fullName}/actions/runs/${job.runId}/job/${job.id}`,
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

/** The example's hundred URLs hold its own repository's name; the new one takes its place in all of them. */
export function repositoryPayload(
  repository: Repository,
  owner: Account,
  example = object(exampleOf('workflow_job', (one) => 'repository' in one)['repository']) ?? {},
): Json {
  const renamed = replaceEverywhere(example, text(example['full_name']) ?? '', `${owner.login}/${repository.name}`);
  return {
    ...renamed,
    ...repositoryStub(repository, owner),
    owner: userJson(owner, API),
    visibility: repository.public ? 'public' : 'private',
  };
}

function repositoryStub(repository: Repository, owner: Account): Json {
  return {
    id: repository.id,
    node_id: nodeId('Repository', repository.id),
    name: repository.name,
    full_name: `${owner.login}/${repository.name}`,
    private: !repository.public,
  };
}

export function organizationPayload(account: Account): Json {
  const example = object(exampleOf('workflow_job', (one) => 'organization' in one)['organization']) ?? {};
  return {
    ...replaceEverywhere(example, text(example['login']) ?? '', account.login),
    id: account.id,
    node_id: nodeId('Organization', account.id),
    description: account.login,
  };
}

function deployment(example: Json, { installation, repository }: JobContext): Json {
  const name = text(object(example['repository'])?.['full_name']) ?? '';
  const { account } = installation;
  return {
    ...replaceEverywhere(object(example['deployment']) ?? {}, name, `${account.login}/${repository.name}`),
    creator: userJson(sender(account), API),
  };
}

export function replaceEverywhere(value: Json, from: string, to: string): Json {
  return object(JSON.parse(JSON.stringify(value).replaceAll(from, to))) ?? {};
}

export function exampleOf(event: string, wanted: (example: Json) => boolean): Json {
  const known: readonly unknown[] = examples.find((entry) => entry.name === event)?.examples ?? [];
  const fitting = known
    .map(object)
    .filter((one) => one !== undefined)
    .filter(wanted);
  // The samples that an App received are nearer to what we send than those of a repository's own hook.
  const found = fitting.find((one) => 'installation' in one) ?? fitting[0];
  if (found === undefined) throw new Error(`@octokit/webhooks-examples has no fitting example of ${event}`);
  return found;
}
