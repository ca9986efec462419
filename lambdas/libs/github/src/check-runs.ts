import {
  gitHubSiteOf,
  integer,
  jobPage,
  object,
  optionalString,
  parse,
  read,
  type CheckFailure,
  type CheckRuns,
  type CheckSubject,
  type CheckText,
  type JobPlace,
} from '@multi-tenant-runner/core';
import * as v from 'valibot';
import { createCalls, type Answer, type Call, type GitHubDeps } from './calls';
import type { TokenScope } from './tokens';

/** May only read and write checks. */
const SCOPE: TokenScope = { kind: 'checks' };
/** Answers about one commit or one check: neither is there, or GitHub takes no more of it. */
const GONE: ReadonlySet<number> = new Set([404, 410, 422]);

const checkRun = object({ id: integer(1), external_id: optionalString });
const listed = object({ check_runs: v.array(v.unknown()) });

/** https://docs.github.com/en/rest/checks/runs */
export function createCheckRuns(deps: GitHubDeps): CheckRuns {
  const { call, tokens } = createCalls({ ...deps, purpose: 'housekeeping' });
  const site = gitHubSiteOf(deps.baseUrl);
  const ask = async (
    { installationId, owner, repo }: JobPlace,
    route: Call['route'],
    parameters: Readonly<Record<string, unknown>>,
  ): Promise<Answer | CheckFailure> => {
    const answer = await call({ installationId, scope: SCOPE, route, parameters: { owner, repo, ...parameters } });
    if (answer.kind !== 'refused') return answer;
    // Where the installation has not granted it, or no more, no such token can be had; one that can be is kept.
    const token = await tokens.get(installationId, SCOPE);
    if (token.kind !== 'token' && token.kind !== 'refused') return token;
    return { kind: token.kind === 'token' && GONE.has(answer.status) ? 'gone' : 'not-granted' };
  };

  return {
    create: async (place, { job, headSha }, { status, ...text }) => {
      const answer = await ask(place, 'POST /repos/{owner}/{repo}/check-runs', {
        name: nameOf(job),
        head_sha: headSha,
        external_id: externalIdOf(job),
        details_url: jobPage({ ...place, ...job }, site),
        ...statusOf(status),
        output: outputOf(text),
      });
      if (answer.kind !== 'answer') return answer;
      const created = parse(checkRun, answer.data);
      return created.ok
        ? { kind: 'created', checkId: created.value.id }
        : { kind: 'unavailable', message: `GitHub's answer is not a check run: ${created.problems.join('; ')}` };
    },
    update: async (place, checkId, { status, ...text }) => {
      const answer = await ask(place, 'PATCH /repos/{owner}/{repo}/check-runs/{check_run_id}', {
        check_run_id: checkId,
        ...(status !== undefined && statusOf(status)),
        output: outputOf(text),
      });
      return answer.kind === 'answer' ? { kind: 'updated' } : answer;
    },
    find: async (place, { job, headSha }) => {
      const answer = await ask(place, 'GET /repos/{owner}/{repo}/commits/{ref}/check-runs', {
        ref: headSha,
        check_name: nameOf(job),
        filter: 'all',
        app_id: (await deps.identity()).appId,
        per_page: 100,
      });
      if (answer.kind !== 'answer') return answer.kind === 'gone' ? { kind: 'found' } : answer;
      const runs = read(listed, answer.data)?.check_runs ?? [];
      const own = runs.map((run) => read(checkRun, run)).find((run) => run?.external_id === externalIdOf(job));
      return { kind: 'found', ...(own && { checkId: own.id }) };
    },
  };
}

/** In GitHub's list of checks, beside the job's own. */
function nameOf({ jobId, workflow }: CheckSubject['job']): string {
  return `${workflow ?? 'Runner'}: job ${jobId}`;
}

const externalIdOf = ({ jobId }: CheckSubject['job']): string => `job-${jobId}`;

/** A conclusion that fails no commit. */
function statusOf(status: 'queued' | 'completed') {
  return status === 'completed' ? { status, conclusion: 'neutral' } : { status };
}

const outputOf = ({ title, summary }: CheckText) => ({ title, summary });
