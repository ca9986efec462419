import {
  boolean,
  integer,
  isObject,
  object,
  optionalString,
  parse,
  read,
  string,
  type GitHub,
  type GitHubFailure,
  type JobPlace,
  type Registration,
  type RunnerPlace,
} from '@multi-tenant-runner/core';
import * as v from 'valibot';
import { createCalls, type Answer, type GitHubDeps } from './calls';
import { accountIdIn, createRenames, isSame, loginIn } from './follow-renames';
import { isSuspended } from './installation';
import { at, runnersOf, scopeOf } from './places';
import { createRunnerGroups } from './runner-groups';

const createdRunner = object({ runner: object({ id: integer() }), encoded_jit_config: string });
const shownJob = object({ status: string, conclusion: optionalString, runner_name: optionalString });
/** Of a list of runners. */
const PER_PAGE = 100;
const MOST_PAGES = 10;
const registration = v.pipe(
  object({ id: integer(), name: string, status: string, busy: boolean }),
  v.transform(({ status, ...runner }): Registration => ({ ...runner, online: status === 'online' })),
);

export function createGitHub(deps: GitHubDeps): GitHub {
  const { call, asApp, tokens, limited } = createCalls(deps);
  const renames = createRenames({ ask: call, asApp });
  const groups = createRunnerGroups({ ask: call, clock: deps.clock });
  /** Repeats a call under the present name when the account or the repository was renamed. */
  const following = async <T extends { readonly kind: string; readonly status?: number }>(
    place: RunnerPlace,
    ask: (there: RunnerPlace) => Promise<T>,
  ): Promise<T> => {
    const answer = await ask(place);
    if (answer.kind !== 'refused' || answer.status !== 404) return answer;
    const now = await renames.runnersNow(place);
    return now === undefined ? answer : ask(now);
  };
  /** A 404 means "no such runner" only if the runners can be listed: a lost permission is a 404 too. */
  const absentOr = async (
    place: RunnerPlace,
    refused: GitHubFailure,
  ): Promise<{ readonly kind: 'absent' } | GitHubFailure> => {
    if (refused.kind !== 'refused' || refused.status !== 404) return refused;
    const listed = await call({ ...at(place), route: `GET ${runnersOf(place)}`, parameters: { per_page: 1 } });
    return listed.kind === 'answer' ? { kind: 'absent' } : listed;
  };
  const askJob = (
    { installationId, owner, repo, repoId }: JobPlace,
    jobId: number,
  ): Promise<Answer | GitHubFailure> => {
    const scope = tokens.peek(installationId, {
      repository: `${owner}/${repo}`,
      ...(repoId !== undefined && { repoId }),
    }) ?? { kind: 'jobs' };
    return call({
      installationId,
      scope,
      purpose: 'housekeeping',
      route: 'GET /repos/{owner}/{repo}/actions/jobs/{job_id}',
      parameters: { owner, repo, job_id: jobId },
    });
  };
  /** A 404 means "no such job" only if its repository is visible: a renamed, moved or removed one is a 404 too. */
  const findJob = async (
    place: JobPlace,
    jobId: number,
  ): Promise<Answer | { readonly kind: 'absent' } | GitHubFailure> => {
    const answer = await askJob(place, jobId);
    if (answer.kind !== 'refused' || answer.status !== 404) return answer;
    const seen = await renames.repositoryNow(place);
    if (seen.kind === 'unseen') return answer;
    if (seen.kind !== 'seen') return seen;
    if (isSame(`${seen.place.owner}/${seen.place.repo}`, `${place.owner}/${place.repo}`)) return { kind: 'absent' };
    const again = await askJob(seen.place, jobId);
    return again.kind === 'refused' && again.status === 404 ? { kind: 'absent' } : again;
  };

  return {
    authorize: async (place) => {
      // Checked before a machine is paid for whose configuration GitHub would refuse.
      const refusal = limited(place.installationId, `POST ${runnersOf(place)}/generate-jitconfig`, 'launch');
      if (refusal !== undefined) return refusal;
      const token = await tokens.get(place.installationId, scopeOf(place));
      return token.kind === 'token' ? { kind: 'ok' } : token;
    },
    findRunnerGroup: (place, group, repo) => following(place, (there) => groups.find(there, group, repo)),
    createJitConfig: async (place, { name, labels, runnerGroupId }) => {
      const parameters = { name, labels, runner_group_id: runnerGroupId };
      const answer = await following(place, (there) =>
        call({ ...at(there), purpose: 'launch', route: `POST ${runnersOf(there)}/generate-jitconfig`, parameters }),
      );
      if (answer.kind === 'refused' && answer.status === 409) return { kind: 'exists' };
      if (answer.kind !== 'answer') return answer;
      const created = parse(createdRunner, answer.data);
      return created.ok
        ? { kind: 'created', runnerId: created.value.runner.id, jitConfig: created.value.encoded_jit_config }
        : {
            kind: 'unavailable',
            message: `GitHub's answer is not a runner configuration: ${created.problems.join('; ')}`,
          };
    },
    findRunner: async (place, name) => {
      const answer = await following(place, (there) =>
        call({ ...at(there), route: `GET ${runnersOf(there)}`, parameters: { name, per_page: 100 } }),
      );
      if (answer.kind !== 'answer') return answer;
      const listed = isObject(answer.data) ? answer.data['runners'] : undefined;
      if (!Array.isArray(listed)) return { kind: 'unavailable', message: "GitHub's answer has no list of runners" };
      // Older GitHub Enterprise Servers ignore the name and list all.
      const runner = listed.map((entry) => read(registration, entry)).find((listing) => listing?.name === name);
      return { kind: 'found', ...(runner && { runner }) };
    },
    listRunners: async (place) => {
      const names: string[] = [];
      for (let page = 1; page <= MOST_PAGES; page += 1) {
        const answer = await following(place, (there) =>
          call({ ...at(there), route: `GET ${runnersOf(there)}`, parameters: { per_page: PER_PAGE, page } }),
        );
        if (answer.kind !== 'answer') return answer;
        const listed = isObject(answer.data) ? answer.data['runners'] : undefined;
        const found = Array.isArray(listed) ? listed.map((entry) => read(registration, entry)) : [undefined];
        // What can't be read might be one of ours.
        if (!found.every((one) => one !== undefined))
          return { kind: 'unavailable', message: "GitHub's answer is no list of runners" };
        names.push(...found.map(({ name }) => name));
        if (found.length < PER_PAGE) return { kind: 'found', names, isMore: false };
      }
      return { kind: 'found', names, isMore: true };
    },
    getRunner: async (place, runnerId) => {
      const answer = await following(place, async (there) => {
        const shown = await call({
          ...at(there),
          route: `GET ${runnersOf(there)}/{runner_id}`,
          parameters: { runner_id: runnerId },
        });
        return shown.kind === 'answer' ? shown : absentOr(there, shown);
      });
      if (answer.kind === 'absent') return { kind: 'found' };
      if (answer.kind !== 'answer') return answer;
      const runner = read(registration, answer.data);
      return runner === undefined
        ? { kind: 'unavailable', message: "GitHub's answer is not a runner" }
        : { kind: 'found', runner };
    },
    deleteRunner: (place, runnerId) =>
      following<{ readonly kind: 'deleted' | 'absent' | 'busy' } | GitHubFailure>(place, async (there) => {
        const answer = await call({
          ...at(there),
          route: `DELETE ${runnersOf(there)}/{runner_id}`,
          parameters: { runner_id: runnerId },
        });
        if (answer.kind === 'answer') return { kind: 'deleted' };
        if (answer.kind === 'refused' && answer.status === 422) return { kind: 'busy' };
        return absentOr(there, answer);
      }),
    getJob: async (place, jobId) => {
      const answer = await findJob(place, jobId);
      if (answer.kind === 'absent') return { kind: 'found' };
      if (answer.kind !== 'answer') return answer;
      const shown = parse(shownJob, answer.data);
      if (!shown.ok)
        return { kind: 'unavailable', message: `GitHub's answer is not a job: ${shown.problems.join('; ')}` };
      const { status, conclusion, runner_name: runnerName } = shown.value;
      return {
        kind: 'found',
        job: {
          status,
          ...(conclusion !== undefined && { conclusion }),
          ...(runnerName !== undefined && { runnerName }),
        },
      };
    },
    getInstallation: async (installationId) => {
      const answer = await asApp('GET /app/installations/{installation_id}', { installation_id: installationId });
      if (answer.kind === 'answer') {
        const login = loginIn(answer.data);
        const accountId = accountIdIn(answer.data);
        return {
          kind: 'found',
          installation: {
            suspended: isSuspended(answer.data),
            ...(login !== undefined && { login }),
            ...(accountId !== undefined && { accountId }),
          },
        };
      }
      return answer.kind === 'refused' && answer.status === 404 ? { kind: 'found' } : answer;
    },
  };
}
