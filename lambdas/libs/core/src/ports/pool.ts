import type { Announcement, Blank, BoundBlank, Place, PoolKey, ReadyBlank } from '../model/blank';
import type { Intent } from '../model/launch';
import type { GroupAnswer, UserData } from './ec2';
import type { LaunchChange } from './launches';

/** The launch's side of a binding. */
export interface Binding extends LaunchChange {
  readonly boundAt: string;
}

/** `taken`: another launch has it, or it is gone from its place. `launch`: the launch's row forbids it. */
export type BindAnswer = 'bound' | 'taken' | 'launch';

/** What EC2 says of the machine in a place. */
export type BlankMachine = Required<Pick<Blank, 'instanceId' | 'launchedAt'>> & Pick<Blank, 'interfaceId'>;

/** The places of blank machines, and whose those are that were taken. All reads are strongly consistent. */
export interface PoolStore {
  places(pool: PoolKey): Promise<readonly Blank[]>;
  get(place: Place): Promise<Blank | undefined>;
  /** Only if the place is free: one of any number in parallel. */
  occupy(blank: Blank): Promise<boolean>;
  /** Only while this blank has the place; so do the next two. */
  recordInstance(blank: Blank, machine: BlankMachine): Promise<boolean>;
  /** The first announcement stays. */
  announce(blank: Blank, announcement: Announcement): Promise<boolean>;
  vacate(blank: Blank): Promise<boolean>;
  /** The launch's row, the place and whose the machine is, in one write. */
  bind(blank: ReadyBlank, binding: Binding): Promise<BindAnswer>;
  findBound(instanceId: string): Promise<BoundBlank | undefined>;
  /** The places first: what is bound in between is in both. */
  readAll(): Promise<{ readonly blanks: readonly Blank[]; readonly bound: readonly BoundBlank[] }>;
  forgetBound(instanceId: string): Promise<void>;
}

export interface BlankRequest extends PoolKey {
  readonly blankId: string;
  /** How many to ask for. */
  readonly machines: number;
  readonly intent: Intent;
  readonly userData: UserData;
}

export interface Owner {
  readonly installationId: number;
  readonly tenantTier: string;
  readonly launchId: string;
  readonly securityGroupId: string;
}

export interface DressedMachine {
  readonly instanceId: string;
  readonly blankId: string;
  /** EC2 has just started it, and may not show it, or all of it, for some seconds. */
  readonly isNew?: boolean;
}

export interface BlankMachines {
  /**
   * As many as are asked for, or as EC2 has room for; a repeat names the same ones. Without a tenant's tags, unless the
   * pool is a tenant's own.
   */
  start(request: BlankRequest): Promise<GroupAnswer>;
  /**
   * Gives a machine its tenant's group and tags; a repeat changes nothing. `unfit`: it does not run, or is not the
   * machine that it should be.
   */
  dress(machine: DressedMachine, owner: Owner): Promise<'dressed' | 'unfit'>;
}
