import type { GitHub } from '../github';
import type { Place } from '../rest/in-repository';
import type { Account, Repository } from '../state/model';
import type { PullRequest } from '../state/pull-request';
import { pullWebhook, type PullNews } from '../webhooks/pull-request';
import { commitNamed } from './commits';

export const NO_COMMIT = '0'.repeat(40);

export interface NewPull {
  readonly title: string;
  /** A branch, or `login:branch` of a fork. */
  readonly head: string;
  readonly base: string;
}

export interface PullChange {
  readonly state?: 'open' | 'closed';
  readonly base?: string;
}

/**
 * Opens a pull request: from a branch of the repository, or of a fork of it. Its commit is here from then on, as
 * `refs/pull/<number>/head`. A text says why GitHub opens none.
 *
 * https://docs.github.com/en/rest/pulls/pulls#create-a-pull-request
 */
export async function openPull(github: GitHub, place: Place, wanted: NewPull): Promise<PullRequest | string> {
  const { store, git } = github;
  const { owner, repository } = place;
  const [ref = '', login = owner.login] = wanted.head.split(/:(.*)/s).filter(Boolean).reverse();
  const from = headOf(github, place, login);
  const sha = from && (await commitNamed(git, from.id, `refs/heads/${ref}`));
  if (from === undefined || sha === undefined) return 'Validation Failed: head is invalid';
  const baseSha = await commitNamed(git, repository.id, `refs/heads/${wanted.base}`);
  if (baseSha === undefined) return 'Validation Failed: base is invalid';
  const standing = pullsOf(github, repository).filter(
    (one) => isOf(one, from.id, ref) && one.base.ref === wanted.base && one.state === 'open',
  );
  if (standing.length > 0) return `A pull request already exists for ${login}:${ref}.`;
  await takeCommit(github, repository, from.id, ref);
  const ahead = await git.run(repository.id, 'rev-list', '--max-count=1', sha, `^${baseSha}`);
  if (ahead?.toString().trim() === '') return `No commits between ${wanted.base} and ${ref}`;
  const at = github.clock();
  const pull: PullRequest = {
    id: store.nextId(),
    number: pullsOf(github, repository).length + 1,
    repositoryId: repository.id,
    title: wanted.title,
    head: { accountId: from.accountId, repositoryId: from.id, ref, sha },
    base: { ref: wanted.base, sha: baseSha },
    state: 'open',
    createdAt: at,
    updatedAt: at,
  };
  await keep(github, pull, { action: 'opened' });
  return pull;
}

/**
 * Closes it, opens it again, or has it merged into another branch. A text says why GitHub does not.
 *
 * https://docs.github.com/en/rest/pulls/pulls#update-a-pull-request
 */
export async function changePull(github: GitHub, pull: PullRequest, to: PullChange): Promise<PullRequest | string> {
  if (to.base !== undefined && to.base !== pull.base.ref) {
    if (pull.state === 'closed') return 'Cannot change the base branch of a closed pull request.';
    const sha = await commitNamed(github.git, pull.repositoryId, `refs/heads/${to.base}`);
    if (sha === undefined) return 'Validation Failed: base is invalid';
    const { ref, sha: before } = pull.base;
    const changes = { base: { ref: { from: ref }, sha: { from: before } } };
    return keep(github, { ...pull, base: { ref: to.base, sha } }, { action: 'edited', changes });
  }
  if (to.state === undefined || to.state === pull.state) return pull;
  return to.state === 'closed' ? close(github, pull) : reopen(github, pull);
}

/** A push moves, closes or merges the pull requests of the branch, and those into it. */
export async function followPush(
  github: GitHub,
  { repository }: { readonly repository: Repository },
  { ref: full, before, after }: { readonly ref: string; readonly before: string; readonly after: string },
): Promise<void> {
  if (!full.startsWith('refs/heads/')) return;
  const ref = full.slice('refs/heads/'.length);
  const isGone = after === NO_COMMIT;
  const open = (): readonly PullRequest[] => [...github.store.pulls.values()].filter(({ state }) => state === 'open');
  for (const pull of open().filter((one) => isOf(one, repository.id, ref))) {
    if (isGone) await close(github, pull);
    else await move(github, pull, { before, after });
  }
  for (const pull of open().filter((one) => one.repositoryId === repository.id && one.base.ref === ref)) {
    if (isGone) await close(github, pull);
    // Merged by hand: https://docs.github.com/en/pull-requests/collaborating-with-pull-requests/incorporating-changes-from-a-pull-request/about-pull-request-merges#indirect-merges
    else if (await isAncestor(github, repository.id, pull.head.sha, after)) await close(github, pull, after);
  }
}

/** A copy of a repository with all its branches, of an account that need not have the App. */
export async function fork(github: GitHub, { repository }: Place, account: Account): Promise<Repository | undefined> {
  const { store, git } = github;
  if (store.repositoryNamed(account.id, repository.name) !== undefined) return undefined;
  if (store.ownerOf(account.id) === undefined) store.outsiders.set(account.id, account);
  const { name, public: isPublic } = repository;
  const made = { id: store.nextId(), accountId: account.id, name, public: isPublic, forkOf: repository.id };
  store.repositories.set(made.id, made);
  await git.create(made.id);
  await git.take(made.id, repository.id, '+refs/heads/*:refs/heads/*');
  return made;
}

/** Its pull requests stay open, and name no repository: https://github.com/github/rest-api-description/issues/161 */
export function deleteFork({ store }: GitHub, { id }: Repository): void {
  store.repositories.delete(id);
  for (const pull of store.pulls.values()) {
    const { repositoryId, ...head } = pull.head;
    if (repositoryId === id) store.pulls.set(pull.id, { ...pull, head });
  }
}

export function pullsOf({ store }: GitHub, { id }: Repository): readonly PullRequest[] {
  return [...store.pulls.values()].filter(({ repositoryId }) => repositoryId === id);
}

const isOf = ({ head }: PullRequest, repositoryId: number, ref: string): boolean =>
  head.repositoryId === repositoryId && head.ref === ref;

function headOf({ store }: GitHub, { owner, repository }: Place, login: string): Repository | undefined {
  const account = store.ownerNamed(login);
  if (account?.id === owner.id) return repository;
  return [...store.repositories.values()].find((one) => one.accountId === account?.id && one.forkOf === repository.id);
}

async function takeCommit(github: GitHub, { id }: Pick<Repository, 'id'>, from: number, ref: string): Promise<void> {
  if (from !== id) await github.git.take(id, from, `refs/heads/${ref}`);
}

async function move(github: GitHub, pull: PullRequest, { before, after }: { before: string; after: string }) {
  const from = pull.head.repositoryId ?? pull.repositoryId;
  await takeCommit(github, { id: pull.repositoryId }, from, pull.head.ref);
  const head = { ...pull.head, sha: after };
  return keep(github, { ...pull, head }, { action: 'synchronize', before, after });
}

function close(github: GitHub, pull: PullRequest, mergedAs?: string): Promise<PullRequest> {
  const at = github.clock();
  const merged = mergedAs === undefined ? {} : { mergedAt: at, mergedAs };
  return keep(github, { ...pull, state: 'closed', closedAt: at, ...merged }, { action: 'closed' });
}

/** Never one that was merged, or whose branch is gone or another by now. */
async function reopen(github: GitHub, pull: PullRequest): Promise<PullRequest | string> {
  const { ref, sha: before, repositoryId } = pull.head;
  if (pull.mergedAt !== undefined) return 'state cannot be changed. The pull request was merged.';
  const sha = repositoryId && (await commitNamed(github.git, repositoryId, `refs/heads/${ref}`));
  if (!sha || repositoryId === undefined) return `state cannot be changed. The ${ref} branch has been deleted.`;
  if (!(await isAncestor(github, repositoryId, before, sha)))
    return `state cannot be changed. The ${ref} branch was force-pushed or recreated.`;
  await takeCommit(github, { id: pull.repositoryId }, repositoryId, ref);
  const { closedAt: _closed, ...rest } = pull;
  return keep(github, { ...rest, state: 'open', head: { ...pull.head, sha } }, { action: 'reopened' });
}

const isAncestor = async ({ git }: GitHub, id: number, one: string, other: string): Promise<boolean> =>
  (await git.run(id, 'merge-base', '--is-ancestor', one, other)) !== undefined;

async function keep(github: GitHub, changed: PullRequest, news: PullNews): Promise<PullRequest> {
  const { store, git } = github;
  const pull = { ...changed, updatedAt: github.clock() };
  store.pulls.set(pull.id, pull);
  await git.run(pull.repositoryId, 'update-ref', `refs/pull/${pull.number}/head`, pull.head.sha);
  const webhook = pullWebhook(store, pull, news);
  if (webhook !== undefined) github.send(webhook);
  return pull;
}
