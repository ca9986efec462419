import { asInstallation, inRepository, NOT_FOUND, type Holder } from './access';
import { paged } from './paged';
import type { GitHub } from '../github';
import { route, type Answer, type Call, type Route } from '../../lib/http';
import { repositoriesOf } from '../state/installations';
import type { Json } from '../../lib/json';
import { timestamp, type Account, type Job, type Repository } from '../state/model';
import { repositoryPayload } from '../webhooks/payloads';
import { jobJson } from './representations';
import { runJson, runsOf } from './runs';
import { sameName } from '../state/store';

/**
 * Of one status GitHub shows no more:
 * https://docs.github.com/en/rest/actions/workflow-runs#list-workflow-runs-for-a-repository
 */
const SHOWN = 1_000;

/** Where work waits, as far as an installation's token sees: its repositories, their runs, and the jobs of a run. */
export function searchRoutes(github: GitHub, api: () => string): readonly Route[] {
  const within =
    (handle: (call: Call, holder: Holder, repository: Repository) => Answer) =>
    (call: Call): Answer => {
      const allowed = asInstallation(call.headers, github.store, github.clock());
      if (!allowed.ok) return allowed.answer;
      const place = { owner: call.params['owner'] ?? '', repo: call.params['repo'] ?? '' };
      const found = inRepository(allowed.value, github.store, place, { permission: 'actions', access: 'read' });
      return found.ok ? handle(call, allowed.value, found.value) : found.answer;
    };
  const jobsIn = (repository: Repository): readonly Job[] =>
    [...github.store.jobs.values()].filter((job) => job.repositoryId === repository.id);
  return [
    route('GET', '/installation/repositories', (call) => listRepositories(github, call)),
    route('GET', '/repos/{owner}/{repo}', (call) => {
      const allowed = asInstallation(call.headers, github.store, github.clock());
      if (!allowed.ok) return allowed.answer;
      const { installation, token } = allowed.value;
      // Every token may look at the metadata of the repositories that it is for.
      const found = repositoriesOf(github.store, installation.account).find(
        ({ id, name }) => sameName(name, call.params['repo'] ?? '') && token.repositoryIds?.includes(id) !== false,
      );
      const isOwn = sameName(installation.account.login, call.params['owner'] ?? '');
      return found === undefined || !isOwn
        ? NOT_FOUND
        : {
            status: 200,
            body: {
              ...repositoryJson(found, installation.account, installation.createdAt),
              has_discussions: false,
              network_count: 0,
              subscribers_count: 1,
            },
          };
    }),
    route(
      'GET',
      '/repos/{owner}/{repo}/actions/runs',
      within((call, { installation }, repository) => {
        const wanted = call.query.get('status');
        const all = runsOf(jobsIn(repository));
        const runs = wanted === null ? all : all.filter(({ status }) => status === wanted).slice(0, SHOWN);
        return paged(
          call,
          'workflow_runs',
          runs.map((run) => runJson(run, installation.account, repository, api())),
        );
      }),
    ),
    route(
      'GET',
      '/repos/{owner}/{repo}/actions/runs/{run_id}/jobs',
      within((call, { installation }, repository) => {
        const jobs = jobsIn(repository).filter((job) => job.runId === Number(call.params['run_id']));
        return paged(
          call,
          'jobs',
          jobs.map((job) => jobJson(job, installation.account, repository, api())),
        );
      }),
    ),
  ];
}

function listRepositories(github: GitHub, call: Call): Answer {
  const allowed = asInstallation(call.headers, github.store, github.clock());
  if (!allowed.ok) return allowed.answer;
  const { installation, token } = allowed.value;
  const seen = repositoriesOf(github.store, installation.account).filter(
    ({ id }) => token.repositoryIds?.includes(id) !== false,
  );
  return paged(
    call,
    'repositories',
    seen.map((repository) => repositoryJson(repository, installation.account, installation.createdAt)),
  );
}

/** The time of the last push is not kept: it is that of the account's installation. */
function repositoryJson(repository: Repository, owner: Account, pushedAt: number): Json {
  const times = { created_at: timestamp(pushedAt), updated_at: timestamp(pushedAt), pushed_at: timestamp(pushedAt) };
  return {
    ...repositoryPayload(repository, owner),
    ...times,
    archived: false,
    disabled: false,
    topics: [],
    license: null,
  };
}
