import type { Circuit } from './circuit';
import type { Job, JobState } from './job';
import type { Intent, Launch, LaunchState } from './launch';
import type { LifecycleAccount, LifecycleEvent } from './lifecycle';
import type { JobEvent, JobMessage } from './messages';
import type { MetricName } from './names';
import type { JobPlace, RunnerPlace } from './place';
import type { TenantLookup } from './tenant';

/** Changes to a row: `null` removes an attribute. */
export type Changes<T> = { readonly [K in keyof T]?: T[K] | null };

/** The outcome of a conditional write; on a refusal the row as it is (undefined: there is none). */
export type Written<T> = { readonly ok: true; readonly row: T } | { readonly ok: false; readonly row?: T };

export interface TenantRegistry {
  /** Strongly consistent. */
  get(installationId: number): Promise<TenantLookup>;
  /**
   * Takes a slot, in one conditional write: only for an active tenant, and only below its limit or if the launch holds
   * one already. `limit` replaces the row's figure when that is unusable.
   */
  admit(installationId: number, launchId: string, limit?: number): Promise<{ readonly admitted: boolean; readonly lookup: TenantLookup }>;
  /** Gives a slot back; a launch without one changes nothing. Answers the row after it. */
  freeSlot(installationId: number, launchId: string): Promise<TenantLookup>;
  /** Records a slot without asking the limit, for a machine that lives already. */
  restoreSlot(installationId: number, launchId: string): Promise<void>;
  /** Replaces a `live` that is not a set of strings. */
  rebuildLive(installationId: number, launchIds: readonly string[]): Promise<void>;
  /** Remembers until when GitHub wants to hear nothing of the installation; a later time that stands stays. Answers whether it was written. */
  limitGitHub(installationId: number, until: Date): Promise<boolean>;
  /**
   * Changes a tier's circuit if it is still the one that `change` was asked about, else asks again. `null` removes it,
   * undefined leaves it as it is. Answers whether it was written; of several at once each sees what the one before wrote.
   */
  changeCircuit(installationId: number, tier: string, change: (circuit: Circuit | undefined) => Circuit | null | undefined): Promise<boolean>;
  /** Pages over all rows, deleted ones too, strongly consistent. */
  list(cursor?: string): Promise<{ readonly lookups: readonly TenantLookup[]; readonly cursor?: string }>;
}

/** What only the tenant's lifecycle writes. Each answers whether it changed the row. */
export interface TenantLifecycle {
  /** Needs no row or a row without org_name; never revives a deleted one. Keeps tier, limit and times that stand. */
  create(entry: NewTenant): Promise<boolean>;
  suspend(installationId: number, changedAt: string, options?: Ordering): Promise<LifecycleOutcome>;
  unsuspend(installationId: number, changedAt: string, options?: Ordering): Promise<LifecycleOutcome>;
  /** Final; leaves a tombstone where there was no row. Sets `cleanup = pending` at the first time only. */
  markDeleted(installationId: number, account: LifecycleAccount, now: Date): Promise<boolean>;
  rename(installationId: number, orgName: string, now: Date): Promise<boolean>;
  setSecurityGroup(installationId: number, groupId: string): Promise<boolean>;
  /** `cleanup` pending → done; true exactly once. */
  finishCleanup(installationId: number, now: Date): Promise<boolean>;
  /** Other rows of the same account (an index: may lag), newest id last. */
  findByAccount(accountId: number): Promise<readonly number[]>;
}

export interface Ordering {
  /** GitHub was asked after a tie: the change applies although the row's last one has the same time. */
  readonly settled?: boolean;
}

export interface NewTenant {
  readonly installationId: number;
  readonly orgName: string;
  readonly orgType: 'Organization' | 'User';
  readonly accountId: number;
  readonly tier: string;
  readonly maxRunners: number;
  readonly previousInstallationId?: number;
  /** The operator has to let it in; what a hand wrote into the row before still counts. */
  readonly awaitsApproval?: boolean;
  readonly now: Date;
}

/** `tie`: the row's last change has the same time, so only GitHub knows the order. */
export type LifecycleOutcome = 'changed' | 'unchanged' | 'tie';

export interface JobStore {
  get(installationId: number, jobId: number): Promise<Job | undefined>;
  /** Writes the row only if there is none; else answers the one that stands (`ok: false`). */
  create(job: Job): Promise<Written<Job>>;
  change(installationId: number, jobId: number, guard: JobGuard, changes: Changes<Job>): Promise<Written<Job>>;
  /** Not ended, oldest first, strongly consistent. */
  listOpen(installationId: number, options?: { readonly states?: readonly JobState[]; readonly limit?: number }): Promise<readonly Job[]>;
  /** Newest id first, ended ones too, strongly consistent. */
  listRecent(installationId: number, limit: number): Promise<readonly Job[]>;
  /** Parked jobs whose next try is due, of all tenants (an index: may lag). */
  listDue(now: Date, limit: number): Promise<readonly { readonly installationId: number; readonly jobId: number }[]>;
}

export interface JobGuard {
  readonly from: readonly JobState[];
  readonly startNumber?: number;
  readonly launchId?: string;
}

export interface LaunchStore {
  get(installationId: number, launchId: string): Promise<Launch | undefined>;
  create(launch: Launch): Promise<Written<Launch>>;
  /** Conditional on the states named and, where given, on holding the lease or on nobody else holding it. Raises `version`. */
  change(installationId: number, launchId: string, guard: LaunchGuard, changes: Changes<Launch>): Promise<Written<Launch>>;
  /** Not ended, strongly consistent. */
  listOpen(installationId: number): Promise<readonly Launch[]>;
  /** An index: may lag. */
  findByInstance(instanceId: string): Promise<{ readonly installationId: number; readonly launchId: string } | undefined>;
  /** Where the last sweep stopped. */
  readCursor(name: string): Promise<string | undefined>;
  writeCursor(name: string, cursor: string | undefined): Promise<void>;
}

export interface LaunchGuard {
  readonly from: readonly LaunchState[];
  /** The caller holds the lease under this name. */
  readonly leaseOwner?: string;
  /** No lease lives at this moment (epoch milliseconds), or the caller named in `leaseFreeFor` holds it. */
  readonly leaseFreeAt?: number;
  readonly leaseFreeFor?: string;
  readonly version?: number;
}

export interface JobQueue {
  /** To the queue of the job's tier. */
  sendJob(message: JobMessage): Promise<void>;
  sendJobEvent(event: JobEvent): Promise<void>;
}

export interface EventBus {
  publish(detailType: string, detail: Record<string, unknown>): Promise<void>;
  publishLifecycle(detailType: string, event: LifecycleEvent): Promise<void>;
}

export type MachineState = 'pending' | 'running' | 'shutting-down' | 'terminated' | 'stopping' | 'stopped';

export interface Machine {
  readonly instanceId: string;
  readonly state: MachineState;
  readonly clientToken?: string;
  readonly launchedAt: string;
  /** EC2's code for why it is not running any more, as in `Client.UserInitiatedShutdown`. */
  readonly stateReason?: string;
  readonly tags: Readonly<Record<string, string>>;
}

export interface LaunchRequest {
  readonly installationId: number;
  readonly launchId: string;
  readonly tier: string;
  readonly intent: Intent;
}

/**
 * `refused`: definitely no machine, and another candidate may do better. `throttled`: definitely no machine, later
 * again. `no-group`: definitely no machine, as EC2 does not know the security group, or not yet. `account`: definitely no
 * machine, and none of any kind until AWS is done with the account. `unknown`: a machine may exist, only the very same
 * call may follow. `impossible`: definitely no machine and no repeat will help (bad template, missing permission).
 */
export type LaunchAnswer =
  | { readonly kind: 'started'; readonly instanceId: string; readonly state: MachineState; readonly stateReason?: string }
  | { readonly kind: 'refused' | 'throttled' | 'no-group' | 'account' | 'unknown' | 'impossible'; readonly code: string; readonly message: string };

export interface RunnerFleet {
  run(request: LaunchRequest): Promise<LaunchAnswer>;
  /**
   * State of each after the call. An id that EC2 does not know is left out: that of a machine that ended an hour ago, or one
   * that it has not heard of everywhere yet ({@link isForgotten} tells which).
   */
  terminate(instanceIds: readonly string[]): Promise<ReadonlyMap<string, MachineState>>;
  /** By id; unknown ids are left out. */
  describe(instanceIds: readonly string[]): Promise<readonly Machine[]>;
  findByToken(clientToken: string): Promise<readonly Machine[]>;
  /** All machines of the environment that are not terminated, or one tenant's. */
  list(installationId?: number): Promise<readonly Machine[]>;
}

/** `throttled` is thrown as {@link Throttled}. */
export interface RunnerParameters {
  /** Writes or replaces the configuration that the instance alone can read. */
  put(entry: { readonly installationId: number; readonly instanceId: string; readonly value: string; readonly tenantTier: string; readonly tier: string; readonly expiresAt: Date }): Promise<void>;
  remove(installationId: number, instanceIds: readonly string[]): Promise<void>;
  /** Instance ids that have a parameter. */
  list(installationId: number): Promise<readonly string[]>;
}

export interface SecurityGroups {
  /** Finds the tenant's group by name and tags, or makes it; egress is as configured afterwards. */
  ensure(installationId: number, tenantTier: string): Promise<string>;
  find(installationId: number): Promise<string | undefined>;
  remove(groupId: string): Promise<'removed' | 'in-use'>;
}

/** `refused`: 401, 403 (no limit), 404 or 422. `limited`: come back at `retryAt`. `unavailable`: 5xx or no answer. */
export type GitHubFailure =
  | { readonly kind: 'refused'; readonly status: number; readonly message: string }
  | { readonly kind: 'limited'; readonly retryAt: Date }
  | { readonly kind: 'unavailable'; readonly message: string };

export interface Registration {
  readonly id: number;
  readonly name: string;
  readonly online: boolean;
  readonly busy: boolean;
}

/** By name as the tenant's row has it, or by the id that a tier is configured with. */
export type RunnerGroupName = string | number;

/** `leaves-out`: the group is there, but takes no jobs of the repository. `none`: the organisation has no such group. */
export type RunnerGroupAnswer = { readonly kind: 'found'; readonly groupId: number } | { readonly kind: 'leaves-out' | 'none' } | GitHubFailure;

export interface GitHub {
  /** Makes sure that the token for the place can be had, so that no machine starts for nothing. */
  authorize(place: RunnerPlace): Promise<{ readonly kind: 'ok' } | GitHubFailure>;
  /** A runner group of the organisation, as far as it may run jobs of the repository. Ids differ in each organisation. */
  findRunnerGroup(place: RunnerPlace, group: RunnerGroupName, repo: string): Promise<RunnerGroupAnswer>;
  createJitConfig(
    place: RunnerPlace,
    runner: { readonly name: string; readonly labels: readonly string[]; readonly runnerGroupId: number },
  ): Promise<{ readonly kind: 'created'; readonly runnerId: number; readonly jitConfig: string } | { readonly kind: 'exists' } | GitHubFailure>;
  findRunner(place: RunnerPlace, name: string): Promise<{ readonly kind: 'found'; readonly runner?: Registration } | GitHubFailure>;
  getRunner(place: RunnerPlace, runnerId: number): Promise<{ readonly kind: 'found'; readonly runner?: Registration } | GitHubFailure>;
  deleteRunner(place: RunnerPlace, runnerId: number): Promise<{ readonly kind: 'deleted' | 'absent' | 'busy' } | GitHubFailure>;
  /** Without a job: there is none, for the repository can be seen. One that can't be is a refusal. */
  getJob(
    place: JobPlace,
    jobId: number,
  ): Promise<{ readonly kind: 'found'; readonly job?: { readonly status: string; readonly conclusion?: string; readonly runnerName?: string } } | GitHubFailure>;
  /** As the App itself. Undefined: GitHub knows no such installation. */
  getInstallation(installationId: number): Promise<{ readonly kind: 'found'; readonly installation?: { readonly suspended: boolean; readonly login?: string } } | GitHubFailure>;
}

/** A call that AWS turned away for its rate; nothing happened. */
export class Throttled extends Error {
  override readonly name = 'Throttled';
}

export interface Log {
  debug(message: string, fields?: Readonly<Record<string, unknown>>): void;
  info(message: string, fields?: Readonly<Record<string, unknown>>): void;
  warn(message: string, fields?: Readonly<Record<string, unknown>>): void;
  error(message: string, fields?: Readonly<Record<string, unknown>>): void;
  /** The same log with fields on every line; never persistent across invocations. */
  with(fields: Readonly<Record<string, unknown>>): Log;
}

export interface Metrics {
  /** Dimension `environment`, and `tier` where given; everything else is a property of the log line. */
  count(name: MetricName, options?: { readonly tier?: string; readonly value?: number; readonly properties?: Readonly<Record<string, unknown>> }): void;
  /** A level that is read off, not an event that is counted; seconds. Same dimensions. */
  measureSeconds(name: MetricName, seconds: number, options?: { readonly tier?: string }): void;
}
