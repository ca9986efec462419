import { changePull, deleteFork, fork, openPull, pullsOf } from '../github/git/pull-requests';
import { grantPersonalToken } from '../github/git/smart-http';
import type { GitHub } from '../github/github';
import type { Place } from '../github/rest/in-repository';
import type { PullRequest } from '../github/state/pull-request';
import { accountOf } from '../github/state/store';
import { route, type Answer, type Call, type Route } from '../lib/http';
import { oneOf, text, type Json } from '../lib/json';
import { bodyOf } from './answers';
import { cloneUrl } from './repository-routes';

const NONE = (call: Call, what: string): Answer => ({
  status: 404,
  body: { message: `There is no ${what} ${Object.values(call.params).join('/')}.` },
});

/** What people do with pull requests: of a repository of an account, by branches of it and of its forks. */
export function pullRoutes(base: string, github: GitHub): readonly Route[] {
  const repository = `${base}/{id}/repositories/{repo}`;
  const inPlace =
    (handle: (place: Place, call: Call) => Promise<Answer>) =>
    async (call: Call): Promise<Answer> => {
      const owner = github.store.installations.get(Number(call.params['id']))?.account;
      const found = owner && github.store.repositoryNamed(owner.id, call.params['repo'] ?? '');
      return owner && found ? handle({ owner, repository: found }, call) : NONE(call, 'repository');
    };
  return [
    route(
      'POST',
      `${repository}/pulls`,
      inPlace(async (place, call) => {
        const { title, head, base: into } = bodyOf(call);
        const wanted = { title: text(title) ?? 'A change', head: text(head) ?? '', base: text(into) ?? 'main' };
        return shown(await openPull(github, place, wanted), 201);
      }),
    ),
    route(
      'PATCH',
      `${repository}/pulls/{number}`,
      inPlace(async (place, call) => {
        const number = Number(call.params['number']);
        const pull = pullsOf(github, place.repository).find((one) => one.number === number);
        if (pull === undefined) return NONE(call, 'pull request');
        const [state, into] = [oneOf(['open', 'closed'] as const, bodyOf(call)['state']), text(bodyOf(call)['base'])];
        return shown(await changePull(github, pull, { ...(state && { state }), ...(into && { base: into }) }), 200);
      }),
    ),
    route(
      'POST',
      `${repository}/forks`,
      inPlace(async (place, call) => {
        const login = text(bodyOf(call)['login']);
        if (login === undefined) return { status: 400, body: { message: 'login: who forks it is missing.' } };
        const account = github.store.ownerNamed(login) ?? accountOf(login, 'User');
        const made = await fork(github, place, account);
        if (made === undefined) return { status: 409, body: { message: `${login} has a repository of that name.` } };
        const name = `${account.login}/${made.name}`;
        const token = grantPersonalToken(github, account.id);
        return { status: 201, body: { id: made.id, full_name: name, clone_url: cloneUrl(call, name, token) } };
      }),
    ),
    route(
      'DELETE',
      `${repository}/forks/{login}`,
      inPlace(async (place, call) => {
        const account = github.store.ownerNamed(call.params['login'] ?? '');
        const found = account && github.store.repositoryNamed(account.id, place.repository.name);
        if (found?.forkOf !== place.repository.id) return NONE(call, 'fork');
        deleteFork(github, found);
        return { status: 204 };
      }),
    ),
  ];
}

/** A text is why GitHub does not do it. */
function shown(made: PullRequest | string, status: number): Answer {
  return typeof made === 'string' ? { status: 409, body: { message: made } } : { status, body: pullView(made) };
}

function pullView({ number, state, head, base, mergedAt }: PullRequest): Json {
  return { number, state, merged: mergedAt !== undefined, head_sha: head.sha, base: base.ref };
}
