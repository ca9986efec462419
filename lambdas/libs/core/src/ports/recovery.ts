import type { Allowance } from '../decisions/github-allowance';
import type { LifecycleAccount } from '../model/lifecycle-event';
import type { DeliveryBook, DeliveryTurn, PendingDelivery } from './deliveries';
import type { GitHubFailure } from './github';
import type { OrgType } from '../model/schema';

/** What GitHub knows as the App itself: no installation's budget is spent. */
export interface GitHubApp {
  /**
   * Newest first. `failure`: those that were answered with 400 to 599, as GitHub documents it; whether it counts a
   * time-out among them is not documented, and an older GitHub Enterprise Server lists everything.
   */
  listDeliveries(
    cursor?: string,
    only?: 'failure',
  ): Promise<
    { readonly kind: 'page'; readonly attempts: readonly DeliveryAttempt[]; readonly cursor?: string } | GitHubFailure
  >;
  /** Whose key the functions have: the App that GitHub takes them for. */
  getApp(): Promise<{ readonly kind: 'app'; readonly appId: number } | GitHubFailure>;
  /** GitHub sends the event once more, as a new attempt under the same GUID. */
  redeliver(attemptId: string): Promise<{ readonly kind: 'asked' } | GitHubFailure>;
  /** `page` counts from 1. */
  listInstallations(
    page: number,
  ): Promise<
    | { readonly kind: 'page'; readonly installations: readonly AppInstallation[]; readonly more: boolean }
    | GitHubFailure
  >;
}

/** One try of GitHub's to deliver an event. */
export interface DeliveryAttempt {
  /** A text, as GitHub counts with 64 bits. */
  readonly id: string;
  /** The same for all attempts at one event. */
  readonly guid: string;
  readonly deliveredAt: string;
  readonly succeeded: boolean;
  readonly redelivery: boolean;
  readonly event: string;
  readonly action?: string;
  readonly installationId?: number;
}

export interface AppInstallation {
  readonly installationId: number;
  readonly account: LifecycleAccount;
  readonly suspended: boolean;
  /** GitHub's time of its last change. */
  readonly changedAt?: string;
}

/** Where an installation's jobs wait, asked with its own token and so from its own budget. */
export interface JobSearch {
  /** `page` counts from 1. */
  listRepositories(
    installationId: number,
    page: number,
  ): Promise<
    | ({ readonly kind: 'found'; readonly repositories: readonly Repository[]; readonly more: boolean } & Spending)
    | GitHubFailure
  >;
  /**
   * A repository's newest runs of any status, the newest first, and whether there are more. Unlike a list of one
   * status it does not come from GitHub's search index, which has lagged for days:
   * https://github.com/dawidd6/action-download-artifact/issues/147
   */
  listNewestRuns(
    installationId: number,
    repository: RepositoryName,
  ): Promise<
    ({ readonly kind: 'found'; readonly runs: readonly ListedRun[]; readonly more: boolean } & Spending) | GitHubFailure
  >;
  /** Ids of a repository's runs of one status, the newest first. `page` counts from 1. */
  listOpenRuns(
    installationId: number,
    repository: RepositoryName,
    wanted: { readonly status: OpenRunStatus; readonly page: number },
  ): Promise<
    ({ readonly kind: 'found'; readonly runIds: readonly number[]; readonly more: boolean } & Spending) | GitHubFailure
  >;
  /** Of the run's latest attempt. */
  listQueuedJobs(
    installationId: number,
    repository: RepositoryName,
    runId: number,
  ): Promise<({ readonly kind: 'found'; readonly jobs: readonly WaitingJob[] } & Spending) | GitHubFailure>;
}

/**
 * A run has the status of its least advanced job, so that a job may be queued in any of these. They stand as a run goes
 * through them: one that goes on while the lists are read is in a later one.
 * https://docs.github.com/en/rest/actions/workflow-runs#list-workflow-runs-for-a-repository
 */
export const OPEN_RUN_STATUSES = ['requested', 'waiting', 'pending', 'queued', 'in_progress'] as const;
export type OpenRunStatus = (typeof OPEN_RUN_STATUSES)[number];

export interface ListedRun {
  readonly runId: number;
  /** Not completed: a job of it may be queued. */
  readonly isOpen: boolean;
  /** Of its first attempt; undefined where GitHub names no time. ISO 8601. */
  readonly createdAt?: string;
}

export interface RepositoryName {
  readonly owner: string;
  readonly name: string;
}

export interface Repository extends RepositoryName {
  readonly id?: number;
  readonly ownerId: number;
  readonly ownerType: OrgType;
  readonly isPublic: boolean;
  readonly pushedAt?: string;
  /** Archived or disabled: nothing runs there. */
  readonly dormant: boolean;
}

export interface WaitingJob {
  readonly jobId: number;
  readonly runId: number;
  readonly labels: readonly string[];
  readonly workflow?: string;
  readonly headSha?: string;
  readonly queuedAt: string;
}

/** What an answer said of the installation's budget. */
export interface Spending {
  readonly budget?: Allowance;
}

/** What recovery remembers from run to run. */
export interface RecoveryStore {
  /**
   * Tenants that have events due, at most so many: first those with events of the installation, as every job waits for
   * them, and then whoever has waited longest since the last turn.
   */
  listTurns(now: Date, limit: number): Promise<readonly DeliveryTurn[]>;
  /** The tenant waits for its next turn, if it has events pending: from now on, or when the first is due. */
  endTurn(turn: DeliveryTurn, now: Date): Promise<void>;
  /**
   * The tenant's events that are due and none of whose attempts is known to have succeeded, at most so many; strongly
   * consistent. Those of the installation come first, and then whichever is due longest.
   */
  listPending(book: DeliveryBook, now: Date, limit: number): Promise<readonly PendingDelivery[]>;
  /** How many of the tenant's events are pending, counted up to the limit. */
  countPending(book: DeliveryBook, limit: number): Promise<number>;
  /** Writes the row only if the event was never heard of, and makes sure that its tenant gets a turn. */
  note(delivery: PendingDelivery): Promise<boolean>;
  /** Counts one more ask, before it is made; false when another run was first, or the event needs none any more. */
  claim(delivery: PendingDelivery, next: { readonly dueAt: string }): Promise<boolean>;
  /** Takes a claim back whose ask certainly was not made. */
  unclaim(delivery: PendingDelivery, next: { readonly dueAt: string }): Promise<void>;
  /** Puts the event off, unless another run has claimed it. */
  postpone(delivery: PendingDelivery, next: { readonly dueAt: string }): Promise<void>;
  /** The event needs nothing any more, and is remembered as such for as long as GitHub may list it. */
  settle(
    delivery: Pick<PendingDelivery, 'guid' | 'installationId'>,
    outcome: 'delivered' | 'given-up',
    now: Date,
  ): Promise<void>;
  listScans(): Promise<readonly ScanState[]>;
  writeScan(scan: ScanState, now: Date): Promise<void>;
}

/** Progress of the search for a tenant's missed jobs. */
export interface ScanState {
  readonly installationId: number;
  /**
   * `asleep`: when the tenant was looked at it was not active, so that it is searched once it is. The place of a search
   * that was under way is kept.
   */
  readonly phase: 'asleep' | 'under-way' | 'done';
  /**
   * `everywhere`: every repository, at once, of a tenant that may have missed all jobs. `whole`: every repository, in
   * the tenant's turn. `recent`: those that were active of late. Once `done`: of the next search.
   */
  readonly breadth: 'everywhere' | 'whole' | 'recent';
  /** From when on the next search in the tenant's turn is of every repository. */
  readonly wholeAt?: string;
  /** From when on a change of the row calls for a search at once. */
  readonly urgentFrom?: string;
  /** The row's `updated_at` when the search began: what changed since then calls for another. */
  readonly seenUpdatedAt?: string;
  /** Where to go on: the page of repositories and the place on it. */
  readonly page: number;
  readonly index: number;
  /** The last run that was looked into in that place, of the newest first. */
  readonly lastRunId?: number;
  /** Nothing is asked before this time. */
  readonly notBefore: string;
}
