import { createDeliveries, type Deliveries, type Transport } from './deliveries';
import type { Account, AccountType, Clock, Installation, Job, Permissions, Repository } from './model';
import { installationWebhook, jobWebhook, renamedWebhook, type InstallationAction, type Webhook } from './payloads';
import { APP_PERMISSIONS } from './representations';
import { accountOf, createStore, type Store } from './store';
import { rename, suspend, uninstall, unsuspend } from './transitions';
import { ALOUD, createWork, type Told, type Work, type WorkSettings } from './work';

export interface NewInstallation {
  readonly login: string;
  readonly type: AccountType;
  readonly id?: number;
  readonly accountId?: number;
  readonly permissions?: Permissions;
  readonly repositories?: readonly { readonly name: string; readonly id?: number; readonly public?: boolean }[];
}

export interface NewJob {
  readonly installationId: number;
  readonly labels: readonly string[];
  readonly repository?: string;
  readonly repositoryId?: number;
  readonly public?: boolean;
  /** Waits for an environment's approval: GitHub announces it as queued with the status waiting. */
  readonly gated?: boolean;
  readonly lengthMs?: number | null;
  readonly id?: number;
  readonly runId?: number;
  readonly name?: string;
  readonly queuedAt?: number;
}

export interface GitHub {
  readonly appId: number;
  readonly startedAt: number;
  readonly store: Store;
  readonly work: Work;
  readonly settings: WorkSettings;
  readonly deliveries: Deliveries;
  readonly clock: Clock;
  /** Undefined when the id is taken or the account already has an installation. */
  readonly install: (wanted: NewInstallation, told?: Told) => Installation | undefined;
  readonly suspend: (id: number, told?: Told) => Installation | undefined;
  readonly unsuspend: (id: number, told?: Told) => Installation | undefined;
  readonly uninstall: (id: number, told?: Told) => Installation | undefined;
  readonly rename: (id: number, login: string, told?: Told) => Installation | undefined;
  readonly queue: (wanted: NewJob, told?: Told) => Job | undefined;
}

export interface GitHubOptions {
  readonly appId: number;
  readonly webhookSecret: string;
  readonly webhookUrl: () => string;
  readonly clock?: Clock;
  readonly transport?: Transport;
}

const DEFAULT_REPOSITORY = 'app';

export function createGitHub(options: GitHubOptions): GitHub {
  const clock = options.clock ?? Date.now;
  const store = createStore();
  const settings: WorkSettings = { jobLengthMs: 3_000, lostRunnerMs: 15_000 };
  const deliveries = createDeliveries({
    appId: options.appId, secret: options.webhookSecret, url: options.webhookUrl, clock, nextId: store.nextId,
    ...(options.transport && { transport: options.transport }),
  });
  const send = (webhook: Webhook): void => {
    const installation = store.installations.get(webhook.installationId);
    // GitHub sends nothing else for an account that has suspended or removed the App.
    if (installation?.state !== 'active' && webhook.event !== 'installation') return;
    deliveries.send(webhook);
  };
  const jobContext = (job: Job): { job: Job; installation: Installation; repository: Repository } | undefined => {
    const installation = store.installations.get(job.installationId);
    const repository = store.repositories.get(job.repositoryId);
    return installation && repository ? { job, installation, repository } : undefined;
  };
  const work = createWork({
    store, settings, clock,
    announce: (action, job) => {
      const context = jobContext(job);
      if (context !== undefined) send(jobWebhook(action, context));
    },
  });

  const changed = (action: InstallationAction, next: Installation | undefined, told: Told): Installation | undefined => {
    if (next === undefined) return undefined;
    store.installations.set(next.id, next);
    if (told.announce) send(installationWebhook(action, next, options.appId, repositoriesOf(store, next.account)));
    return next;
  };
  const change = (id: number, transition: (one: Installation, at: number) => Installation | undefined): Installation | undefined => {
    const known = store.installations.get(id);
    return known && transition(known, clock());
  };

  return {
    appId: options.appId,
    startedAt: clock(),
    store, work, settings, deliveries, clock,
    install: (wanted, told = ALOUD) => {
      if (wanted.id !== undefined && store.installations.has(wanted.id)) return undefined;
      if (told.announce && store.installationOf(wanted.login) !== undefined) return undefined;
      const account = accountOf(wanted.login, wanted.type, wanted.accountId);
      for (const past of supersededBy(store, account)) store.installations.set(past.id, uninstall(past, clock()) ?? past);
      for (const one of wanted.repositories ?? [{ name: DEFAULT_REPOSITORY }]) repository(store, account, one);
      const at = clock();
      const installation: Installation = { id: wanted.id ?? newInstallationId(store), account, state: 'active', permissions: wanted.permissions ?? APP_PERMISSIONS, createdAt: at, updatedAt: at };
      return changed('created', installation, told);
    },
    suspend: (id, told = ALOUD) => changed('suspend', change(id, suspend), told),
    unsuspend: (id, told = ALOUD) => changed('unsuspend', change(id, unsuspend), told),
    uninstall: (id, told = ALOUD) => {
      const gone = changed('deleted', change(id, uninstall), told);
      for (const [text, token] of store.tokens) if (gone && token.installationId === id) store.tokens.delete(text);
      return gone;
    },
    rename: (id, login, told = ALOUD) => {
      const from = store.installations.get(id)?.account.login ?? '';
      const next = store.installationOf(login) === undefined ? change(id, (one, at) => rename(one, login, at)) : undefined;
      if (next === undefined) return undefined;
      store.installations.set(id, next);
      if (told.announce) send(renamedWebhook(next, from));
      return next;
    },
    queue: (wanted, told = ALOUD) => {
      const installation = store.installations.get(wanted.installationId);
      if (installation === undefined || installation.state === 'deleted') return undefined;
      if (wanted.id !== undefined && store.jobs.has(wanted.id)) return undefined;
      const job = newJob(store, installation, wanted, clock());
      const context = jobContext(job);
      if (told.announce && context !== undefined) {
        if (job.status === 'waiting') send(jobWebhook('waiting', context));
        send(jobWebhook('queued', context));
      }
      work.enqueue(job);
      return job;
    },
  };
}

export function repositoriesOf(store: Store, account: Account): readonly Repository[] {
  return [...store.repositories.values()].filter((one) => one.accountId === account.id);
}

/** An account has one installation of an App at most: one that is told of a new one has lost the earlier, heard of or not. */
function supersededBy(store: Store, account: Account): readonly Installation[] {
  return [...store.installations.values()].filter((one) => one.account.id === account.id && one.state !== 'deleted');
}

function newJob(store: Store, installation: Installation, wanted: NewJob, at: number): Job {
  const { id: repositoryId } = repository(store, installation.account, {
    name: wanted.repository ?? DEFAULT_REPOSITORY,
    ...(wanted.repositoryId !== undefined && { id: wanted.repositoryId }),
    ...(wanted.public !== undefined && { public: wanted.public }),
  });
  return {
    id: wanted.id ?? store.nextId(),
    runId: wanted.runId ?? store.nextId(),
    installationId: installation.id,
    accountId: installation.account.id,
    repositoryId,
    name: wanted.name ?? 'build',
    labels: wanted.labels,
    status: wanted.gated === true ? 'waiting' : 'queued',
    conclusion: null,
    queuedAt: wanted.queuedAt ?? at,
    ...(wanted.lengthMs !== undefined && { lengthMs: wanted.lengthMs }),
  };
}

/** A repository comes to be when something first speaks of it; saying that it is public or private changes it. */
function repository(store: Store, account: Account, wanted: { name: string; id?: number; public?: boolean }): Repository {
  const known = store.repositoryNamed(account.id, wanted.name);
  const found: Repository = known ?? { id: wanted.id ?? store.nextId(), accountId: account.id, name: wanted.name, public: false };
  const settled = { ...found, public: wanted.public ?? found.public };
  store.repositories.set(settled.id, settled);
  return settled;
}

/** Of today's size, eight digits; never one that was used before. */
function newInstallationId(store: Store): number {
  const id = 50_000_000 + (store.nextId() % 40_000_000);
  return store.installations.has(id) ? newInstallationId(store) : id;
}
