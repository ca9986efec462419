import { route, type Route } from '../../lib/http';
import type { Json } from '../../lib/json';
import type { GitHub } from '../github';
import { timestamp } from '../state/model';
import { asInstallation } from './access';
import { nodeId, userJson } from './representations';

const DAY_MS = 86_400_000;
const REPOSITORY = 'actions/runner';
/** Newest first, with the days since: GitHub publishes about one a month. */
const RELEASES: readonly (readonly [string, number])[] = [
  ['2.336.0', 9],
  ['2.335.0', 38],
  ['2.334.0', 71],
];

/** https://docs.github.com/en/rest/releases/releases#list-releases of GitHub's own runner, for any token. */
export function releaseRoutes(github: GitHub, api: () => string): readonly Route[] {
  return [
    route('GET', `/repos/${REPOSITORY}/releases`, (call) => {
      const allowed = asInstallation(call.headers, github.store, github.clock());
      if (!allowed.ok) return allowed.answer;
      const at = (days: number): string => timestamp(github.startedAt - days * DAY_MS);
      return { status: 200, body: RELEASES.map(([version, days]) => releaseJson(version, at(days), api())) };
    }),
  ];
}

function releaseJson(version: string, publishedAt: string, api: string): Json {
  const tag = `v${version}`;
  const id = Number(version.replaceAll('.', ''));
  const url = `${api}/repos/${REPOSITORY}/releases/${id}`;
  return {
    url,
    assets_url: `${url}/assets`,
    upload_url: `${url}/assets{?name,label}`,
    html_url: `https://github.com/${REPOSITORY}/releases/tag/${tag}`,
    id,
    author: userJson({ id: 9_000_002, login: 'github-actions', type: 'User' }, api),
    node_id: nodeId('Release', id),
    tag_name: tag,
    target_commitish: 'main',
    name: tag,
    draft: false,
    prerelease: false,
    created_at: publishedAt,
    published_at: publishedAt,
    assets: [],
    tarball_url: `${api}/repos/${REPOSITORY}/tarball/${tag}`,
    zipball_url: `${api}/repos/${REPOSITORY}/zipball/${tag}`,
    body: '',
  };
}
