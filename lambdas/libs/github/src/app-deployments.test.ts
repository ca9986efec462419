import { scriptGitHub, type ScriptedAnswer } from '../test/scripted-github';
import { createAppGitHub } from './app-deployments';

const PLACE = { installationId: 1_001, repository: 'acme/shop', repoId: 7 };
const [FIRST, SECOND] = ['a'.repeat(40), 'b'.repeat(40)] as const;
const SHA = { 'content-type': 'application/vnd.github.sha; charset=utf-8' };
const github = (answers: Readonly<Record<string, ScriptedAnswer>>) => {
  const scripted = scriptGitHub(answers);
  return { ...scripted, app: createAppGitHub(scripted.deps) };
};
const COMMITS = 'GET /repos/acme/shop/commits/heads%2Fmain';
const ACTIVITY = 'GET /repos/acme/shop/activity';

describe('the commit of a branch', () => {
  it.each([
    ['is what GitHub says', { headers: SHA, body: FIRST }, { kind: 'found', commit: FIRST }],
    ['is the known one', { status: 304 }, { kind: 'same' }],
    ['is none without the branch', { status: 422, body: { message: 'No commit found' } }, { kind: 'found' }],
    ['is not what is no commit', { headers: SHA, body: 'a page of a proxy' }, { kind: 'unavailable' }],
  ] as const)('%s', async (_what, answer, expected) => {
    expect(await github({ [COMMITS]: answer }).app.head(PLACE, 'main', FIRST)).toMatchObject(expected);
  });
});

describe('the last move of a branch', () => {
  const move = { before: FIRST, after: SECOND, timestamp: '2026-01-15T12:00:00Z', activity_type: 'push' };
  it.each([
    ['has GitHub’s time', [move], { before: FIRST, after: SECOND, at: new Date('2026-01-15T12:00:00Z') }],
    ['has nothing before the first', [{ ...move, before: '0'.repeat(40) }], { after: SECOND, at: expect.any(Date) }],
    ['is unknown where GitHub lists none', [], undefined],
    ['is unknown without a time', [{ ...move, timestamp: 'lately' }], undefined],
  ] as const)('%s', async (_what, body, expected) => {
    const { app, calls } = github({ [ACTIVITY]: { body } });
    const answer = await app.lastMove(PLACE, 'main');
    expect(answer).toEqual({ kind: 'found', ...(expected && { move: expected }) });
    expect(calls.map(({ call }) => call)).toEqual([`${ACTIVITY}?ref=refs%2Fheads%2Fmain&per_page=1`]);
  });

  it('is no answer where GitHub has no such list', async () => {
    const { app } = github({ [ACTIVITY]: { status: 404, body: { message: 'Not Found' } } });
    expect(await app.lastMove(PLACE, 'main')).toMatchObject({ kind: 'refused', status: 404 });
  });
});

const PULL = { state: 'open', head: { sha: SECOND, ref: 'feature', repo: { id: 7 } }, base: { ref: 'main' } };

/** https://docs.github.com/en/rest/pulls/pulls#get-a-pull-request */
describe('a pull request', () => {
  const ask = (answer: ScriptedAnswer) => github({ 'GET /repos/acme/shop/pulls/7': answer }).app.pull(PLACE, 7);

  it('is what GitHub says that it is now', async () => {
    const pull = { isOpen: true, commit: SECOND, branch: 'feature', base: 'main', fromRepoId: 7 };
    expect(await ask({ body: PULL })).toEqual({ kind: 'found', pull });
    const closed = { ...PULL, state: 'closed', merged: true };
    expect(await ask({ body: closed })).toMatchObject({ pull: { isOpen: false } });
  });

  it('of a fork names that, and of one that is gone names no repository', async () => {
    const fork = { ...PULL, head: { ...PULL.head, repo: { id: 8, fork: true } } };
    expect(await ask({ body: fork })).toMatchObject({ pull: { fromRepoId: 8 } });
    const gone = await ask({ body: { ...PULL, head: { ...PULL.head, repo: null } } });
    expect(gone.kind === 'found' && gone.pull).not.toHaveProperty('fromRepoId');
  });

  it('that is none is told from a GitHub that does not say', async () => {
    expect(await ask({ status: 404, body: { message: 'Not Found' } })).toEqual({ kind: 'found' });
    expect(await ask({ status: 403, body: { message: 'Resource not accessible by integration' } })).toMatchObject({
      kind: 'refused',
    });
    expect(await ask({ status: 502, body: {} })).toMatchObject({ kind: 'unavailable' });
    expect(await ask({ body: { state: 'open' } })).toMatchObject({ kind: 'unavailable' });
  });
});

/** https://docs.github.com/en/rest/repos/contents#get-repository-content */
test('a file of a commit is its text, and anything else is none', async () => {
  const path = `GET /repos/acme/shop/contents/.mtr/app.json?ref=${SECOND}`;
  const read = (answer: ScriptedAnswer) => github({ [path]: answer }).app.file(PLACE, SECOND, '.mtr/app.json');
  const file = { type: 'file', encoding: 'base64', content: Buffer.from('{"name":"shop"}').toString('base64') };
  expect(await read({ body: file })).toEqual({ kind: 'found', text: '{"name":"shop"}' });
  for (const other of [[file], { ...file, type: 'symlink' }, { ...file, encoding: 'none', content: '' }])
    expect(await read({ body: other })).toEqual({ kind: 'found' });
  expect(await read({ status: 404, body: { message: 'Not Found' } })).toEqual({ kind: 'found' });
  expect(await read({ status: 403, body: { message: 'no' } })).toMatchObject({ kind: 'refused' });
});

/** https://docs.github.com/en/rest/deployments/deployments#list-deployments */
test('a deployment of a commit in an environment is found, or none', async () => {
  const path = `GET /repos/acme/shop/deployments?sha=${SECOND}&environment=pr-7--shop&per_page=1`;
  const find = (body: unknown) =>
    github({ [path]: { body } }).app.findDeployment(PLACE, { commit: SECOND, environment: 'pr-7--shop' });
  expect(await find([{ id: 42 }])).toEqual({ kind: 'found', id: 42 });
  expect(await find([])).toEqual({ kind: 'found' });
});
