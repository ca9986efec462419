import { commitNamed } from './git/commits';
import type { GitHub } from './github';
import type { Place } from './rest/in-repository';
import type { WorkflowJob } from './state/model';
import { readWorkflow, type CallingJob, type Contexts, type OwnJob } from './workflows';

/** The commit and the file of a run. */
export interface At {
  readonly path: string;
  readonly branch: string;
  readonly sha: string;
}

interface Planned {
  readonly name: string;
  readonly job: OwnJob;
  readonly called?: WorkflowJob['called'];
  readonly mayAskForToken: boolean;
}

const USES = /^(?:([^/]+)\/([^/]+)|\.)\/(\.github\/workflows\/[^/@]+)(?:@(.+))?$/;

/** Queues what a dispatch asks for. Answers the id of the run, or what is wrong with the dispatch. */
export async function startRun(
  github: GitHub,
  place: Place,
  at: At,
  inputs: Readonly<Record<string, string>>,
): Promise<number | string> {
  const { repository, owner } = place;
  const file = await github.git.run(repository.id, 'cat-file', 'blob', `${at.sha}:${at.path}`);
  if (file === undefined) return `No workflow ${at.path} at ${at.branch}`;
  const contexts: Contexts = {
    inputs,
    vars: github.store.variables.get(owner.id) ?? {},
    github: { sha: at.sha, ref_name: at.branch, repository: `${owner.login}/${repository.name}` },
  };
  const workflow = readWorkflow(file.toString(), 'workflow_dispatch', contexts);
  if (typeof workflow === 'string') return workflow;
  const planned: Planned[] = [];
  for (const job of workflow.jobs) {
    const own = job.kind === 'own' ? [planOwn(job)] : await planCalled(github, place, { job, at, contexts });
    if (typeof own === 'string') return own;
    planned.push(...own);
  }
  const { name = at.path, title = name } = workflow;
  return queueJobs(github, place, planned, { ...at, name, title });
}

const planOwn = (job: OwnJob): Planned => ({ name: job.name, job, mayAskForToken: job.mayAskForToken === true });

/**
 * A called workflow never has a right that its caller lacks.
 * https://docs.github.com/en/actions/reference/workflows-and-actions/reusing-workflow-configurations
 */
async function planCalled(
  github: GitHub,
  place: Place,
  { job, at, contexts }: { readonly job: CallingJob; readonly at: At; readonly contexts: Contexts },
): Promise<readonly Planned[] | string> {
  const broken = `error parsing called workflow "${job.uses}": workflow was not found.`;
  const [, owner = place.owner.login, repo = place.repository.name, path = '', ref] = USES.exec(job.uses) ?? [];
  const account = github.store.installationOf(owner)?.account;
  const repository = account && github.store.repositoryNamed(account.id, repo);
  const isIts = account?.id === place.owner.id || repository?.public === true;
  if (repository === undefined || !isIts || path === '') return broken;
  const sha = ref === undefined ? at.sha : await commitNamed(github.git, repository.id, ref);
  const file = sha && (await github.git.run(repository.id, 'cat-file', 'blob', `${sha}:${path}`));
  if (sha === undefined || file === undefined || file === '') return broken;
  const called = readWorkflow(file.toString(), 'workflow_call', { ...contexts, inputs: job.with });
  if (typeof called === 'string') return called;
  const name = `${owner}/${repo}/${path}@refs/heads/${ref ?? at.branch}`;
  return called.jobs.map((one) => {
    if (one.kind === 'call') throw new Error(`The sandbox follows no call within a called workflow: ${one.uses}`);
    return {
      name: `${job.name} / ${one.name}`,
      job: one,
      called: { ref: name, sha },
      mayAskForToken: job.mayAskForToken === true && one.mayAskForToken !== false,
    };
  });
}

function queueJobs(
  github: GitHub,
  { owner, repository }: Place,
  planned: readonly Planned[],
  run: Pick<WorkflowJob, 'path' | 'branch' | 'sha' | 'name' | 'title'>,
): number {
  const runId = github.store.nextId();
  const installationId = github.store.installationOf(owner.login)?.id ?? 0;
  for (const { name, job, called, mayAskForToken } of planned)
    github.queue({
      installationId,
      repository: repository.name,
      labels: job.labels,
      name,
      runId,
      // A job with steps lasts as long as they do.
      ...(job.steps.length > 0 && { lengthMs: null }),
      workflow: {
        ...run,
        event: 'workflow_dispatch',
        mayAskForToken,
        steps: job.steps,
        ...(called && { called }),
      },
    });
  return runId;
}
