import { asInstallation, inRepository, NOT_FOUND, refusal, type Holder } from './access';
import { pageSize } from './app-routes';
import type { GitHub } from '../github';
import { route, type Answer, type Call, type Route } from '../../lib/http';
import { object, parse, text, type Json } from '../../lib/json';
import type { Access, CheckRun, Job, Repository } from '../state/model';
import { checkRunJson, checkRunOfJob } from './check-representations';
import { headSha } from './representations';

const STATUSES = ['queued', 'in_progress', 'completed'] as const;
/** `stale` is GitHub's own. https://docs.github.com/en/rest/checks/runs#create-a-check-run */
const CONCLUSIONS = ['action_required', 'cancelled', 'failure', 'neutral', 'success', 'skipped', 'timed_out'];

/** Checks of the App on commits of an installation's repositories; a job is GitHub's own check on its commit. */
export function checkRoutes(github: GitHub, api: () => string): readonly Route[] {
  const within =
    (access: Access, handle: (call: Call, holder: Holder, repository: Repository) => Answer) =>
    (call: Call): Answer => {
      const allowed = asInstallation(call.headers, github.store, github.clock());
      if (!allowed.ok) return allowed.answer;
      const where = { owner: call.params['owner'] ?? '', repo: call.params['repo'] ?? '' };
      const found = inRepository(allowed.value, github.store, where, { permission: 'checks', access });
      return found.ok ? handle(call, allowed.value, found.value) : found.answer;
    };
  const shown = (run: CheckRun, { installation }: Holder, repository: Repository): Json =>
    checkRunJson(run, { owner: installation.account, repository, appId: github.appId, api: api() });
  return [
    route(
      'POST',
      '/repos/{owner}/{repo}/check-runs',
      within('write', (call, holder, repository) => {
        const made = create(github, call, holder, repository);
        return 'answer' in made ? made.answer : { status: 201, body: shown(made.run, holder, repository) };
      }),
    ),
    route(
      'PATCH',
      '/repos/{owner}/{repo}/check-runs/{check_run_id}',
      within('write', (call, holder, repository) => {
        const made = update(github, call, repository);
        return 'answer' in made ? made.answer : { status: 200, body: shown(made.run, holder, repository) };
      }),
    ),
    route(
      'GET',
      '/repos/{owner}/{repo}/commits/{ref}/check-runs',
      within('read', (call, holder, repository) => {
        const appId = call.query.get('app_id');
        const name = call.query.get('check_name');
        const jobs = appId === null ? jobsOn(github, repository, call.params['ref'] ?? '') : [];
        const own = [...github.store.checkRuns.values()].filter(
          (run) => run.repositoryId === repository.id && run.headSha === call.params['ref'],
        );
        const ours = appId === null || Number(appId) === github.appId ? own : [];
        const all = [
          ...ours.map((run) => shown(run, holder, repository)),
          ...jobs.map((job) => checkRunOfJob(job, holder.installation.account, repository, api())),
        ].filter((run) => name === null || run['name'] === name);
        return { status: 200, body: { total_count: all.length, check_runs: all.slice(0, pageSize(call)) } };
      }),
    ),
  ];
}

type Outcome = { readonly run: CheckRun } | { readonly answer: Answer };

const jobsOn = (github: GitHub, repository: Repository, sha: string): readonly Job[] =>
  [...github.store.jobs.values()].filter((job) => job.repositoryId === repository.id && headSha(job) === sha);

function create(github: GitHub, call: Call, { installation }: Holder, repository: Repository): Outcome {
  const body = object(parse(call.body)) ?? {};
  const [name, sha] = [text(body['name']), text(body['head_sha'])];
  if (name === undefined || sha === undefined) return invalid('name and head_sha are required');
  if (jobsOn(github, repository, sha).length === 0) return invalid(`No commit found for SHA: ${sha}`);
  const run: CheckRun = {
    id: github.store.nextId(),
    installationId: installation.id,
    repositoryId: repository.id,
    name,
    headSha: sha,
    externalId: text(body['external_id']) ?? '',
    detailsUrl: text(body['details_url']) ?? null,
    status: 'queued',
    conclusion: null,
    title: null,
    summary: null,
    startedAt: github.clock(),
  };
  return keep(github, run, body);
}

function update(github: GitHub, call: Call, repository: Repository): Outcome {
  const run = github.store.checkRuns.get(Number(call.params['check_run_id']));
  if (run?.repositoryId !== repository.id) return { answer: NOT_FOUND };
  return keep(github, run, object(parse(call.body)) ?? {});
}

/** A conclusion completes a check, and a completed one needs a conclusion; an output needs a title and a summary. */
function keep(github: GitHub, before: CheckRun, body: Json): Outcome {
  const output = object(body['output']);
  const conclusion = text(body['conclusion']);
  const status = conclusion === undefined ? (text(body['status']) ?? before.status) : 'completed';
  if (conclusion !== undefined && !CONCLUSIONS.includes(conclusion)) return invalid(`conclusion ${conclusion}`);
  const known = STATUSES.find((one) => one === status);
  if (known === undefined) return invalid(`status ${status}`);
  if (known === 'completed' && conclusion === undefined && before.conclusion === null)
    return invalid('A completed check run needs a conclusion');
  if (output !== undefined && (text(output['title']) === undefined || text(output['summary']) === undefined))
    return invalid('output needs a title and a summary');
  const run: CheckRun = {
    ...before,
    status: known,
    conclusion: known === 'completed' ? (conclusion ?? before.conclusion) : null,
    title: text(output?.['title']) ?? before.title,
    summary: text(output?.['summary']) ?? before.summary,
    ...(known === 'completed' && { completedAt: before.completedAt ?? github.clock() }),
  };
  github.store.checkRuns.set(run.id, run);
  return { run };
}

function invalid(why: string): Outcome {
  return { answer: refusal(422, `Validation Failed: ${why}`) };
}
