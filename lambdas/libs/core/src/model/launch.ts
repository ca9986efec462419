import { MINUTE, ageOf } from './time';

/**
 * One row is one launch: one attempt to give one job a machine.
 *
 *     wanted → held → launching → running → ending → ended
 *
 * `held`: a slot of the tenant is taken. `launching`: the intent is written, EC2 may have been asked. `running`: the
 * machine can fetch its configuration. `ending`: proof exists that no machine lives. `ended`: the slot is given back.
 */
export const LAUNCH_STATES = ['wanted', 'held', 'launching', 'running', 'ending', 'ended'] as const;
export type LaunchState = (typeof LAUNCH_STATES)[number];

/** What EC2 is asked for, written before the call so that a repeat is the very same call. */
export interface Intent {
  /** Index of the candidate. */
  readonly candidate: number;
  readonly clientToken: string;
  readonly instanceType: string;
  readonly subnetId: string;
  readonly spot: boolean;
  readonly launchTemplateId: string;
  readonly launchTemplateVersion: string;
  readonly securityGroupId: string;
  readonly tenantTier: string;
}

/** Runners of an organisation, or of one repository for a user account (GitHub has no runners of a user). */
export type RunnerScope = 'org' | `${string}/${string}`;

/** Times are ISO 8601, the lease is epoch milliseconds. */
export interface Launch {
  readonly installationId: number;
  readonly launchId: string;
  /** The job this machine was started for: a prediction, GitHub gives it any matching one. */
  readonly jobId: number;
  readonly state: LaunchState;
  readonly version: number;
  readonly tier: string;
  readonly owner: string;
  readonly scope: RunnerScope;
  /** Of the repository in `scope`. */
  readonly repoId?: number;
  readonly leaseUntil?: number;
  readonly leaseOwner?: string;
  readonly intent?: Intent;
  /** Candidates that EC2 definitely refused. */
  readonly attempted?: readonly string[];
  readonly instanceId?: string;
  readonly runnerId?: number;
  readonly runnerName?: string;
  /** The parameter was stored: an offline registration may still be picked up by the machine. */
  readonly jitStored?: boolean;
  /** Launches of its tier had failed before it: that it takes a job is worth recording on the tenant's row. */
  readonly clearsCircuit?: boolean;
  /** The job that GitHub says the runner took. */
  readonly takenBy?: number;
  readonly takenAt?: string;
  /** Its machine ran a job, whether or not GitHub told of it: it did not come to nothing. */
  readonly worked?: boolean;
  readonly jobEndedAt?: string;
  readonly createdAt: string;
  readonly launchedAt?: string;
  readonly runningAt?: string;
  /** AWS gave notice that it takes the spot machine back. */
  readonly interruptedAt?: string;
  readonly endedAt?: string;
  readonly reason?: string;
  readonly updatedAt: string;
}

/** The name under which one invocation holds leases, and how long: longer than the function can run. */
export interface LeaseHolder {
  readonly name: string;
  readonly milliseconds: number;
}

/**
 * EC2 may deny for minutes that it knows a machine that it made, so its "no such instance" is a proof only after this
 * long. https://docs.aws.amazon.com/ec2/latest/devguide/eventual-consistency.html
 */
export const EC2_KNOWS_AFTER = 10 * MINUTE;

/** Whether a machine that EC2 does not know is gone, rather than too young to be known. */
export function isForgotten(launch: Launch, now: Date): boolean {
  return ageOf(launch.launchedAt ?? launch.createdAt, now) >= EC2_KNOWS_AFTER;
}

/** Whether a machine may exist or come to exist for this row. */
export function isOpenLaunch(state: LaunchState): boolean {
  return state !== 'ended';
}

export function hasLiveLease(launch: Launch, now: Date, except?: string): boolean {
  return launch.leaseUntil !== undefined && launch.leaseUntil > now.getTime() && launch.leaseOwner !== except;
}
