import { route, type Answer, type Call, type Route } from '../../lib/http';
import { object, parse, text } from '../../lib/json';
import { commitNamed } from '../git/commits';
import type { GitHub } from '../github';
import { readWorkflow, type Workflow } from '../workflows';
import { NOT_FOUND, refusal } from './access';
import { inPlace, type Place } from './in-repository';

const FOLDER = '.github/workflows';
/** https://docs.github.com/en/rest/actions/workflows#create-a-workflow-dispatch-event */
const MOST_INPUTS = 25;

/** A dispatch queues the jobs of the workflow as it is on the branch. */
export function workflowRoutes(github: GitHub, api: () => string): readonly Route[] {
  return [
    route(
      'POST',
      '/repos/{owner}/{repo}/actions/workflows/{workflow_id}/dispatches',
      inPlace(github, { permission: 'actions', access: 'write' }, (call, place) =>
        dispatch(github, call, place, api()),
      ),
    ),
  ];
}

async function dispatch(github: GitHub, call: Call, place: Place, api: string): Promise<Answer> {
  const body = object(parse(call.body));
  const ref = text(body?.['ref']);
  if (body === undefined || ref === undefined) return refusal(422, 'Invalid request.\n\n"ref" wasn\'t supplied.');
  const inputs = object(body['inputs']) ?? {};
  if (Object.keys(inputs).length > MOST_INPUTS) return refusal(422, 'Invalid request.\n\nToo many inputs.');
  const { id } = place.repository;
  const path = `${FOLDER}/${call.params['workflow_id'] ?? ''}`;
  // GitHub knows a workflow from the default branch, and runs it as it is at the reference.
  if ((await github.git.run(id, 'cat-file', '-e', `main:${path}`)) === undefined) return NOT_FOUND;
  const branch = ref.replace(/^refs\/(?:heads|tags)\//, '');
  const isNamed = /^[0-9a-f]{40}$/.test(ref) ? undefined : await commitNamed(github.git, id, branch);
  if (isNamed === undefined) return refusal(422, `No ref found for: ${ref}`);
  const file = await github.git.run(id, 'cat-file', 'blob', `${isNamed}:${path}`);
  if (file === undefined) return refusal(422, `No workflow ${path} at ${ref}`);
  const given = Object.fromEntries(Object.entries(inputs).map(([name, value]) => [name, String(value)]));
  const workflow = readWorkflow(file.toString(), given);
  if (typeof workflow === 'string') return refusal(422, workflow);
  const runId = queueJobs(github, place, workflow, { path, branch, sha: isNamed });
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

function queueJobs(
  github: GitHub,
  { owner, repository }: Place,
  workflow: Workflow,
  at: { readonly path: string; readonly branch: string; readonly sha: string },
): number {
  const runId = github.store.nextId();
  const installationId = github.store.installationOf(owner.login)?.id ?? 0;
  for (const job of workflow.jobs)
    github.queue({
      installationId,
      repository: repository.name,
      labels: job.labels,
      name: job.name,
      runId,
      // A job with scripts lasts as long as they do.
      ...(job.steps.length > 0 && { lengthMs: null }),
      workflow: { ...at, name: workflow.name ?? at.path, event: 'workflow_dispatch', steps: job.steps },
    });
  return runId;
}
