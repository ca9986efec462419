import type { Intent } from '../model/launch';

/** A call that AWS turned away for its rate; nothing happened. */
export class Throttled extends Error {
  override readonly name = 'Throttled';
}

export type MachineState = 'pending' | 'running' | 'shutting-down' | 'terminated' | 'stopping' | 'stopped';

/** `protected`: EC2 refuses, as termination protection is on; the machine lives. */
export type EndState = MachineState | 'protected';

/** It runs nothing any more, or soon: what EC2 says of a machine that has ended or is about to. */
export function isGone(state: EndState | undefined): boolean {
  return state === 'shutting-down' || state === 'terminated';
}

export interface Machine {
  readonly instanceId: string;
  readonly state: MachineState;
  readonly clientToken?: string;
  /** Its number among the machines of one call, from 0. */
  readonly launchIndex?: number;
  readonly interfaceId?: string;
  readonly launchedAt: string;
  /** When it was ended, where EC2 says so. */
  readonly endedAt?: string;
  /** EC2's code for why it is not running any more, as in `Client.UserInitiatedShutdown`. */
  readonly stateReason?: string;
  readonly tags: Readonly<Record<string, string>>;
}

export interface LaunchRequest {
  readonly installationId: number;
  readonly launchId: string;
  readonly tier: string;
  readonly intent: Intent;
  /** What this machine's user data names besides its launch template's text. */
  readonly userData: UserData;
}

/** What the launch template's user data leaves open. */
export interface UserData {
  /** Base of the API that a machine calls: `/claim` and `/report` follow. */
  readonly machineUrl: string;
  readonly claimSecret: string;
}

/** One call for several launches of a tenant, in the order of their index. */
export interface GroupRequest extends Omit<LaunchRequest, 'launchId'> {
  readonly launchIds: readonly string[];
}

/** A machine as RunInstances names it. */
export interface StartedMachine {
  readonly instanceId: string;
  readonly state: MachineState;
  readonly interfaceId?: string;
  /** EC2's own time. ISO 8601. */
  readonly launchedAt?: string;
  readonly stateReason?: string;
}

/**
 * `refused`: definitely no machine, and another candidate may do better. `throttled`: definitely no machine, later
 * again. `no-group`: definitely no machine, as EC2 does not know the security group, or not yet. `account`: definitely
 * no machine, and none of any kind until AWS is done with the account. `unknown`: a machine may exist, only the very
 * same call may follow. `impossible`: definitely no machine and no repeat will help (bad template, missing permission).
 */
export type LaunchAnswer = ({ readonly kind: 'started' } & StartedMachine) | NotStarted;

export interface NotStarted {
  readonly kind: 'refused' | 'throttled' | 'no-group' | 'account' | 'unknown' | 'impossible';
  readonly code: string;
  readonly message: string;
}

/** `started`: at least one machine, by index. That one is missing proves that the call started none for its launch. */
export type GroupAnswer =
  | { readonly kind: 'started'; readonly machines: ReadonlyMap<number, StartedMachine> }
  | NotStarted;

export interface RunnerFleet {
  run(request: LaunchRequest): Promise<LaunchAnswer>;
  /** As many machines as there are launches, or as many of them as EC2 has room for; a repeat names the same ones. */
  runGroup(request: GroupRequest): Promise<GroupAnswer>;
  /**
   * State of each after the call. An id that EC2 does not know is left out: that of a machine that ended an hour ago,
   * or one that it has not heard of everywhere yet ({@link isForgotten} tells which). One that can't be ended keeps
   * none of the others alive.
   */
  terminate(instanceIds: readonly string[]): Promise<ReadonlyMap<string, EndState>>;
  /** By id; unknown ids are left out. */
  describe(instanceIds: readonly string[]): Promise<readonly Machine[]>;
  findByToken(clientToken: string): Promise<readonly Machine[]>;
  /** All machines of the environment that are not terminated, or one tenant's. */
  list(installationId?: number): Promise<readonly Machine[]>;
}

export interface SecurityGroups {
  /** Finds the tenant's group by name and tags, or makes it; egress is as configured afterwards. */
  ensure(installationId: number, tenantTier: string): Promise<string>;
  find(installationId: number): Promise<string | undefined>;
  remove(groupId: string): Promise<'removed' | 'in-use'>;
}
