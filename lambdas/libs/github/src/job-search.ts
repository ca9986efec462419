import {
  REQUEST_TIMEOUT,
  type GitHubFailure,
  type JobSearch,
  type ListedRun,
  type RepositoryName,
  type Spending,
  type WaitingJob,
} from '@multi-tenant-runner/core';
import { sendWithinBudget } from './budgeted-request';
import { createBudgets, parseBucket } from './budgets';
import type { GitHubDeps } from './calls';
import { createRequests } from './requests';
import { listIn, parseJob, parseRepository, parseRun } from './search-answers';
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

interface ListedRuns extends Spending {
  readonly kind: 'runs';
  readonly runs: readonly ListedRun[];
  /** There may be another page. */
  readonly isFull: boolean;
}

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

  const listRuns = async (
    installationId: number,
    { owner, name }: RepositoryName,
    wanted: Readonly<Record<string, unknown>>,
  ): Promise<ListedRuns | GitHubFailure> => {
    const answer = await ask(installationId, 'GET /repos/{owner}/{repo}/actions/runs', {
      owner,
      repo: name,
      ...wanted,
      per_page: PAGE,
      exclude_pull_requests: true,
    });
    if (answer.kind !== 'answer') return answer;
    const listed = listIn(answer.data, 'workflow_runs');
    if (listed === undefined) return unreadable('workflow runs');
    const runs = listed.flatMap(parseRun);
    return { kind: 'runs', runs, isFull: listed.length >= PAGE, ...budgetOf(answer) };
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
    listNewestRuns: async (installationId, repository) => {
      const answer = await listRuns(installationId, repository, {});
      if (answer.kind !== 'runs') return answer;
      return {
        kind: 'found',
        runs: answer.runs,
        more: answer.isFull,
        ...budgetOf(answer),
      };
    },
    listOpenRuns: async (installationId, repository, { status, page }) => {
      const answer = await listRuns(installationId, repository, { status, page });
      if (answer.kind !== 'runs') return answer;
      return {
        kind: 'found',
        runIds: answer.runs.map(({ runId }) => runId),
        more: answer.isFull && page < RUN_PAGES,
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
