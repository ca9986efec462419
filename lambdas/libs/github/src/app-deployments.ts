import {
  SECOND,
  integer,
  isObject,
  object,
  oneOf,
  optionalString,
  read,
  string,
  type AppGitHub,
  type BranchMove,
  type GitHubFailure,
  type PullRequest,
  type RepositoryPlace,
  type WorkflowRun,
} from '@multi-tenant-runner/core';
import * as v from 'valibot';
import { createCalls, type Answer, type Call, type GitHubDeps } from './calls';
import { readAtMost } from './read-at-most';
import type { TokenScope } from './tokens';

const head = v.pipe(
  v.union([v.string(), v.instance(ArrayBuffer)]),
  v.transform((body) => (typeof body === 'string' ? body : new TextDecoder().decode(body)).trim()),
  v.regex(/^[0-9a-f]{40}([0-9a-f]{24})?$/),
);
/** https://docs.github.com/en/rest/repos/repos#list-repository-activities */
const moves = v.array(object({ before: string, after: string, timestamp: string }));
const created = object({ id: integer(1) });
/** A folder is a list, and of what is longer than a megabyte GitHub gives no content. */
const file = object({ type: oneOf(['file']), encoding: oneOf(['base64']), content: string });
const pull = v.pipe(
  object({
    state: string,
    head: object({ sha: string, ref: string, repo: v.nullish(object({ id: integer(1) })) }),
    base: object({ ref: string }),
  }),
  v.transform(
    ({ state, head: { sha, ref, repo }, base }): PullRequest => ({
      isOpen: state === 'open',
      commit: sha,
      branch: ref,
      base: base.ref,
      ...(repo && { fromRepoId: repo.id }),
    }),
  ),
);
const run = v.pipe(
  object({
    id: integer(1),
    display_title: v.string(),
    status: string,
    conclusion: optionalString,
    html_url: optionalString,
  }),
  v.transform(({ id, display_title: title, status, conclusion, html_url: url }) => ({
    title,
    run: { id, status, ...(conclusion !== undefined && { conclusion }), ...(url !== undefined && { url }) },
  })),
);
/** An archive comes from another host, and may be large. */
const ARCHIVE_TIMEOUT = 60 * SECOND;

type RepositoryScope = Extract<TokenScope, { readonly repoId?: number }>['kind'];

/** What a deployment asks of GitHub; each token is for one repository and one use. */
export function createAppGitHub(deps: GitHubDeps): AppGitHub {
  const { call } = createCalls({ purpose: 'housekeeping', ...deps });
  const ask = (place: RepositoryPlace, kind: RepositoryScope, what: Pick<Call, 'route' | 'parameters'>) => {
    const [owner = '', repo = ''] = place.repository.split('/');
    return call({
      installationId: place.installationId,
      scope: { kind, repository: place.repository, repoId: place.repoId },
      route: what.route,
      parameters: { owner, repo, ...what.parameters },
    });
  };
  return {
    head: async (place, branch, known) => {
      const route = 'GET /repos/{owner}/{repo}/commits/{ref}';
      // In this form the commit is its own ETag: https://docs.github.com/en/rest/commits/commits#get-a-commit
      const tag = known === undefined ? {} : { 'if-none-match': `"${known}"` };
      const headers = { accept: 'application/vnd.github.sha', ...tag };
      const answer = await ask(place, 'contents', { route, parameters: { ref: `heads/${branch}`, headers } });
      if (answer.kind === 'refused' && answer.status === 304) return { kind: 'same' };
      if (answer.kind === 'refused' && [404, 422].includes(answer.status)) return { kind: 'found' };
      return answer.kind === 'answer' ? parsed(answer, head, (commit) => ({ kind: 'found', commit })) : answer;
    },
    lastMove: async (place, branch) => {
      const route = 'GET /repos/{owner}/{repo}/activity';
      const parameters = { ref: `refs/heads/${branch}`, per_page: 1 };
      const answer = await ask(place, 'contents', { route, parameters });
      return answer.kind === 'answer'
        ? parsed(answer, moves, ([last]) => ({ kind: 'found', ...moveIn(last) }))
        : answer;
    },
    archive: async (place, commit, limit) => {
      // GitHub leads to another host, where the address itself is the permission: no token goes there.
      const request = { redirect: 'manual', parseSuccessResponseBody: false };
      const route = 'GET /repos/{owner}/{repo}/zipball/{ref}';
      const answer = await ask(place, 'contents', { route, parameters: { ref: commit, request } });
      if (answer.kind !== 'answer') return answer;
      try {
        const location = answer.headers?.['location'];
        const body = typeof location === 'string' ? await bodyAt(location, deps) : answer.data;
        const bytes = await readAtMost(body, limit);
        return bytes === undefined ? { kind: 'too-large' } : { kind: 'archive', bytes };
      } catch (error) {
        return unavailable(`the archive could not be read: ${error instanceof Error ? error.message : 'no answer'}`);
      }
    },
    dispatch: async (place, { workflow, ref, inputs }) => {
      const route = 'POST /repos/{owner}/{repo}/actions/workflows/{workflow_id}/dispatches';
      const answer = await ask(place, 'workflows', { route, parameters: { workflow_id: workflow, ref, inputs } });
      return answer.kind === 'answer' ? { kind: 'asked' } : answer;
    },
    findRun: async (place, workflow, text) => {
      const route = 'GET /repos/{owner}/{repo}/actions/workflows/{workflow_id}/runs';
      const parameters = { workflow_id: workflow, event: 'workflow_dispatch', per_page: 50 };
      const answer = await ask(place, 'workflows', { route, parameters });
      if (answer.kind !== 'answer') return answer;
      const found = runsIn(answer.data).find(({ title }) => title.includes(text));
      return { kind: 'found', ...(found && { run: found.run }) };
    },
    file: async (place, commit, path) => {
      const route = 'GET /repos/{owner}/{repo}/contents/{+path}';
      const answer = await ask(place, 'contents', { route, parameters: { path, ref: commit } });
      if (answer.kind === 'refused' && answer.status === 404) return { kind: 'found' };
      if (answer.kind !== 'answer') return answer;
      const found = read(file, answer.data);
      return { kind: 'found', ...(found && { text: Buffer.from(found.content, 'base64').toString('utf8') }) };
    },
    pull: async (place, number) => {
      const route = 'GET /repos/{owner}/{repo}/pulls/{pull_number}';
      const answer = await ask(place, 'pulls', { route, parameters: { pull_number: number } });
      if (answer.kind === 'refused' && answer.status === 404) return { kind: 'found' };
      return answer.kind === 'answer' ? parsed(answer, pull, (found) => ({ kind: 'found', pull: found })) : answer;
    },
    findDeployment: async (place, { commit, environment }) => {
      const route = 'GET /repos/{owner}/{repo}/deployments';
      const parameters = { sha: commit, environment, per_page: 1 };
      const answer = await ask(place, 'deployments', { route, parameters });
      if (answer.kind !== 'answer') return answer;
      const [found] = Array.isArray(answer.data) ? answer.data.map((one) => read(created, one)) : [];
      return { kind: 'found', ...(found && { id: found.id }) };
    },
    createDeployment: async (place, { commit, environment, isTransient }) => {
      const route = 'POST /repos/{owner}/{repo}/deployments';
      const answer = await ask(place, 'deployments', {
        route,
        // Of its own checks and merges GitHub is asked for none: the commit is pushed already.
        parameters: {
          ref: commit,
          environment,
          transient_environment: isTransient,
          auto_merge: false,
          required_contexts: [],
          task: 'deploy',
        },
      });
      return answer.kind === 'answer' ? parsed(answer, created, ({ id }) => ({ kind: 'created', id })) : answer;
    },
    tell: async (place, deploymentId, { state, description, url }) => {
      const route = 'POST /repos/{owner}/{repo}/deployments/{deployment_id}/statuses';
      const address = url === undefined ? {} : { environment_url: url };
      const parameters = { deployment_id: deploymentId, state, description, ...address };
      const answer = await ask(place, 'deployments', { route, parameters });
      return answer.kind === 'answer' ? { kind: 'told' } : answer;
    },
  };
}

function moveIn(last: v.InferOutput<typeof moves>[number] | undefined): { readonly move?: BranchMove } {
  const at = new Date(last?.timestamp ?? Number.NaN);
  if (last === undefined || Number.isNaN(at.getTime())) return {};
  const { before, after } = last;
  return { move: { after, at, ...(!/^0+$/.test(before) && { before }) } };
}

const unavailable = (message: string): GitHubFailure => ({ kind: 'unavailable', message });

function parsed<T, R>({ data }: Answer, schema: v.GenericSchema<unknown, T>, made: (value: T) => R): R | GitHubFailure {
  const value = read(schema, data);
  return value === undefined ? unavailable("GitHub's answer is not what was asked for") : made(value);
}

function runsIn(data: unknown): readonly { readonly title: string; readonly run: WorkflowRun }[] {
  const runs = isObject(data) ? data['workflow_runs'] : undefined;
  if (!Array.isArray(runs)) return [];
  return runs.map((one) => read(run, one)).filter((one) => one !== undefined);
}

async function bodyAt(location: string, { fetch }: GitHubDeps): Promise<unknown> {
  const response = await fetch(location, { signal: AbortSignal.timeout(ARCHIVE_TIMEOUT) });
  if (!response.ok) throw new Error(`the archive's host answered ${response.status}`);
  return response.body;
}
