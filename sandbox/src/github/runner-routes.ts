import { asInstallation, inOrganization, inRepository, NOT_FOUND, refusal, type Holder } from './access';
import { pageSize } from './app-routes';
import type { GitHub } from './github';
import { route, type Answer, type Call, type Route } from './http';
import { encodeJitConfig } from './jit-config';
import { object, parse, text, texts, whole } from './json';
import type { Access, Runner } from './model';
import { jobJson, runnerJson } from './representations';
import { groupsOf, listGroups } from './runner-groups';
import { sameName } from './store';

const LONGEST_NAME = 64;
const MOST_LABELS = 100;

/** Whose runners a call speaks of: an organisation's, or one repository's. */
interface Scope {
  readonly accountId: number;
  readonly repositoryId?: number;
  readonly gitHubUrl: string;
}

type Scoped = (call: Call, access: Access) => Scope | Answer;

/** What an installation's token may ask: its runners and its jobs. */
export function runnerRoutes(github: GitHub, api: () => string): readonly Route[] {
  const ofOrganization: Scoped = (call, access) => {
    const holder = holderOf(github, call);
    if ('status' in holder) return holder;
    const allowed = inOrganization(holder, call.params['org'] ?? '', access);
    if (!allowed.ok) return allowed.answer;
    const { account } = holder.installation;
    return { accountId: account.id, gitHubUrl: `https://github.com/${account.login}` };
  };
  const ofRepository: Scoped = (call, access) => {
    const holder = holderOf(github, call);
    if ('status' in holder) return holder;
    const allowed = inRepository(holder, github.store, place(call), { permission: 'administration', access });
    if (!allowed.ok) return allowed.answer;
    const { account } = holder.installation;
    return { accountId: account.id, repositoryId: allowed.value.id, gitHubUrl: `https://github.com/${account.login}/${allowed.value.name}` };
  };
  return [
    ...routesUnder(github, '/orgs/{org}/actions/runners', ofOrganization),
    ...routesUnder(github, '/repos/{owner}/{repo}/actions/runners', ofRepository),
    route('GET', '/orgs/{org}/actions/runner-groups', (call) => {
      const holder = holderOf(github, call);
      if ('status' in holder) return holder;
      const allowed = inOrganization(holder, call.params['org'] ?? '', 'read');
      return allowed.ok ? listGroups(github.store, holder.installation.account, call, api()) : allowed.answer;
    }),
    route('GET', '/repos/{owner}/{repo}/actions/jobs/{job_id}', (call) => showJob(github, call, api())),
  ];
}

function routesUnder(github: GitHub, base: string, scoped: Scoped): readonly Route[] {
  const within = (access: Access, handle: (call: Call, scope: Scope) => Answer) => (call: Call): Answer => {
    const scope = scoped(call, access);
    return 'status' in scope ? scope : handle(call, scope);
  };
  return [
    route('POST', `${base}/generate-jitconfig`, within('write', (call, scope) => register(github, call, scope))),
    route('GET', base, within('read', (call, scope) => list(runnersIn(github, scope), call))),
    route('GET', `${base}/{runner_id}`, within('read', (call, scope) => {
      const found = runnerIn(github, call, scope);
      return found === undefined ? NOT_FOUND : { status: 200, body: runnerJson(found) };
    })),
    route('DELETE', `${base}/{runner_id}`, within('write', (call, scope) => remove(github, call, scope))),
  ];
}

function register(github: GitHub, call: Call, scope: Scope): Answer {
  const body = object(parse(call.body));
  if (body === undefined) return refusal(400, 'Problems parsing JSON');
  const name = text(body['name']);
  const groupId = whole(body['runner_group_id']);
  const labels = texts(body['labels']);
  if (name === undefined || groupId === undefined || labels === undefined || labels.length < 1 || labels.length > MOST_LABELS) {
    return refusal(422, 'Invalid request: name, runner_group_id and between 1 and 100 labels are required.');
  }
  if (name.length > LONGEST_NAME) return refusal(422, `Validation Failed: the name is longer than ${LONGEST_NAME} characters.`);
  const isKnown = scope.repositoryId === undefined ? groupsOf(github.store, scope.accountId).some(({ id }) => id === groupId) : groupId === 1;
  if (!isKnown) return refusal(404, 'Not Found');
  if (runnersIn(github, scope).some((one) => sameName(one.name, name))) {
    return refusal(409, 'Already exists - A runner with the name *** already exists.'.replace('***', name));
  }
  const id = github.store.nextId();
  const config = encodeJitConfig({ runnerId: id, name, groupId, gitHubUrl: scope.gitHubUrl, workFolder: text(body['work_folder']) ?? '_work' });
  const runner: Runner = {
    id, name, labels, groupId, accountId: scope.accountId, status: 'offline', version: null, clientId: config.clientId, createdAt: github.clock(),
    ...(scope.repositoryId !== undefined && { repositoryId: scope.repositoryId }),
  };
  github.store.runners.set(id, runner);
  return { status: 201, body: { runner: runnerJson(runner), encoded_jit_config: config.text } };
}

function list(runners: readonly Runner[], call: Call): Answer {
  const name = call.query.get('name');
  const fitting = name === null ? runners : runners.filter((one) => sameName(one.name, name));
  const size = pageSize(call);
  const number = Math.max(1, Number(call.query.get('page') ?? 1) || 1);
  return { status: 200, body: { total_count: fitting.length, runners: fitting.slice((number - 1) * size, number * size).map(runnerJson) } };
}

function remove(github: GitHub, call: Call, scope: Scope): Answer {
  const found = runnerIn(github, call, scope);
  const outcome = found === undefined ? 'unknown' : github.work.removeRunner(found.id);
  if (outcome === 'unknown') return NOT_FOUND;
  return outcome === 'removed' ? { status: 204 } : refusal(422, `Bad request - Runner "${found?.name ?? ''}" is still running a job`);
}

function showJob(github: GitHub, call: Call, api: string): Answer {
  const holder = holderOf(github, call);
  if ('status' in holder) return holder;
  const allowed = inRepository(holder, github.store, place(call), { permission: 'actions', access: 'read' });
  if (!allowed.ok) return allowed.answer;
  const job = github.store.jobs.get(Number(call.params['job_id']));
  if (job === undefined || job.hidden === true || job.repositoryId !== allowed.value.id) return NOT_FOUND;
  return { status: 200, body: jobJson(job, holder.installation.account, allowed.value, api) };
}

function holderOf(github: GitHub, call: Call): Holder | Answer {
  const allowed = asInstallation(call.headers, github.store, github.clock());
  return allowed.ok ? allowed.value : allowed.answer;
}

function runnersIn(github: GitHub, scope: Scope): readonly Runner[] {
  return github.store.runnersOf(scope.accountId).filter((one) => one.repositoryId === scope.repositoryId);
}

function runnerIn(github: GitHub, call: Call, scope: Scope): Runner | undefined {
  return runnersIn(github, scope).find((one) => one.id === Number(call.params['runner_id']));
}

function place(call: Call): { owner: string; repo: string } {
  return { owner: call.params['owner'] ?? '', repo: call.params['repo'] ?? '' };
}
