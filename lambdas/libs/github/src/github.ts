import {
  SECOND,
  boolean,
  integer,
  isObject,
  object,
  optionalString,
  parse,
  read,
  string,
  type Clock,
  type GitHub,
  type GitHubFailure,
  type JobPlace,
  type Purpose,
  type Registration,
  type RunnerPlace,
} from '@multi-tenant-runner/core';
import * as v from 'valibot';
import { createBudgets, isSecondary } from './budgets';
import { isSuspended } from './installation';
import { createRenames, isSame, loginIn } from './follow-renames';
import { parseFailedRequest, decideFailure, parseFailure } from './read-failure';
import { createRequests, type Fetch } from './requests';
import { createRunnerGroups } from './runner-groups';
import { createTokens, type AppIdentity, type TokenScope } from './tokens';

export interface GitHubDeps {
  readonly baseUrl: string;
  /** The App's id and key; asked for again at each mint, so that a rotated key is taken up. */
  readonly identity: () => Promise<AppIdentity>;
  readonly fetch: Fetch;
  readonly clock: Clock;
  /**
   * What calls that serve launches and housekeeping alike are made for here: a function does mostly one or the other.
   */
  readonly purpose?: Purpose;
  /** Milliseconds that one request may take. */
  readonly timeout?: number;
  /** Milliseconds that the registration of a runner may take. */
  readonly registrationTimeout?: number;
}

export type Answer = { readonly kind: 'answer'; readonly status: number; readonly data: unknown };
type Method = 'GET' | 'POST' | 'DELETE';
export interface Call {
  readonly installationId: number;
  readonly scope: TokenScope;
  readonly route: `${Method} /${string}`;
  readonly purpose?: Purpose;
  readonly parameters?: Readonly<Record<string, unknown>>;
}
export type AskAsInstallation = (what: Call) => Promise<Answer | GitHubFailure>;
export type AskAsApp = (
  route: string,
  parameters: Readonly<Record<string, unknown>>,
) => Promise<Answer | GitHubFailure>;

const TIMEOUT = 8_000;
/**
 * GitHub ends what takes it longer than ten seconds, and generate-jitconfig has been seen to take all of them. Whoever
 * hangs up before has a registration without its configuration, and a machine that was paid for in vain.
 * https://docs.github.com/en/rest/using-the-rest-api/troubleshooting-the-rest-api#timeouts
 */
const REGISTRATION_TIMEOUT = 15 * SECOND;
/** What a token that has gone stale is refused with: revoked, suspended, or made before the repository was granted. */
const STALE: ReadonlySet<number> = new Set([401, 403, 404]);

const createdRunner = object({ runner: object({ id: integer() }), encoded_jit_config: string });
const shownJob = object({ status: string, conclusion: optionalString, runner_name: optionalString });
const registration = v.pipe(
  object({ id: integer(), name: string, status: string, busy: boolean }),
  v.transform(({ status, ...runner }): Registration => ({ ...runner, online: status === 'online' })),
);

export function createGitHub({
  baseUrl,
  identity,
  fetch,
  clock,
  purpose = 'launch',
  timeout = TIMEOUT,
  registrationTimeout = REGISTRATION_TIMEOUT,
}: GitHubDeps): GitHub {
  const requests = createRequests({ baseUrl, fetch, timeout });
  const patient = createRequests({ baseUrl, fetch, timeout: registrationTimeout });
  const tokens = createTokens({ identity, requests, clock });
  const budgets = createBudgets({ clock });

  const limited = (installationId: number, route: string, use: Purpose): GitHubFailure | undefined => {
    const retryAt = budgets.notBefore(installationId, route, use);
    return retryAt && { kind: 'limited', retryAt };
  };
  const send = async (token: string, { installationId, route, parameters }: Call): Promise<Answer | GitHubFailure> => {
    try {
      const { withToken } = route.endsWith('/generate-jitconfig') ? patient : requests;
      const { status, data, headers } = await withToken(token)(route, { ...parameters });
      budgets.read(installationId, route, headers);
      return { kind: 'answer', status, data };
    } catch (error) {
      const failed = parseFailedRequest(error);
      const failure = decideFailure(failed, clock.now());
      budgets.read(installationId, route, failed.headers);
      return failure.kind === 'limited' && isSecondary(failed)
        ? { kind: 'limited', retryAt: budgets.pause(installationId, failed) }
        : failure;
    }
  };
  /**
   * A refused token is forgotten and the call made once more with a new one: then the refusal is GitHub's last word.
   */
  const call = async (what: Call): Promise<Answer | GitHubFailure> => {
    const refusal = limited(what.installationId, what.route, what.purpose ?? purpose);
    if (refusal !== undefined) return refusal;
    const first = await tokens.get(what.installationId, what.scope);
    if (first.kind !== 'token') return first;
    const answer = await send(first.token, what);
    if (answer.kind !== 'refused' || !STALE.has(answer.status)) return answer;
    tokens.drop(what.installationId, what.scope, first.token);
    const second = await tokens.get(what.installationId, what.scope);
    return second.kind === 'token' ? send(second.token, what) : second;
  };
  const asApp: AskAsApp = async (route, parameters) => {
    try {
      const { status, data }: { status: number; data: unknown } = await requests.withToken(await tokens.asApp())(
        route,
        { ...parameters },
      );
      return { kind: 'answer', status, data };
    } catch (error) {
      return parseFailure(error, clock.now());
    }
  };
  const renames = createRenames({ ask: call, asApp });
  const groups = createRunnerGroups({ ask: call, clock });
  /** Asks once more where the account or the repository is now, if it is not where it was. */
  const following = async <T extends { readonly kind: string; readonly status?: number }>(
    place: RunnerPlace,
    ask: (there: RunnerPlace) => Promise<T>,
  ): Promise<T> => {
    const answer = await ask(place);
    if (answer.kind !== 'refused' || answer.status !== 404) return answer;
    const now = await renames.runnersNow(place);
    return now === undefined ? answer : ask(now);
  };
  /**
   * "No such runner" is believed only where the runners can be listed: a renamed owner or a lost permission says 404
   * too.
   */
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
  /**
   * "No such job" is believed only where its repository can be seen: one that was renamed, moved or taken away says 404
   * too.
   */
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
      // Before a machine is paid for whose configuration GitHub would not give.
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
        : { kind: 'unavailable', message: `GitHub's answer can't be read: ${created.problems.join('; ')}` };
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
        ? { kind: 'unavailable', message: "GitHub's answer is no runner" }
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
      if (!shown.ok) return { kind: 'unavailable', message: `GitHub's answer is no job: ${shown.problems.join('; ')}` };
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
        return {
          kind: 'found',
          installation: {
            suspended: isSuspended(answer.data),
            ...(login !== undefined && { login }),
          },
        };
      }
      return answer.kind === 'refused' && answer.status === 404 ? { kind: 'found' } : answer;
    },
  };
}

function scopeOf(place: RunnerPlace): TokenScope {
  return place.scope === 'org'
    ? { kind: 'organization' }
    : { kind: 'repository', repository: place.scope, ...(place.repoId !== undefined && { repoId: place.repoId }) };
}

function at(place: RunnerPlace): Pick<Call, 'installationId' | 'scope'> {
  return { installationId: place.installationId, scope: scopeOf(place) };
}

function runnersOf(place: RunnerPlace): `/${string}` {
  const owner =
    place.scope === 'org'
      ? `orgs/${encodeURIComponent(place.owner)}`
      : `repos/${place.scope.split('/').map(encodeURIComponent).join('/')}`;
  return `/${owner}/actions/runners`;
}
