import { parsePullEvent, type AppGitHub, type RepositoryPlace } from '@multi-tenant-runner/core';

export type PullSide = 'own' | 'fork';

export interface PullRequestsUnderTest {
  readonly github: Pick<AppGitHub, 'pull' | 'archive'>;
  /** A repository with branches `main` and `next`. */
  readonly place: RepositoryPlace;
  /** A new commit on a branch of the repository, or of a fork of it. */
  push(branch: string, side?: PullSide): Promise<string>;
  /** The branch's commit becomes that of `main` as well. */
  merge(branch: string): Promise<void>;
  deleteBranch(branch: string): Promise<void>;
  deleteFork(): Promise<void>;
  /** Answers the number. */
  open(branch: string, options?: { readonly side?: PullSide; readonly base?: string }): Promise<number>;
  change(number: number, to: { readonly state?: 'open' | 'closed'; readonly base?: string }): Promise<void>;
  /** The details of GitHub's events of pull requests so far. */
  heard(): Promise<readonly unknown[]>;
}

/** Pull requests at GitHub: what one is now is asked for, and each change of it is heard of as a reason to ask. */
export function pullRequestsContract(make: () => Promise<PullRequestsUnderTest>): void {
  let under: PullRequestsUnderTest;
  beforeEach(async () => (under = await make()));
  const look = async (number: number) => {
    const answer = await under.github.pull(under.place, number);
    if (answer.kind !== 'found') throw new Error(`GitHub does not say: ${JSON.stringify(answer)}`);
    return answer.pull;
  };
  const actions = async (): Promise<readonly unknown[]> =>
    (await under.heard()).map((detail) => (detail as { readonly action: unknown }).action);

  it('is of a branch of the repository, and its commit is to be had', async () => {
    const { github, place } = under;
    const commit = await under.push('feature');
    const number = await under.open('feature');
    const { repoId: fromRepoId } = place;
    expect(await look(number)).toEqual({ isOpen: true, commit, branch: 'feature', base: 'main', fromRepoId });
    expect((await under.heard()).map(parsePullEvent)).toEqual([
      { ok: true, value: { installationId: place.installationId, repoId: place.repoId, number } },
    ]);
    expect(await github.archive(place, commit, 1_000_000)).toMatchObject({ kind: 'archive' });
  });

  it('moves with its branch, and says so', async () => {
    await under.push('feature');
    const number = await under.open('feature');
    const second = await under.push('feature');
    expect(await look(number)).toMatchObject({ commit: second });
    expect(await actions()).toEqual(['opened', 'synchronize']);
  });

  it('of a fork names that repository, whatever its branch is called, and none once the fork is deleted', async () => {
    const commit = await under.push('main', 'fork');
    const number = await under.open('main', { side: 'fork' });
    const pull = await look(number);
    expect(pull).toMatchObject({ isOpen: true, commit, branch: 'main', base: 'main' });
    expect(pull?.fromRepoId).toEqual(expect.any(Number));
    expect(pull?.fromRepoId).not.toBe(under.place.repoId);
    await under.deleteFork();
    expect(await look(number)).toEqual({ isOpen: true, commit, branch: 'main', base: 'main' });
  });

  it('is closed and opened again, each of which is heard', async () => {
    await under.push('feature');
    const number = await under.open('feature');
    await under.change(number, { state: 'closed' });
    expect(await look(number)).toMatchObject({ isOpen: false });
    await under.change(number, { state: 'open' });
    expect(await look(number)).toMatchObject({ isOpen: true });
    expect(await actions()).toEqual(['opened', 'closed', 'reopened']);
  });

  it('is to be merged into another branch from then on', async () => {
    await under.push('feature');
    const number = await under.open('feature');
    await under.change(number, { base: 'next' });
    expect(await look(number)).toMatchObject({ isOpen: true, base: 'next' });
    expect(await actions()).toEqual(['opened', 'edited']);
  });

  it.each([
    ['its commit is in the branch that it is for', () => under.merge('feature')],
    ['its branch is gone', () => under.deleteBranch('feature')],
  ])('is closed once %s', async (_what, end) => {
    await under.push('feature');
    const number = await under.open('feature');
    await end();
    expect(await look(number)).toMatchObject({ isOpen: false });
    expect(await actions()).toEqual(['opened', 'closed']);
  });

  it('has a number of its own beside another of the same branch, with which it moves', async () => {
    await under.push('feature');
    const [one, other] = [await under.open('feature'), await under.open('feature', { base: 'next' })];
    expect(other).not.toBe(one);
    const commit = await under.push('feature');
    expect([await look(one), await look(other)]).toMatchObject([
      { commit, base: 'main' },
      { commit, base: 'next' },
    ]);
  });

  it('has a branch of whatever name git takes', async () => {
    for (const branch of ['heads/main', '$(id);x&y', 'a#b%2e', "it's-ünïcode"]) {
      const commit = await under.push(branch);
      expect(await look(await under.open(branch))).toMatchObject({ branch, commit });
    }
  });

  it('is none under a number that none has', async () => {
    expect(await look(7)).toBeUndefined();
  });
}
