import { Decoder, isPublicRepository, needOf, queuedAtOf, type Clock, type GitHubFailure, type JobSearch, type Repository, type RepositoryName, type Spending, type WaitingJob } from '@multi-tenant-runner/core';
import { createBudgets, isSecondary, readBucket } from './budgets';
import type { GitHubDeps } from './github';
import { judgeFailure, readFailedRequest } from './read-failure';
import { createRequests } from './requests';
import { createTokens, type TokenScope } from './tokens';

const TIMEOUT = 8_000;
const PAGE = 100;
/** A run has at most 256 jobs of one matrix, and few have several. */
const JOB_PAGES = 10;
/** GitHub shows the newest 1,000 of a status: https://docs.github.com/en/rest/actions/workflow-runs#list-workflow-runs-for-a-repository */
const RUN_PAGES = 10;
/** May look at jobs, and at nothing else. */
const SCOPE: TokenScope = { kind: 'jobs' };

type Answer = ({ readonly kind: 'answer'; readonly data: unknown } & Spending) | GitHubFailure;

/** Looks for waiting jobs with the installation's own token. A refusal is GitHub's last word: a stale token was replaced before. */
export function createJobSearch({ baseUrl, identity, fetch, clock, timeout = TIMEOUT }: GitHubDeps): JobSearch {
  const requests = createRequests({ baseUrl, fetch, timeout });
  const tokens = createTokens({ identity, requests, clock });
  const budgets = createBudgets({ clock });
  const once = async (token: string, installationId: number, route: string, parameters: Readonly<Record<string, unknown>>): Promise<Answer> => {
    try {
      const { data, headers } = await requests.withToken(token)(route, { ...parameters });
      budgets.read(installationId, route, headers);
      const bucket = readBucket(headers, clock.now());
      return { kind: 'answer', data, ...(bucket && { budget: { limit: bucket.limit, remaining: bucket.remaining, resetAt: bucket.resetAt } }) };
    } catch (error) {
      const failed = readFailedRequest(error);
      const failure = judgeFailure(failed, clock.now());
      budgets.read(installationId, route, failed.headers);
      return failure.kind === 'limited' && isSecondary(failed) ? { kind: 'limited', retryAt: budgets.pause(installationId, failed) } : failure;
    }
  };
  const ask = async (installationId: number, route: string, parameters: Readonly<Record<string, unknown>>): Promise<Answer> => {
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
      return { kind: 'found', repositories: listed.flatMap(readRepository), more: listed.length >= PAGE, ...budgetOf(answer) };
    },
    listOpenRuns: async (installationId, { owner, name }, { status, page }) => {
      const answer = await ask(installationId, 'GET /repos/{owner}/{repo}/actions/runs', { owner, repo: name, status, per_page: PAGE, page, exclude_pull_requests: true });
      if (answer.kind !== 'answer') return answer;
      const listed = listIn(answer.data, 'workflow_runs');
      if (listed === undefined) return unreadable('workflow runs');
      return { kind: 'found', runIds: listed.flatMap((run) => idOf(run)), more: listed.length >= PAGE && page < RUN_PAGES, ...budgetOf(answer) };
    },
    listQueuedJobs: async (installationId, { owner, name }: RepositoryName, runId) => {
      const jobs: WaitingJob[] = [];
      for (let page = 1; ; page += 1) {
        const answer = await ask(installationId, 'GET /repos/{owner}/{repo}/actions/runs/{run_id}/jobs', { owner, repo: name, run_id: runId, filter: 'latest', per_page: PAGE, page });
        if (answer.kind !== 'answer') return answer;
        const listed = listIn(answer.data, 'jobs');
        if (listed === undefined) return unreadable('jobs');
        jobs.push(...listed.flatMap((job) => readJob(job, runId, clock)));
        if (listed.length < PAGE || page >= JOB_PAGES) return { kind: 'found', jobs, ...budgetOf(answer) };
      }
    },
  };
}

function unreadable(what: string): GitHubFailure {
  return { kind: 'unavailable', message: `GitHub's list of ${what} can't be read` };
}

function budgetOf({ budget }: Spending): Spending {
  return budget === undefined ? {} : { budget };
}

function listIn(data: unknown, name: string): readonly unknown[] | undefined {
  const listed: unknown = Reflect.get(Object(data), name);
  return Array.isArray(listed) ? listed : undefined;
}

function idOf(value: unknown): number[] {
  const decoder = Decoder.of(value);
  const id = decoder.wholeNumber('id', 1);
  return decoder.problems.length === 0 ? [id] : [];
}

/** What lacks the owner can't be judged, and is left out. */
function readRepository(value: unknown): Repository[] {
  const decoder = Decoder.of(value);
  const owner = decoder.object('owner');
  const [id] = idOf(value);
  const pushedAt = decoder.optionalText('pushed_at');
  const repository = {
    owner: owner.text('login'),
    ownerId: owner.wholeNumber('id'),
    ownerType: owner.oneOf('type', ['Organization', 'User'] as const),
    name: decoder.text('name'),
    ...(id !== undefined && { id }),
    isPublic: isPublicRepository(value),
    dormant: Reflect.get(Object(value), 'archived') === true || Reflect.get(Object(value), 'disabled') === true,
    ...(pushedAt !== undefined && { pushedAt }),
  };
  return decoder.problems.length === 0 ? [repository] : [];
}

function readJob(value: unknown, runId: number, clock: Clock): WaitingJob[] {
  if (needOf(Reflect.get(Object(value), 'status')) !== 'machine') return [];
  const decoder = Decoder.of(value);
  const job = { jobId: decoder.wholeNumber('id', 1), runId, labels: decoder.texts('labels'), queuedAt: queuedAtOf(value, clock.now()) };
  return decoder.problems.length === 0 ? [job] : [];
}
