import { randomBytes } from 'node:crypto';
import { route, type Answer, type Call, type Handler, type Route } from '../../lib/http';
import type { Json } from '../../lib/json';
import { commitNamed, readCommit, type Commit } from '../git/commits';
import type { GitHub } from '../github';
import { timestamp } from '../state/model';
import { NOT_FOUND, refusal } from './access';
import { inPlace, type Place } from './in-repository';
import { nodeId } from './representations';

/** Where archives are, as codeload.github.com. */
export const CODELOAD_PREFIX = '/_codeload';
/** https://docs.github.com/en/rest/repos/contents#download-a-repository-archive-zip */
const LINK_MS = 5 * 60_000;
const READ = { permission: 'contents', access: 'read' } as const;
const FORMATS = { zip: 'zip', tar: 'tar.gz' } as const;
type Kind = keyof typeof FORMATS;

interface Link {
  readonly place: Place;
  readonly sha: string;
  readonly kind: Kind;
  readonly until: number;
}

/** What a repository holds: its archive, its files, its commits. */
export function contentRoutes(github: GitHub, api: () => string, links: Map<string, Link>): readonly Route[] {
  const archive = (kind: Kind): Handler =>
    inPlace(github, READ, async (call, place) => {
      const sha = await commitNamed(github.git, place.repository.id, call.params['ref'] ?? 'main');
      if (sha === undefined) return NOT_FOUND;
      const token = randomBytes(20).toString('hex');
      links.set(token, { place, sha, kind, until: github.clock() + LINK_MS });
      const path = `${place.owner.login}/${place.repository.name}/legacy.${FORMATS[kind]}/${sha}`;
      return { status: 302, headers: { location: `${api()}${CODELOAD_PREFIX}/${path}?token=${token}` } };
    });
  return [
    route('GET', '/repos/{owner}/{repo}/zipball', archive('zip')),
    route('GET', '/repos/{owner}/{repo}/zipball/{+ref}', archive('zip')),
    route('GET', '/repos/{owner}/{repo}/tarball', archive('tar')),
    route('GET', '/repos/{owner}/{repo}/tarball/{+ref}', archive('tar')),
    route(
      'GET',
      '/repos/{owner}/{repo}/contents/{+path}',
      inPlace(github, READ, (call, place) => showContent(github, call, place, api())),
    ),
    route(
      'GET',
      '/repos/{owner}/{repo}/activity',
      inPlace(github, READ, async (call, place) => movesOf(github, call, place)),
    ),
    route(
      'GET',
      '/repos/{owner}/{repo}/commits/{+ref}',
      inPlace(github, READ, async (call, place) => {
        const commit = await readCommit(github.git, place.repository.id, call.params['ref'] ?? '');
        if (commit === undefined) return refusal(422, `No commit found for SHA: ${call.params['ref'] ?? ''}`);
        if (/\.sha\b/.test(call.headers.accept ?? '')) return shaOnly(commit.sha, call);
        return { status: 200, body: commitJson(commit, repositoryUrl(place, api()), place) };
      }),
    ),
  ];
}

/** The commit is its own ETag. */
function shaOnly(sha: string, { headers }: Call): Answer {
  const etag = `"${sha}"`;
  if (headers['if-none-match'] === etag) return { status: 304, headers: { etag } };
  return { status: 200, headers: { etag, 'content-type': 'application/vnd.github.sha; charset=utf-8' }, body: sha };
}

/** Newest first. https://docs.github.com/en/rest/repos/repos#list-repository-activities */
function movesOf(github: GitHub, { query }: Call, { repository }: Place): Answer {
  const ref = (query.get('ref') ?? '').replace(/^(?!refs\/)/, 'refs/heads/');
  const moves = (github.moves.get(repository.id) ?? []).filter((move) => ref === 'refs/heads/' || move.ref === ref);
  const body = [...moves].reverse().slice(0, Number(query.get('per_page') ?? 30));
  return { status: 200, body: body.map(({ at, ...move }) => ({ ...move, timestamp: timestamp(at) })) };
}

/** The archive behind a link, for whoever has the link. Its one folder is named `owner-repo-commit`. */
export function createCodeload(github: GitHub, links: ReadonlyMap<string, Link>): Handler {
  return async (call) => {
    const link = links.get(call.query.get('token') ?? '');
    if (link === undefined || link.until <= github.clock()) return { status: 404, body: 'Not Found' };
    const { owner, repository } = link.place;
    const folder = `${owner.login}-${repository.name}-${link.sha.slice(0, 7)}`;
    const words = ['archive', `--format=${FORMATS[link.kind]}`, `--prefix=${folder}/`, link.sha];
    const body = await github.git.run(repository.id, ...words);
    if (body === undefined) return { status: 404, body: 'Not Found' };
    return {
      status: 200,
      headers: {
        'content-type': link.kind === 'zip' ? 'application/zip' : 'application/x-gzip',
        'content-disposition': `attachment; filename=${folder}.${FORMATS[link.kind]}`,
      },
      body,
    };
  };
}

/** https://docs.github.com/en/rest/repos/contents#get-repository-content */
async function showContent(github: GitHub, call: Call, place: Place, api: string): Promise<Answer> {
  const { id } = place.repository;
  const path = (call.params['path'] ?? '').replace(/\/+$/, '');
  const ref = call.query.get('ref') ?? 'main';
  const sha = await commitNamed(github.git, id, ref);
  const listed = sha === undefined ? undefined : await github.git.run(id, 'ls-tree', '--long', '-z', sha, '--', path);
  const [entry] = entriesOf(listed);
  if (sha === undefined || entry === undefined) return NOT_FOUND;
  const describe = (one: Entry): Json => entryJson(one, ref, place, api);
  if (entry.kind === 'tree') {
    const inside = await github.git.run(id, 'ls-tree', '--long', '-z', sha, '--', `${path}/`);
    return { status: 200, body: entriesOf(inside).map(describe) };
  }
  const bytes = await github.git.run(id, 'cat-file', 'blob', entry.sha);
  if (/[.+]raw\b/.test(call.headers.accept ?? '')) return { status: 200, body: bytes };
  // GitHub breaks the text after 60 characters.
  const content = (bytes?.toString('base64') ?? '').replaceAll(/(.{1,60})/g, '$1\n');
  return { status: 200, body: { ...describe(entry), encoding: 'base64', content } };
}

interface Entry {
  readonly kind: string;
  readonly sha: string;
  readonly size: number;
  readonly path: string;
}

function entriesOf(listed: Buffer | undefined): readonly Entry[] {
  const records = (listed?.toString() ?? '').split('\0').filter((one) => one !== '');
  return records.map((record) => {
    const [head = '', path = ''] = record.split('\t');
    const [, kind = '', sha = '', size = ''] = head.split(/ +/);
    return { kind, sha, size: Number(size) || 0, path };
  });
}

const repositoryUrl = ({ owner, repository }: Place, api: string): string =>
  `${api}/repos/${owner.login}/${repository.name}`;

function entryJson(entry: Entry, ref: string, place: Place, api: string): Json {
  const base = repositoryUrl(place, api);
  const url = `${base}/contents/${entry.path}?ref=${ref}`;
  const isFile = entry.kind === 'blob';
  const git_url = `${base}/git/${isFile ? 'blobs' : 'trees'}/${entry.sha}`;
  const web = `https://github.com/${place.owner.login}/${place.repository.name}`;
  const html_url = `${web}/${isFile ? 'blob' : 'tree'}/${ref}/${entry.path}`;
  return {
    type: isFile ? 'file' : 'dir',
    name: entry.path.split('/').at(-1),
    path: entry.path,
    sha: entry.sha,
    size: entry.size,
    url,
    git_url,
    html_url,
    download_url: isFile ? `${web}/raw/${ref}/${entry.path}` : null,
    _links: { self: url, git: git_url, html: html_url },
  };
}

function commitJson(commit: Commit, base: string, { owner, repository }: Place): Json {
  const web = `https://github.com/${owner.login}/${repository.name}`;
  const url = `${base}/commits/${commit.sha}`;
  const person = (one: Commit['author']): Json => ({
    name: one.name,
    email: one.email,
    date: timestamp(Date.parse(one.date)),
  });
  return {
    url,
    sha: commit.sha,
    node_id: nodeId('Commit', repository.id),
    html_url: `${web}/commit/${commit.sha}`,
    comments_url: `${url}/comments`,
    commit: {
      url: `${base}/git/commits/${commit.sha}`,
      author: person(commit.author),
      committer: person(commit.committer),
      message: commit.message,
      comment_count: 0,
      tree: { sha: commit.tree, url: `${base}/git/trees/${commit.tree}` },
    },
    author: null,
    committer: null,
    parents: commit.parents.map((sha) => ({ sha, url: `${base}/commits/${sha}`, html_url: `${web}/commit/${sha}` })),
  };
}
