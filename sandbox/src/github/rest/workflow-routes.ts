import { route, type Answer, type Call, type Route } from '../../lib/http';
import { object, parse, text } from '../../lib/json';
import { commitNamed } from '../git/commits';
import type { GitHub } from '../github';
import { startRun } from '../workflow-runs';
import { NOT_FOUND, refusal } from './access';
import { inPlace, type Place } from './in-repository';
import { paged } from './paged';
import { runJson, runsOf } from './runs';

const FOLDER = '.github/workflows';
const OF_WORKFLOW = '/repos/{owner}/{repo}/actions/workflows/{workflow_id}';
/** https://docs.github.com/en/rest/actions/workflows#create-a-workflow-dispatch-event */
const MOST_INPUTS = 25;

/** A dispatch queues the jobs of the workflow as it is on the branch; the list shows what became of its runs. */
export function workflowRoutes(github: GitHub, api: () => string): readonly Route[] {
  return [
    route(
      'POST',
      `${OF_WORKFLOW}/dispatches`,
      inPlace(github, { permission: 'actions', access: 'write' }, (call, place) =>
        dispatch(github, call, place, api()),
      ),
    ),
    route(
      'GET',
      `${OF_WORKFLOW}/runs`,
      inPlace(github, { permission: 'actions', access: 'read' }, (call, place) => list(github, call, place, api())),
    ),
  ];
}

/** GitHub knows a workflow from the default branch. */
const isKnown = async (github: GitHub, { repository: { id } }: Place, path: string): Promise<boolean> =>
  (await github.git.run(id, 'cat-file', '-e', `main:${path}`)) !== undefined;

const pathOf = (call: Call): string => `${FOLDER}/${call.params['workflow_id'] ?? ''}`;

async function dispatch(github: GitHub, call: Call, place: Place, api: string): Promise<Answer> {
  const body = object(parse(call.body));
  const ref = text(body?.['ref']);
  if (body === undefined || ref === undefined) return refusal(422, 'Invalid request.\n\n"ref" wasn\'t supplied.');
  const inputs = object(body['inputs']) ?? {};
  if (Object.keys(inputs).length > MOST_INPUTS) return refusal(422, 'Invalid request.\n\nToo many inputs.');
  const path = pathOf(call);
  if (!(await isKnown(github, place, path))) return NOT_FOUND;
  // It runs as it is at the reference.
  const { branch, sha } = await readRef(github, place, ref);
  if (sha === undefined) return refusal(422, `No ref found for: ${ref}`);
  const given = Object.fromEntries(Object.entries(inputs).map(([name, value]) => [name, String(value)]));
  const runId = await startRun(github, place, { path, branch, sha }, given);
  if (typeof runId === 'string') return refusal(422, runId);
  if (body['return_run_details'] !== true) return { status: 204 };
  const name = `${place.owner.login}/${place.repository.name}`;
  return {
    status: 200,
    body: {
      workflow_run_id: runId,
      run_url: `${api}/repos/${name}/actions/runs/${runId}`,
      html_url: `https://github.com/${name}/actions/runs/${runId}`,
    },
  };
}

/** A branch or a tag, also in full; never a commit, nor what is neither. */
async function readRef({ git }: GitHub, { repository: { id } }: Place, ref: string) {
  const isFull = /^refs\/(?:heads|tags)\//.test(ref);
  const branch = isFull ? ref.replace(/^refs\/(?:heads|tags)\//, '') : ref;
  for (const full of isFull ? [ref] : [`refs/heads/${ref}`, `refs/tags/${ref}`]) {
    const sha = await commitNamed(git, id, full);
    if (sha !== undefined) return { branch, sha };
  }
  return { branch };
}

/** https://docs.github.com/en/rest/actions/workflow-runs#list-workflow-runs-for-a-workflow */
async function list(github: GitHub, call: Call, { owner, repository }: Place, api: string): Promise<Answer> {
  const path = pathOf(call);
  if (!(await isKnown(github, { owner, repository }, path))) return NOT_FOUND;
  const jobs = [...github.store.jobs.values()].filter(
    (job) => job.repositoryId === repository.id && job.workflow?.path === path,
  );
  const event = call.query.get('event');
  const runs = runsOf(jobs).filter(({ first }) => event === null || first.workflow?.event === event);
  return paged(
    call,
    'workflow_runs',
    runs.map((run) => runJson(run, owner, repository, api)),
  );
}
