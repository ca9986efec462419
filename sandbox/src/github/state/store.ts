import { createHash } from 'node:crypto';
import type {
  Account,
  AccountType,
  CheckRun,
  Deployment,
  Installation,
  Job,
  Repository,
  Runner,
  RunnerGroup,
} from './model';
import type { PullRequest } from './pull-request';
import type { InstallationToken } from '../rest/tokens';

/** All of GitHub, in memory. Lookups only; what may change is decided in transitions.ts. */
export interface Store {
  readonly installations: Map<number, Installation>;
  readonly repositories: Map<number, Repository>;
  readonly jobs: Map<number, Job>;
  readonly checkRuns: Map<number, CheckRun>;
  readonly runners: Map<number, Runner>;
  /** By account, beside the default group. */
  readonly groups: Map<number, readonly RunnerGroup[]>;
  /** Ids by account and earlier name. */
  readonly formerNames: Map<string, number>;
  readonly tokens: Map<string, InstallationToken>;
  /** Of people: the account that each owns. */
  readonly personalTokens: Map<string, number>;
  readonly deployments: Map<number, Deployment>;
  readonly pulls: Map<number, PullRequest>;
  /** Accounts that have not installed the App, by id. */
  readonly outsiders: Map<number, Account>;
  /** Of accounts, for their workflows: `${{ vars.NAME }}`. */
  readonly variables: Map<number, Readonly<Record<string, string>>>;
  readonly nextId: () => number;
  /** The installation in force of an account: one that is deleted is past. */
  readonly installationOf: (login: string) => Installation | undefined;
  /** Whose login it is, whether or not the App is installed there. */
  readonly ownerNamed: (login: string) => Account | undefined;
  readonly ownerOf: (accountId: number) => Account | undefined;
  readonly repositoryNamed: (accountId: number, name: string) => Repository | undefined;
  readonly openJobs: (accountId: number) => readonly Job[];
  readonly runnersOf: (accountId: number) => readonly Runner[];
}

export function createStore(): Store {
  const installations = new Map<number, Installation>();
  const repositories = new Map<number, Repository>();
  const jobs = new Map<number, Job>();
  const runners = new Map<number, Runner>();
  // Far above the ids of the examples, so that no id of ours is mistaken for one of theirs.
  let last = 40_000_000_000 + (Date.now() % 1_000_000_000);
  const outsiders = new Map<number, Account>();
  const installationOf = (login: string): Installation | undefined =>
    first(installations, (one) => one.state !== 'deleted' && sameName(one.account.login, login));
  return {
    installations,
    repositories,
    jobs,
    checkRuns: new Map(),
    runners,
    groups: new Map(),
    formerNames: new Map(),
    tokens: new Map(),
    personalTokens: new Map(),
    deployments: new Map(),
    pulls: new Map(),
    outsiders,
    variables: new Map(),
    nextId: () => (last += 1),
    installationOf,
    ownerNamed: (login) => installationOf(login)?.account ?? first(outsiders, (one) => sameName(one.login, login)),
    ownerOf: (id) => {
      const installed = first(installations, (one) => one.state !== 'deleted' && one.account.id === id);
      return installed?.account ?? outsiders.get(id);
    },
    repositoryNamed: (accountId, name) =>
      first(repositories, (one) => one.accountId === accountId && sameName(one.name, name)),
    openJobs: (accountId) =>
      [...jobs.values()].filter((job) => job.accountId === accountId && job.status !== 'completed'),
    runnersOf: (accountId) => [...runners.values()].filter((runner) => runner.accountId === accountId),
  };
}

/** The same login has the same account id in every sandbox, so that an account that installs again is recognised. */
export function accountOf(login: string, type: AccountType, id?: number): Account {
  return { id: id ?? stableId(login), login, type };
}

export function sameName(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

function stableId(login: string): number {
  return 10_000_000 + (createHash('sha256').update(login.toLowerCase()).digest().readUInt32BE(0) % 80_000_000);
}

function first<T>(entries: ReadonlyMap<number, T>, wanted: (entry: T) => boolean): T | undefined {
  for (const entry of entries.values()) if (wanted(entry)) return entry;
  return undefined;
}
