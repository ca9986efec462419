import {
  MINUTE,
  TAG,
  ageOf,
  isOrderId,
  poolNameOf,
  wantedPools,
  type Blank,
  type BoundBlank,
  type Machine,
  type Pools,
} from '@multi-tenant-runner/core';

/** What one sweep knows of the pools: the machines were listed first, then the places read, then what is bound. */
export interface PoolSnapshot {
  /** Those that a pool started. Not terminated, not shutting down. */
  readonly machines: readonly Machine[];
  readonly blanks: readonly Blank[];
  readonly bound: readonly BoundBlank[];
}

export interface PoolLimits {
  readonly pools: Pools;
  /** Milliseconds each. */
  readonly bootTimeout: number;
  readonly grace: number;
}

export type BlankEnd = 'no-pool' | 'too-many' | 'outdated' | 'too-old' | 'never-announced' | 'gone' | 'never-started';

/** `end-machine`: one that no row names any more. `fill`: a place of this size is free. */
export type PoolAction =
  | { readonly kind: 'end-blank'; readonly blank: Blank; readonly reason: BlankEnd }
  | { readonly kind: 'end-machine'; readonly instanceId: string }
  | { readonly kind: 'forget'; readonly instanceId: string }
  | { readonly kind: 'fill'; readonly tier: string };

/**
 * Longer than any function runs: no other sweep still goes by a list of machines from before the binding, so the row
 * that says whose the machine is has done its work.
 */
const REMEMBERED = 30 * MINUTE;

/** Whose a machine of a pool is: until EC2 lists its launch's tag, the row of its binding says so. */
export function ownerOf(machine: Machine, { bound }: Pick<PoolSnapshot, 'bound'>): number | undefined {
  const row = bound.find(({ instanceId }) => instanceId === machine.instanceId);
  if (row !== undefined) return row.installationId;
  return isOwned(machine) ? Number(machine.tags[TAG.tenantId]) : undefined;
}

/** Those of shared calls carry an order's id instead: each is its launch's from its birth. */
export const isOfPool = ({ tags }: Machine): boolean =>
  tags[TAG.blankId] !== undefined && !isOrderId(tags[TAG.blankId]);
const isOwned = ({ tags }: Machine): boolean => tags[TAG.launchId] !== undefined;

/**
 * What the sweep does about pools, rows and machines that disagree. Pure. A machine without a row is ended without a
 * grace: its row was there before it, and what is bound was read last.
 */
export function decidePool(snapshot: PoolSnapshot, now: Date, limits: PoolLimits): PoolAction[] {
  const { machines, blanks, bound } = snapshot;
  const alive = new Map(machines.map((machine) => [machine.instanceId, machine]));
  const wanted = new Map(wantedPools(limits.pools, now).map((pool) => [poolNameOf(pool), pool]));
  const ends = new Map(blanks.map((blank) => [blank, endOf(blank, { alive, wanted, now, limits })]));
  const kept = blanks.filter((blank) => ends.get(blank) === undefined);
  const short = [...wanted.values()].filter(
    (pool) => kept.filter((blank) => poolNameOf(blank) === poolNameOf(pool)).length < pool.size,
  );
  return [
    ...blanks.flatMap((blank): PoolAction[] => {
      const reason = ends.get(blank);
      return reason === undefined ? [] : [{ kind: 'end-blank', blank, reason }];
    }),
    ...machines
      .filter((one) => !blanks.some((blank) => isIn(one, blank)))
      .filter((one) => ownerOf(one, snapshot) === undefined)
      .map(({ instanceId }): PoolAction => ({ kind: 'end-machine', instanceId })),
    ...bound
      .filter(({ boundAt }) => ageOf(boundAt, now) > REMEMBERED)
      .filter(({ instanceId }) => isDone(alive.get(instanceId)))
      .map(({ instanceId }): PoolAction => ({ kind: 'forget', instanceId })),
    ...[...new Set(short.map(({ tier }) => tier))].map((tier): PoolAction => ({ kind: 'fill', tier })),
  ];
}

/** A place whose filling does not know its machine yet is that of the machine of its number, of all of its call. */
function isIn({ instanceId, launchIndex = 0, tags }: Machine, blank: Blank): boolean {
  if (blank.instanceId !== undefined) return blank.instanceId === instanceId;
  return tags[TAG.blankId] === blank.blankId && launchIndex === (blank.intent.group?.index ?? 0);
}

const isDone = (machine: Machine | undefined): boolean => machine === undefined || isOwned(machine);

interface Circumstances {
  readonly alive: ReadonlyMap<string, Machine>;
  readonly wanted: ReadonlyMap<string, { readonly size: number }>;
  readonly now: Date;
  readonly limits: PoolLimits;
}

function endOf(blank: Blank, { alive, wanted, now, limits }: Circumstances): BlankEnd | undefined {
  const pool = wanted.get(poolNameOf(blank));
  const settings = limits.pools.get(blank.tier);
  if (pool === undefined || settings === undefined) return 'no-pool';
  if (blank.place >= pool.size) return 'too-many';
  const { instanceId, intent, launchedAt = blank.createdAt } = blank;
  if (`${intent.launchTemplateId}/${intent.launchTemplateVersion}` !== settings.template) return 'outdated';
  if (instanceId === undefined) return ageOf(blank.createdAt, now) > limits.grace ? 'never-started' : undefined;
  if (!alive.has(instanceId)) return ageOf(launchedAt, now) > limits.grace ? 'gone' : undefined;
  if (ageOf(launchedAt, now) > settings.maxIdle) return 'too-old';
  const isLate = blank.announcement === undefined && ageOf(launchedAt, now) > limits.bootTimeout;
  return isLate ? 'never-announced' : undefined;
}
