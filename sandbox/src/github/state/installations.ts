import type { Account, AccountType, Clock, Installation, Permissions, Repository } from './model';
import { installationWebhook, renamedWebhook, type InstallationAction, type Webhook } from '../webhooks/payloads';
import { APP_PERMISSIONS } from '../rest/representations';
import { accountOf, type Store } from './store';
import { rename, uninstall } from './transitions';
import type { Announce } from '../scheduler/job-scheduler';

export interface NewInstallation {
  readonly login: string;
  readonly type: AccountType;
  readonly id?: number;
  readonly accountId?: number;
  readonly permissions?: Permissions;
  readonly repositories?: readonly { readonly name: string; readonly id?: number; readonly public?: boolean }[];
}

/** What every change of GitHub's state needs. */
export interface GitHubState {
  readonly appId: number;
  readonly store: Store;
  readonly clock: Clock;
  readonly send: (webhook: Webhook) => void;
}

/** The repository of an account of which nothing else is known. */
export const DEFAULT_REPOSITORY = 'app';

export function install(github: GitHubState, wanted: NewInstallation, options: Announce): Installation | undefined {
  const { store } = github;
  if (wanted.id !== undefined && store.installations.has(wanted.id)) return undefined;
  if (options.announce && store.installationOf(wanted.login) !== undefined) return undefined;
  const account = accountOf(wanted.login, wanted.type, wanted.accountId);
  const at = github.clock();
  for (const past of supersededBy(store, account)) store.installations.set(past.id, uninstall(past, at) ?? past);
  for (const one of wanted.repositories ?? [{ name: DEFAULT_REPOSITORY }]) settleRepository(store, account, one);
  const id = wanted.id ?? newInstallationId(store);
  return keep(
    github,
    'created',
    { id, account, state: 'active', permissions: wanted.permissions ?? APP_PERMISSIONS, createdAt: at, updatedAt: at },
    options,
  );
}

export type Transition = (one: Installation, at: number) => Installation | undefined;

export function change(
  github: GitHubState,
  id: number,
  how: { action: InstallationAction; transition: Transition },
  options: Announce,
): Installation | undefined {
  const known = github.store.installations.get(id);
  const next = known && how.transition(known, github.clock());
  if (next === undefined) return undefined;
  if (next.state === 'deleted') forgetTokens(github.store, id);
  return keep(github, how.action, next, options);
}

export function renameAccount(
  github: GitHubState,
  id: number,
  login: string,
  options: Announce,
): Installation | undefined {
  const known = github.store.installations.get(id);
  const next =
    known && github.store.installationOf(login) === undefined ? rename(known, login, github.clock()) : undefined;
  if (known === undefined || next === undefined) return undefined;
  github.store.installations.set(id, next);
  if (options.announce) github.send(renamedWebhook(next, known.account.login));
  return next;
}

export function repositoriesOf(store: Store, account: Account): readonly Repository[] {
  return [...store.repositories.values()].filter((one) => one.accountId === account.id);
}

/** A repository comes to be when something first speaks of it; saying that it is public or private changes it. */
export function settleRepository(
  store: Store,
  account: Account,
  wanted: { name: string; id?: number; public?: boolean },
): Repository {
  const known = store.repositoryNamed(account.id, wanted.name);
  const found: Repository = known ?? {
    id: wanted.id ?? store.nextId(),
    accountId: account.id,
    name: wanted.name,
    public: false,
  };
  const settled = { ...found, public: wanted.public ?? found.public };
  store.repositories.set(settled.id, settled);
  return settled;
}

function keep(github: GitHubState, action: InstallationAction, next: Installation, options: Announce): Installation {
  github.store.installations.set(next.id, next);
  if (options.announce)
    github.send(installationWebhook(action, next, github.appId, repositoriesOf(github.store, next.account)));
  return next;
}

/**
 * An account has at most one installation of an App: a new one replaces the earlier, even one whose deletion was never
 * announced.
 */
function supersededBy(store: Store, account: Account): readonly Installation[] {
  return [...store.installations.values()].filter((one) => one.account.id === account.id && one.state !== 'deleted');
}

function forgetTokens(store: Store, installationId: number): void {
  for (const [text, token] of store.tokens) if (token.installationId === installationId) store.tokens.delete(text);
}

/** Of today's size, eight digits; never one that was used before. */
function newInstallationId(store: Store): number {
  const id = 50_000_000 + (store.nextId() % 40_000_000);
  return store.installations.has(id) ? newInstallationId(store) : id;
}
