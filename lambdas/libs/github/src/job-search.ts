import {
  REQUEST_TIMEOUT,
  integer,
  isObject,
  isPublicRepository,
  needOf,
  object,
  optionalString,
  orgType,
  queuedAtOf,
  workflowOf,
  read,
  string,
  strings,
  type Clock,
  type GitHubFailure,
  type JobSearch,
  type Repository,
  type RepositoryName,
  type Spending,
  type WaitingJob,
} from '@multi-tenant-runner/core';
import * as v from 'valibot';
import { sendWithinBudget } from './budgeted-request';
import { createBudgets, parseBucket } from './budgets';
import type { GitHubDeps } from './calls';
import { createRequests } from './requests';
import { createTokens, type TokenScope } from './tokens';

const PAGE = 100;
/** A matrix has at most 256 jobs, and few runs have several. */
const JOB_PAGES = 10;
/**
 * GitHub shows the newest 1,000 of a status:
 * https://docs.github.com/en/rest/actions/workflow-runs#list-workflow-runs-for-a-repository
 */
const RUN_PAGES = 10;
/** May only read jobs. */
const SCOPE: TokenScope = { kind: 'jobs' };

const run = object({ id: integer(1) });
const job = object({ id: integer(1), labels: strings, status: v.unknown(), head_sha: optionalString });
const repository = object({
  id: v.fallback(v.optional(integer(1)), undefined),
  name: string,
  owner: object({ login: string, id: integer(), type: orgType }),
  archived: v.optional(v.unknown()),
  disabled: v.optional(v.unknown()),
  pushed_at: optionalString,
});

type Answer = ({ readonly kind: 'answer'; readonly data: unknown } & Spending) | GitHubFailure;

/**
 * Searches for waiting jobs with the installation's own token. A refusal is final: a stale token has been replaced
 * before.
 */
export function createJobSearch({
  baseUrl,
  identity,
  fetch,
  clock,
  timeout = REQUEST_TIMEOUT.github,
}: GitHubDeps): JobSearch {
  const requests = createRequests({ baseUrl, fetch, timeout });
  const tokens = createTokens({ identity, requests, clock });
  const budgets = createBudgets({ clock });
  const once = async (
    token: string,
    installationId: number,
    route: string,
    parameters: Readonly<Record<string, unknown>>,
  ): Promise<Answer> => {
    const request = { installationId, route, parameters };
    const answer = await sendWithinBudget(request, requests.withToken(token), budgets, clock);
    if (answer.kind !== 'answer') return answer;
    const bucket = parseBucket(answer.headers, clock.now());
    return {
      kind: 'answer',
      data: answer.data,
      ...(bucket && { budget: { limit: bucket.limit, remaining: bucket.remaining, resetAt: bucket.resetAt } }),
    };
  };
  const ask = async (
    installationId: number,
    route: string,
    parameters: Readonly<Record<string, unknown>>,
  ): Promise<Answer> => {
    const retryAt = budgets.notBefore(installationId, route, 'housekeeping');
    if (retryAt !== undefined) return { kind: 'limited', retryAt };
    const first = await tokens.get(installationId, SCOPE);
    if (first.kind !== 'token') return first;
    const answer = await once(first.token, installationId, route, parameters);
    if (answer.kind !== 'refused' || answer.status !== 401) return answer;
    tokens.drop(installationId, SCOPE, first.token);
    const second = await tokens.get(installationId, SCOPE);
    return second.kind === 'token' ? once(second.token, installationId, route, parameters) : second;
  };

  return {
    listRepositories: async (installationId, page) => {
      const answer = await ask(installationId, 'GET /installation/repositories', { per_page: PAGE, page });
      if (answer.kind !== 'answer') return answer;
      const listed = listIn(answer.data, 'repositories');
      if (listed === undefined) return unreadable('repositories');
      return {
        kind: 'found',
        repositories: listed.flatMap(parseRepository),
        more: listed.length >= PAGE,
        ...budgetOf(answer),
      };
    },
    listOpenRuns: async (installationId, { owner, name }, { status, page }) => {
      const answer = await ask(installationId, 'GET /repos/{owner}/{repo}/actions/runs', {
        owner,
        repo: name,
        status,
        per_page: PAGE,
        page,
        exclude_pull_requests: true,
      });
      if (answer.kind !== 'answer') return answer;
      const listed = listIn(answer.data, 'workflow_runs');
      if (listed === undefined) return unreadable('workflow runs');
      return {
        kind: 'found',
        runIds: listed.flatMap((entry) => read(run, entry)?.id ?? []),
        more: listed.length >= PAGE && page < RUN_PAGES,
        ...budgetOf(answer),
      };
    },
    listQueuedJobs: async (installationId, { owner, name }: RepositoryName, runId) => {
      const jobs: WaitingJob[] = [];
      for (let page = 1; ; page += 1) {
        const answer = await ask(installationId, 'GET /repos/{owner}/{repo}/actions/runs/{run_id}/jobs', {
          owner,
          repo: name,
          run_id: runId,
          filter: 'latest',
          per_page: PAGE,
          page,
        });
        if (answer.kind !== 'answer') return answer;
        const listed = listIn(answer.data, 'jobs');
        if (listed === undefined) return unreadable('jobs');
        jobs.push(...listed.flatMap((job) => parseJob(job, runId, clock)));
        if (listed.length < PAGE || page >= JOB_PAGES) return { kind: 'found', jobs, ...budgetOf(answer) };
      }
    },
  };
}

function unreadable(what: string): GitHubFailure {
  return { kind: 'unavailable', message: `Could not parse GitHub's list of ${what}` };
}

function budgetOf({ budget }: Spending): Spending {
  return budget === undefined ? {} : { budget };
}

function listIn(data: unknown, name: string): readonly unknown[] | undefined {
  const listed = isObject(data) ? data[name] : undefined;
  return Array.isArray(listed) ? listed : undefined;
}

/** Repositories without an owner are skipped, as no rule can apply to them. */
function parseRepository(value: unknown): Repository[] {
  const listed = read(repository, value);
  if (listed === undefined) return [];
  const { id, pushed_at: pushedAt } = listed;
  return [
    {
      owner: listed.owner.login,
      ownerId: listed.owner.id,
      ownerType: listed.owner.type,
      name: listed.name,
      ...(id !== undefined && { id }),
      isPublic: isPublicRepository(value),
      dormant: listed.archived === true || listed.disabled === true,
      ...(pushedAt !== undefined && { pushedAt }),
    },
  ];
}

function parseJob(value: unknown, runId: number, clock: Clock): WaitingJob[] {
  const listed = read(job, value);
  if (listed === undefined || needOf(listed.status) !== 'machine') return [];
  return [
    {
      jobId: listed.id,
      runId,
      labels: listed.labels,
      queuedAt: queuedAtOf(value, clock.now()),
      ...workflowOf(value),
      ...(listed.head_sha !== undefined && { headSha: listed.head_sha }),
    },
  ];
}
