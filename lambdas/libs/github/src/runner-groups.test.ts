import { MINUTE } from '@multi-tenant-runner/core';
import { scriptGitHub } from '../test/scripted-github';
import { createGitHub } from './github';

const ORG = { installationId: 1001, owner: 'acme', scope: 'org' } as const;
const groups = (...names: readonly [number, string][]) => ({
  body: { total_count: names.length, runner_groups: names.map(([id, name]) => ({ id, name, visibility: 'selected' })) },
});
const VISIBLE = 'GET /orgs/acme/actions/runner-groups?per_page=100&page=1&visible_to_repository=app';
const ALL = 'GET /orgs/acme/actions/runner-groups?per_page=100&page=1';

describe('a runner group', () => {
  it('has the id that its name has in this organisation', async () => {
    const { deps, calls } = scriptGitHub({ [VISIBLE]: groups([1, 'Default'], [42, 'Builders']) });
    await expect(createGitHub(deps).findRunnerGroup(ORG, 'builders', 'app')).resolves.toEqual({
      ...{ kind: 'found', groupId: 42, isForAll: false, isNews: true },
    });
    expect(calls).toEqual([{ call: VISIBLE, authorization: 'Bearer ghs_1' }]);
  });

  it.each<[string, string | number, string]>([
    ['that is there but leaves the repository out', 'Builders', 'leaves-out'],
    ['of that id that leaves the repository out', 42, 'leaves-out'],
    ['that the organisation does not have', 'Other', 'none'],
  ])('%s is told apart: %s', async (_what, wanted, kind) => {
    const { deps } = scriptGitHub({
      [VISIBLE]: groups([1, 'Default']),
      [ALL]: groups([1, 'Default'], [42, 'Builders']),
    });
    await expect(createGitHub(deps).findRunnerGroup(ORG, wanted, 'app')).resolves.toEqual({ kind });
  });

  it('is looked for on every page', async () => {
    const full = Array.from({ length: 100 }, (_, index): [number, string] => [index + 1, `group ${index}`]);
    const { deps } = scriptGitHub({
      [VISIBLE]: groups(...full),
      [VISIBLE.replace('page=1&v', 'page=2&v')]: groups([142, 'Builders']),
    });
    await expect(createGitHub(deps).findRunnerGroup(ORG, 'Builders', 'app')).resolves.toEqual({
      ...{ kind: 'found', groupId: 142, isForAll: false, isNews: true },
    });
  });

  it('that was found is asked for again after five minutes, one that was not at once', async () => {
    const { deps, calls, clock } = scriptGitHub({ [VISIBLE]: groups([1, 'Default']), [ALL]: groups([1, 'Default']) });
    const github = createGitHub(deps);
    for (let ask = 0; ask < 3; ask += 1) await github.findRunnerGroup(ORG, 1, 'app');
    expect(calls).toHaveLength(1);
    clock.advance(6 * MINUTE);
    await github.findRunnerGroup(ORG, 1, 'app');
    expect(calls).toHaveLength(2);
    for (let ask = 0; ask < 2; ask += 1) await github.findRunnerGroup(ORG, 'Builders', 'app');
    expect(calls).toHaveLength(6);
  });

  it.each([
    ['all', false, true],
    ['private', false, true],
    ['selected', false, false],
    ['all', true, false],
  ])('is for every private repository or not: %s, inherited: %s', async (visibility, inherited, isForAll) => {
    const { deps } = scriptGitHub({
      [VISIBLE]: { body: { total_count: 1, runner_groups: [{ id: 42, name: 'Builders', visibility, inherited }] } },
    });
    const found = createGitHub(deps).findRunnerGroup(ORG, 'Builders', 'app');
    await expect(found).resolves.toMatchObject({ groupId: 42, isForAll });
  });

  it('is asked for once by all that look for it at once, and news to one of them', async () => {
    const { deps, calls } = scriptGitHub({ [VISIBLE]: groups([42, 'Builders']) });
    const github = createGitHub(deps);
    const found = await Promise.all([1, 2, 3].map(() => github.findRunnerGroup(ORG, 'Builders', 'app')));
    expect(found.map((one) => one.kind === 'found' && [one.groupId, one.isNews])).toEqual([
      [42, true],
      [42, false],
      [42, false],
    ]);
    expect(calls).toHaveLength(1);
  });
});
