import { isGone, type EndState } from '../ports/ec2';
import type { TakenBlank } from './blank';
import { isEnded, type Job } from './job';
import type { Claim, MachineReports } from './machine-report';
import { MINUTE, ageOf } from './time';

/**
 * One row is one launch: one attempt to give one job a machine.
 *
 *     held → launching → running → ending → ended
 *
 * `held`: it has a slot of the tenant, which it took in the write that made it. `launching`: the intent is written,
 * RunInstances may have been called. `running`: the machine can read its configuration. `ending`: it is proven that no
 * machine runs, and the slot is given back. `ended`: nothing of it is left.
 */
export const LAUNCH_STATES = ['held', 'launching', 'running', 'ending', 'ended'] as const;
export type LaunchState = (typeof LAUNCH_STATES)[number];

/** In these a launch holds a slot of its tenant, and in no other. */
export const SLOT_STATES = ['held', 'launching', 'running'] as const satisfies readonly LaunchState[];

export function holdsSlot({ state }: { readonly state: LaunchState }): boolean {
  return SLOT_STATES.some((one) => one === state);
}

/**
 * Whether a write from these states to the end gives a slot back.
 *
 * @throws where it depends on which of them it is: a count can't be told so
 */
export function givesSlotBack(from: readonly LaunchState[]): boolean {
  const holding = from.filter((state) => holdsSlot({ state })).length;
  if (holding !== 0 && holding !== from.length)
    throw new Error(`From ${from.join(' or ')} it is not known whether a slot is given back`);
  return holding !== 0;
}

/** The RunInstances request, written before the call so that a retry is identical. */
export interface Intent {
  /** The candidate's key: `<market>/<type>/<subnet>`. */
  readonly candidate: string;
  readonly clientToken: string;
  readonly instanceType: string;
  readonly subnetId: string;
  readonly spot: boolean;
  readonly launchTemplateId: string;
  readonly launchTemplateVersion: string;
  readonly securityGroupId: string;
  readonly tenantTier: string;
  /** SHA-256 of the secret in the machine's user data, with which it asks for its configuration. */
  readonly claimHash: string;
  /** One call for several launches: which of its machines is this launch's. */
  readonly group?: { readonly index: number; readonly size: number };
  /** The call was for launches of other tenants, too: its machines are of no tenant until each is given its own. */
  readonly order?: string;
}

/** The machine that EC2 started by an intent's call. */
export function isMachineOf(
  machine: { readonly clientToken?: string; readonly launchIndex?: number },
  intent: Pick<Intent, 'clientToken' | 'group'>,
): boolean {
  if (machine.clientToken !== intent.clientToken) return false;
  return intent.group === undefined || machine.launchIndex === intent.group.index;
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
  /** Of the fleet's limit: its row has the slot that this launch holds of it. Absent: it holds none. */
  readonly fleetShare?: number;
  readonly leaseUntil?: number;
  readonly leaseOwner?: string;
  readonly intent?: Intent;
  /** Candidates that EC2 definitely refused. */
  readonly attempted?: readonly string[];
  readonly instanceId?: string;
  /** The machine waited in a pool: its `launchedAt` here is when it was bound. */
  readonly blank?: TakenBlank;
  /** Of the machine's network interface, which only the machine itself can name. */
  readonly interfaceId?: string;
  readonly runnerId?: number;
  readonly runnerName?: string;
  /** The configuration was stored: the machine may still use an offline registration. */
  readonly jitStored?: boolean;
  /** The machine has asked for its configuration; it gets no second one. */
  readonly claim?: Claim;
  /** What the machine says of itself. */
  readonly reports?: MachineReports;
  /** Earlier launches of its tier failed: if it takes a job, the tenant's row must record that. */
  readonly clearsCircuit?: boolean;
  /** The job that GitHub says the runner took. */
  readonly takenBy?: number;
  readonly takenAt?: string;
  /** Its machine ran a job, even if the webhook was missed: it was not wasted. */
  readonly worked?: boolean;
  readonly jobEndedAt?: string;
  readonly createdAt: string;
  readonly launchedAt?: string;
  readonly runningAt?: string;
  /** AWS announced that it reclaims the spot machine. */
  readonly interruptedAt?: string;
  /** An operator asked for the end of its machine. */
  readonly endRequestedAt?: string;
  /** Also while it has a job. */
  readonly endForced?: boolean;
  /** When its machine ended: EC2's word where it is known, else when the end was found out. */
  readonly machineEndedAt?: string;
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
 * EC2 may not find a new machine for minutes, so "no such instance" proves its end only after this time.
 * https://docs.aws.amazon.com/ec2/latest/devguide/eventual-consistency.html
 */
export const EC2_KNOWS_AFTER = 10 * MINUTE;

/** Whether a machine that EC2 does not find is gone, and not just too new. */
export function isForgotten(launch: Launch, now: Date): boolean {
  return ageOf(launch.launchedAt ?? launch.createdAt, now) >= EC2_KNOWS_AFTER;
}

/**
 * When GitHub ended the job that the runner took, by the launch's row or else by the job's; undefined: not yet, as far
 * as anybody has heard. An end with a reason is one that we decided.
 *
 * @param taken the job that the runner took
 */
export function jobEndOf({ jobEndedAt, takenBy }: Launch, taken: Job | undefined): string | undefined {
  if (jobEndedAt !== undefined || taken === undefined || taken.jobId !== takenBy) return jobEndedAt;
  return isEnded(taken.state) && taken.reason === undefined ? taken.endedAt : undefined;
}

/** By what EC2 says of its machine's id; undefined: it does not find it. */
export function isMachineGone(launch: Launch, state: EndState | undefined, now: Date): boolean {
  return state === undefined ? isForgotten(launch, now) : isGone(state);
}

/** By what a tenant's open launches are in order. */
export function openAtOfLaunch({ createdAt, launchId }: Pick<Launch, 'createdAt' | 'launchId'>): string {
  return `${createdAt}#${launchId}`;
}

/** Whether this row may have a machine, now or later. */
export function isOpenLaunch(state: LaunchState): boolean {
  return state !== 'ended';
}

export function hasLiveLease(launch: Launch, now: Date, except?: string): boolean {
  return launch.leaseUntil !== undefined && launch.leaseUntil > now.getTime() && launch.leaseOwner !== except;
}
