// Images are built by jobs of the tenants' own repositories, on the tenants' own machines.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { waitFor } from '../../lib/wait';
import type { Ask } from '../saas/ask';
import { hostile } from './hostile';
import { FORUM, SHOP, answers, ended, said, type AppsContext } from './looks';
import { doesNotBuild, word, worksOnRunner } from './samples';
import { send } from './tenant';

interface Job {
  readonly id: number;
  readonly name: string;
  readonly status: string;
  readonly conclusion: string;
  readonly runner_name: string;
}

interface Machine {
  readonly tenant_id: string;
  readonly runner_name: string | null;
}

/** Of the second tenant's; GitHub lists its delivery as failed, and recovery asks for it again. Answers its word. */
export async function loseAPush({ tenants, control, platform }: AppsContext): Promise<string> {
  const [, { id, push: pushes }] = tenants;
  const next = word();
  await send(`${control}/faults/deliveries`, 'POST', { kind: 'drop', event: 'push', installation_id: id, times: 1 });
  await pushes(worksOnRunner(next), 'nobody is told of it');
  await platform.recover();
  return next;
}

/** A push of the first tenant's, built on its own machine. Answers the commit. */
export async function buildOnRunner(context: AppsContext, ask: Ask): Promise<string> {
  const { tenants, checks, control } = context;
  const [tenant] = tenants;
  const next = word();
  const seen = watchMachines(context);
  const commit = await tenant.push(worksOnRunner(next), 'the tenant builds it itself');
  await answers(context, ask, SHOP, next);
  const machines = await seen();
  const job = await newestJob(context, 'build / image');
  checks.check(
    'a job of the tenant’s built it by the platform’s workflow',
    job.conclusion === 'success',
    JSON.stringify(job),
  );
  const its = machines.find(({ runner_name: name }) => name === job.runner_name);
  checks.check(
    'on a machine of that tenant alone',
    its?.tenant_id === String(tenant.id),
    JSON.stringify({ job, machines }),
  );
  const log = logOf(context, job.id);
  checks.check('whose log shows no credentials', /digest: sha256:/.test(log) && !/ASIA|eyJ/.test(log), log);
  const deployment = await ended(context, commit);
  checks.check('the deployment says who built it', deployment['built_by'] === 'runner', JSON.stringify(deployment));
  const late = await push(context, await tokenOf(control, job.id, 'workflow_dispatch'), commit);
  checks.check('once the image is there, the same job gets nothing more', late === 409, `${late}`);
  for (const event of ['pull_request', 'pull_request_target', 'issue_comment'])
    checks.check(
      `a token of ${event}, which a fork may start, gets nothing`,
      (await push(context, await tokenOf(control, job.id, event), commit)) === 401,
    );
  return commit;
}

/** One whose Dockerfile fails, and one that takes what it gets elsewhere. `taken`: a commit that has an image. */
export async function badBuildsOnRunner(context: AppsContext, ask: Ask, taken: string): Promise<void> {
  const { tenants, checks } = context;
  const [tenant] = tenants;
  const standing = (await said(ask, SHOP))?.word;
  const broken = await ended(context, await tenant.push(doesNotBuild(word()), 'a build that fails'));
  checks.check(
    'a build that fails on a runner is said to have failed, with its run',
    broken['state'] === 'failed' && /actions\/runs\/\d+/.test(String(broken['reason'])),
    JSON.stringify(broken),
  );
  checks.check('and the version before answers', (await said(ask, SHOP))?.word === standing);
  const next = word();
  await tenant.push(hostile(next, FORUM, taken), 'tries what it gets elsewhere');
  await answers(context, ask, SHOP, next);
  const job = await newestJob(context, 'build');
  const tried = new Map(
    [...logOf(context, job.id).matchAll(/^TRIED (.+?): (.*)$/gm)].map(([, what = '', came = '']) => [what, came]),
  );
  for (const [what, wanted] of Object.entries(COMES))
    checks.check(`a build’s job: ${what} – ${wanted.says}`, wanted.is.test(tried.get(what) ?? ''), tried.get(what));
}

const refused = { says: 'refused', is: /denied|not authorized/i };
/** What comes of each attempt of the hostile workflow. */
const COMES: Readonly<Record<string, { readonly says: string; readonly is: RegExp }>> = {
  'credentials for its build': { says: 'given', is: /^200$/ },
  "credentials for another's app": { says: 'refused', is: /^40[34]$/ },
  'credentials for another commit': { says: 'refused', is: /^409$/ },
  "a push to another's repository": refused,
  "a push over another commit's image": { says: 'refused, a tag stays', is: /denied.*TagAlreadyExists|immutable/i },
  'a push under a tag of no commit': { says: 'kept, and never deployed', is: /^allowed$/ },
  "an image from another's": refused,
  "another's sources": refused,
  services: refused,
  'other roles': refused,
  'its own image': { says: 'pushed', is: /^allowed$/ },
};

async function push({ platform }: AppsContext, token: string, commit: string): Promise<number> {
  return (await platform.asJob(token, `/me/apps/${SHOP}/push-credentials`, { commit })).status;
}

async function tokenOf(control: string, job: number, event: string): Promise<string> {
  return (await send<{ readonly value: string }>(`${control}/jobs/${job}/token`, 'POST', { audience: 'apps', event }))
    .value;
}

/** The first tenant's newest job of that name, once it is over: its image is there before its last step ends. */
async function newestJob({ control, tenants, signal }: AppsContext, name: string): Promise<Job> {
  let newest: Job | undefined;
  const look = async (): Promise<boolean> => {
    const jobs = await send<readonly Job[]>(`${control}/jobs?installation_id=${tenants[0].id}`, 'GET');
    newest = jobs.filter((one) => one.name === name).sort((a, b) => b.id - a.id)[0];
    return newest?.status === 'completed';
  };
  await waitFor(look, { what: `The end of ${name}`, seconds: 120, signal });
  if (newest === undefined) throw new Error(`There is no job ${name}.`);
  return newest;
}

function logOf({ paths }: AppsContext, job: number): string {
  return readFileSync(join(paths.logs, 'jobs', `${job}.log`), 'utf8');
}

/** Every machine that has had a runner since, until it is called: one is gone soon after its job. */
function watchMachines({ control }: AppsContext): () => Promise<readonly Machine[]> {
  const known = new Map<string, Machine>();
  let isOver = false;
  const looking = (async () => {
    while (!isOver) {
      for (const one of await send<readonly Machine[]>(`${control}/machines`, 'GET'))
        if (one.runner_name !== null) known.set(one.runner_name, one);
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
  })();
  return async () => {
    isOver = true;
    await looking;
    return [...known.values()];
  };
}
