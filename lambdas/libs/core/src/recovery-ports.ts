import type { LifecycleAccount } from './lifecycle';
import type { GitHubFailure } from './ports';
import type { OrgType } from './tenant';

/** What GitHub knows as the App itself: no installation's budget is spent. */
export interface GitHubApp {
  /** Newest first, all of them: which of its filters count a time-out as a failure is not documented. */
  listDeliveries(cursor?: string): Promise<{ readonly kind: 'page'; readonly attempts: readonly DeliveryAttempt[]; readonly cursor?: string } | GitHubFailure>;
  /** GitHub sends the event once more, as a new attempt under the same GUID. */
  redeliver(attemptId: string): Promise<{ readonly kind: 'asked' } | GitHubFailure>;
  /** `page` counts from 1. */
  listInstallations(page: number): Promise<{ readonly kind: 'page'; readonly installations: readonly AppInstallation[]; readonly more: boolean } | GitHubFailure>;
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
  listRepositories(installationId: number, page: number): Promise<({ readonly kind: 'found'; readonly repositories: readonly Repository[]; readonly more: boolean } & Spending) | GitHubFailure>;
  /** Ids of the newest runs in which a job may be waiting. */
  listActiveRuns(installationId: number, repository: RepositoryName, status: 'queued' | 'in_progress'): Promise<({ readonly kind: 'found'; readonly runIds: readonly number[] } & Spending) | GitHubFailure>;
  /** Of the run's latest attempt. */
  listQueuedJobs(installationId: number, repository: RepositoryName, runId: number): Promise<({ readonly kind: 'found'; readonly jobs: readonly WaitingJob[] } & Spending) | GitHubFailure>;
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
  readonly queuedAt: string;
}

/** What an answer said of the installation's budget. */
export interface Spending {
  readonly budget?: { readonly limit: number; readonly remaining: number; readonly resetAt: Date };
}

/** What recovery remembers from run to run. */
export interface RecoveryStore {
  /** Events none of whose attempts is known to have succeeded; the next due first; strongly consistent. */
  listPending(): Promise<readonly PendingDelivery[]>;
  /** Writes the row only if the event was never heard of. */
  note(delivery: PendingDelivery): Promise<boolean>;
  /** Counts one more ask, before it is made; false when another run was first, or the event needs none any more. */
  claim(delivery: PendingDelivery, next: { readonly dueAt: string }): Promise<boolean>;
  /** Takes a claim back whose ask certainly was not made. */
  unclaim(delivery: PendingDelivery, next: { readonly dueAt: string }): Promise<void>;
  /** The event needs nothing any more, and is remembered as such for as long as GitHub may list it. */
  settle(guid: string, outcome: 'delivered' | 'given-up', now: Date): Promise<void>;
  listScans(): Promise<readonly ScanState[]>;
  writeScan(scan: ScanState, now: Date): Promise<void>;
}

export interface PendingDelivery {
  readonly guid: string;
  readonly attemptId: string;
  readonly event: string;
  readonly installationId?: number;
  /** When GitHub made the attempt that was noted. */
  readonly failedAt: string;
  /** Asks that were made, or may have been. */
  readonly asked: number;
  readonly dueAt: string;
}

/** How far the search for a tenant's unheard jobs has come. */
export interface ScanState {
  readonly installationId: number;
  /** `asleep`: when the tenant was looked at it was not active, so that it is searched once it is. */
  readonly phase: 'asleep' | 'under-way' | 'done';
  /** `everywhere` looks into every repository, not just the recently active. Once `done`: of the next search. */
  readonly breadth: 'everywhere' | 'recent';
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
