import type { PullRequest } from '@multi-tenant-runner/core';
import type { PullRequestsUnderTest, PullSide } from '../contracts/pull-requests.contract';
import { createInMemoryAppGitHub } from './app-github';

const PLACE = { installationId: 1_001, repository: 'acme/shop', repoId: 7 };
const FORK = 8;

/** People at work on pull requests of the in-memory GitHub. */
export function createInMemoryPulls(): PullRequestsUnderTest {
  const github = createInMemoryAppGitHub();
  const heads = new Map<string, string>();
  const events: object[] = [];
  let commits = 0;
  const repositoryOf = (side: PullSide): number => (side === 'own' ? PLACE.repoId : FORK);
  const keep = (number: number, action: string, pull: PullRequest): void => {
    github.pulls.set(number, pull);
    const { installationId, repoId } = PLACE;
    events.push({ action, number, installation: { id: installationId }, repository: { id: repoId } });
  };
  const openOf = (branch: string, side: PullSide) =>
    [...github.pulls].filter(([, one]) => one.isOpen && one.branch === branch && one.fromRepoId === repositoryOf(side));
  const close = (branch: string): void => {
    for (const [number, pull] of openOf(branch, 'own')) keep(number, 'closed', { ...pull, isOpen: false });
  };
  return {
    github,
    place: PLACE,
    push: async (branch, side = 'own') => {
      const commit = String((commits += 1)).padStart(40, 'c');
      heads.set(`${side} ${branch}`, commit);
      github.archives.set(commit, new Uint8Array(1));
      for (const [number, pull] of openOf(branch, side)) keep(number, 'synchronize', { ...pull, commit });
      return commit;
    },
    merge: async (branch) => close(branch),
    deleteBranch: async (branch) => close(branch),
    deleteFork: async () => {
      for (const [number, { fromRepoId, ...pull }] of github.pulls)
        if (fromRepoId === FORK) github.pulls.set(number, pull);
    },
    open: async (branch, { side = 'own', base = 'main' } = {}) => {
      const number = github.pulls.size + 1;
      const commit = heads.get(`${side} ${branch}`) ?? '';
      keep(number, 'opened', { isOpen: true, commit, branch, base, fromRepoId: repositoryOf(side) });
      return number;
    },
    change: async (number, { state, base }) => {
      const pull = github.pulls.get(number);
      if (pull === undefined) throw new Error(`There is no pull request ${number}`);
      if (base !== undefined) return keep(number, 'edited', { ...pull, base });
      return keep(number, state === 'closed' ? 'closed' : 'reopened', { ...pull, isOpen: state === 'open' });
    },
    heard: async () => events,
  };
}
