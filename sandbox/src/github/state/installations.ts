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
export interface Hub {
  readonly appId: number;
  readonly store: Store;
  readonly clock: Clock;
  readonly send: (webhook: Webhook) => void;
}

/** The repository of an account of which nothing else is known. */
export const DEFAULT_REPOSITORY = 'app';

export function install(hub: Hub, wanted: NewInstallation, told: Announce): Installation | undefined {
  const { store } = hub;
  if (wanted.id !== undefined && store.installations.has(wanted.id)) return undefined;
  if (told.announce && store.installationOf(wanted.login) !== undefined) return undefined;
  const account = accountOf(wanted.login, wanted.type, wanted.accountId);
  const at = hub.clock();
  for (const past of supersededBy(store, account)) store.installations.set(past.id, uninstall(past, at) ?? past);
  for (const one of wanted.repositories ?? [{ name: DEFAULT_REPOSITORY }]) settleRepository(store, account, one);
  const id = wanted.id ?? newInstallationId(store);
  return keep(
    hub,
    'created',
    { id, account, state: 'active', permissions: wanted.permissions ?? APP_PERMISSIONS, createdAt: at, updatedAt: at },
    told,
  );
}

export type Transition = (one: Installation, at: number) => Installation | undefined;

export function change(
  hub: Hub,
  id: number,
  how: { action: InstallationAction; transition: Transition },
  told: Announce,
): Installation | undefined {
  const known = hub.store.installations.get(id);
  const next = known && how.transition(known, hub.clock());
  if (next === undefined) return undefined;
  if (next.state === 'deleted') forgetTokens(hub.store, id);
  return keep(hub, how.action, next, told);
}

export function renameAccount(hub: Hub, id: number, login: string, told: Announce): Installation | undefined {
  const known = hub.store.installations.get(id);
  const next = known && hub.store.installationOf(login) === undefined ? rename(known, login, hub.clock()) : undefined;
  if (known === undefined || next === undefined) return undefined;
  hub.store.installations.set(id, next);
  if (told.announce) hub.send(renamedWebhook(next, known.account.login));
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

function keep(hub: Hub, action: InstallationAction, next: Installation, told: Announce): Installation {
  hub.store.installations.set(next.id, next);
  if (told.announce) hub.send(installationWebhook(action, next, hub.appId, repositoriesOf(hub.store, next.account)));
  return next;
}

/**
 * An account has one installation of an App at most: one that is told of a new one has lost the earlier, heard of or
 * not.
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
