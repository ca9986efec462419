import { randomBytes } from 'node:crypto';
import type { GitHub } from '../github';
import type { Answer, Call, Handler } from '../../lib/http';
import type { Access } from '../state/model';
import { allows } from '../rest/tokens';
import { sendPushes, type PushedTo } from './pushes';

const PATH = /^\/([^/]+)\/([^/]+?)(?:\.git)?(\/info\/refs|\/git-upload-pack|\/git-receive-pack)$/;
const REFUSED: Answer = {
  status: 401,
  headers: { 'www-authenticate': 'Basic realm="GitHub"' },
  body: 'Repository not found.',
};
const NOT_FOUND: Answer = { status: 404, body: 'Repository not found.' };
const NO_WRITE: Answer = { status: 403, body: 'Write access to repository not granted.' };

/** Whether a path is git's, not the API's. */
export const isGitPath = (path: string): boolean => PATH.test(path);

/** A token of a person who owns the account: it may fetch and push there. */
export function grantPersonalToken(github: GitHub, accountId: number): string {
  const token = `ghp_${randomBytes(27).toString('base64url').replaceAll(/[-_]/g, '0')}`;
  github.store.personalTokens.set(token, accountId);
  return token;
}

/**
 * Clones, fetches and pushes. As at GitHub the password is a token, of a person or of an installation.
 * https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/authenticating-as-a-github-app-installation#about-authentication-as-a-github-app-installation
 */
export function createGitServer(github: GitHub): Handler {
  let last: Promise<unknown> = Promise.resolve();
  return async (call) => {
    const [, owner = '', name = '', rest = ''] = PATH.exec(call.path) ?? [];
    const place = placeOf(github, owner, name);
    const access = isPush(call, rest) ? 'write' : 'read';
    const answer = judge(github, call, place, access);
    if (answer !== undefined || place === undefined) return answer ?? NOT_FOUND;
    const { id } = place.repository;
    await github.git.create(id);
    const serve = (): Promise<Answer> => github.git.serve(id, rest, call, 'git');
    if (rest !== '/git-receive-pack') return serve();
    // One push after the other: which references a push changed is seen by what was there before.
    const push = last.then(() => sendPushes(github, place, serve));
    last = push.catch(() => undefined);
    return push;
  };
}

function isPush(call: Call, rest: string): boolean {
  return rest === '/git-receive-pack' || call.query.get('service') === 'git-receive-pack';
}

function placeOf({ store }: GitHub, login: string, name: string): PushedTo | undefined {
  const owner = store.ownerNamed(login);
  const repository = owner && store.repositoryNamed(owner.id, name);
  const installation = store.installationOf(login);
  return owner && repository && { owner, repository, ...(installation && { installation }) };
}

/** What refuses the call, or nothing. */
function judge(github: GitHub, call: Call, place: PushedTo | undefined, access: Access): Answer | undefined {
  const token = passwordOf(call);
  if (token === undefined) return place?.repository.public === true && access === 'read' ? undefined : REFUSED;
  const { store } = github;
  if (store.personalTokens.has(token))
    return place !== undefined && store.personalTokens.get(token) === place.repository.accountId
      ? undefined
      : NOT_FOUND;
  const granted = store.tokens.get(token);
  if (granted === undefined || granted.expiresAt <= github.clock()) return REFUSED;
  const isIts =
    place?.installation?.id === granted.installationId &&
    place.installation.state === 'active' &&
    granted.repositoryIds?.includes(place.repository.id) !== false;
  if (!isIts || !allows(granted.permissions, 'contents', 'read')) return NOT_FOUND;
  return allows(granted.permissions, 'contents', access) ? undefined : NO_WRITE;
}

function passwordOf(call: Call): string | undefined {
  const given = /^basic\s+(\S+)$/i.exec(call.headers.authorization ?? '')?.[1];
  return given === undefined ? undefined : Buffer.from(given, 'base64').toString().split(':').slice(1).join(':');
}
