import type {
  BlankMachines,
  Budgets,
  ConfigStore,
  LeaseHolder,
  OrderStore,
  Pools,
  PoolStore,
  ProtocolDeps,
  Rate,
  RunnerFleet,
  TenantLookup,
} from '@multi-tenant-runner/core';
import type { ComeBack } from '@multi-tenant-runner/runtime';
import type { RecentCapacityErrors } from './candidates';
import type { Seat } from './desk';

export interface ScaleUpSettings {
  readonly subnetIds: readonly string[];
  /** Of the sizes that have subnets of their own. */
  readonly tierSubnetIds?: ReadonlyMap<string, readonly string[]>;
  readonly launchTemplates: ReadonlyMap<string, { readonly id: string; readonly version: string }>;
  /** Undefined: each tenant has its own group. */
  readonly sharedSecurityGroupId?: string;
  readonly maxReceiveCount: number;
  readonly leaseMilliseconds: number;
  /** Milliseconds after which no call of an invocation that is gone can have an effect that EC2 does not show. */
  readonly grace: number;
  /** What the account may ask of RunInstances. */
  readonly launchRate: { readonly calls: Rate; readonly machines: Rate };
  /** Machines that one call may ask for. */
  readonly machinesACall: number;
  /** Where machines claim their configuration and report. */
  readonly machineUrl: string;
}

/** What it takes to ask by one call for machines of several tenants. */
export interface Sharing {
  /** The sizes for which this is allowed, each with the tenants that never share. */
  readonly tiers: ReadonlyMap<string, ReadonlySet<number>>;
  readonly orders: OrderStore;
  readonly blanks: BlankMachines;
  /** Of machines that belong to no tenant. */
  readonly sharedGroupId: string;
}

/** Whether a tenant's launches of a size may go by a call that tenants share. */
export function sharesCalls(
  { tier, installationId }: { readonly tier: string; readonly installationId: number },
  { tiers }: Pick<Sharing, 'tiers'>,
): boolean {
  return tiers.get(tier)?.has(installationId) === false;
}

/** What it takes to have machines waiting. */
export interface Pooling {
  readonly pools: Pools;
  readonly pool: Pick<PoolStore, 'places' | 'occupy' | 'recordInstance' | 'vacate' | 'bind'>;
  readonly blanks: BlankMachines;
  /** Of machines that belong to no tenant. */
  readonly sharedGroupId: string;
}

export interface ScaleUpDeps extends ProtocolDeps {
  readonly fleet: Pick<RunnerFleet, 'run' | 'runGroup' | 'findByToken' | 'terminate'>;
  readonly configs: Pick<ConfigStore, 'remove'> & {
    /** @param onWait called before the write is repeated, which may take many seconds */
    put(entry: Parameters<ConfigStore['put']>[0], onWait?: () => Promise<unknown>): Promise<void>;
  };
  readonly budgets: Pick<Budgets, 'place'>;
  readonly scaleUp: ScaleUpSettings;
  /** Absent: no size has a pool. */
  readonly pooling?: Pooling;
  /** Absent: no size shares calls. */
  readonly sharing?: Sharing;
  readonly capacityErrors: RecentCapacityErrors;
  /** The secret in a machine's user data: the same for the same client token, so that a repeated call is the same. */
  readonly claimSecretFor: (clientToken: string) => Promise<string>;
  /** Of this record. Without one its launch asks alone. */
  readonly seat?: Seat;
  /** Absent: what fails comes back after the queue's visibility timeout. */
  readonly comeBack?: ComeBack;
}

/** One delivery of one message. */
export interface Delivery {
  readonly lease: LeaseHolder;
  readonly receiveCount: number;
  /** What it threw has left no lease behind. */
  readonly onFree?: () => void;
}

export function tenantTierOf(lookup: TenantLookup, { settings }: Pick<ScaleUpDeps, 'settings'>): string {
  return lookup.kind === 'tenant' ? lookup.tenant.tier : settings.defaultTier;
}

/** The message comes back later; what is begun stays recorded on its rows. */
export class RetryLater extends Error {
  override readonly name = 'RetryLater';
}
