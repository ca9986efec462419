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
