import { route, type Route } from '../../lib/http';
import { pullsOf } from '../git/pull-requests';
import type { GitHub } from '../github';
import type { PullRequest } from '../state/pull-request';
import { pullJson } from '../webhooks/pull-request';
import { NOT_FOUND } from './access';
import { inPlace } from './in-repository';
import { listed } from './paged';

const READ = { permission: 'pull_requests', access: 'read' } as const;
const BASE = '/repos/{owner}/{repo}/pulls';

/** What an App may read of pull requests. https://docs.github.com/en/rest/pulls/pulls */
export function pullRoutes(github: GitHub, api: () => string): readonly Route[] {
  const { store } = github;
  const labelOf = ({ head }: PullRequest): string => `${store.ownerOf(head.accountId)?.login ?? ''}:${head.ref}`;
  return [
    route(
      'GET',
      BASE,
      inPlace(github, READ, (call, { repository }) => {
        const [state, head, base] = ['state', 'head', 'base'].map((name) => call.query.get(name));
        const isWanted = (pull: PullRequest): boolean =>
          (state === 'all' || pull.state === (state ?? 'open')) &&
          (!head || labelOf(pull) === head) &&
          (!base || pull.base.ref === base);
        const found = pullsOf(github, repository).filter(isWanted).reverse();
        return listed(
          call,
          found.map((pull) => pullJson(store, pull, 'listed', api())),
        );
      }),
    ),
    route(
      'GET',
      `${BASE}/{pull_number}`,
      inPlace(github, READ, (call, { repository }) => {
        const wanted = Number(call.params['pull_number']);
        const found = pullsOf(github, repository).find(({ number }) => number === wanted);
        return found === undefined ? NOT_FOUND : { status: 200, body: pullJson(store, found, 'whole', api()) };
      }),
    ),
  ];
}
