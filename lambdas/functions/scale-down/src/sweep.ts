import { TAG, type Machine } from '@multi-tenant-runner/core';
import { checkRound } from './check-round';
import { dispatchDueJobs } from './due-jobs';
import { olderOf } from './oldest-job';
import { createOpenRotation, createTableRotation, type Round } from './tenant-rotation';
import { endOrphans, ownedOf, readOrdered } from './sweep-orders';
import { ownedMachines, readPools, sweepPool } from './sweep-pool';
import { readFleet, settleFleet } from './fleet-round';
import type { SeenBefore } from './read-rows';
import { visitTenant, type Visit } from './visit-tenant';
import type { ScaleDownDeps } from './deps';

export interface SweepReport {
  readonly tenants: number;
  readonly repaired: number;
  /** Tenants of whom something failed. */
  readonly failed: number;
  /** Actions that wait for a later try. */
  readonly setAside: number;
  /** Whether each tenant that has something open was looked at, and the round over the table has come to its end. */
  readonly finished: boolean;
  /** Seconds between two looks at each tenant that has something open; undefined: none has. */
  readonly roundSeconds?: number;
  /** By tier, the seconds that the oldest job has waited although its tenant may have a runner for it. */
  readonly oldestJobs: Readonly<Record<string, number>>;
}

type Tally = { -readonly [K in keyof Omit<SweepReport, 'finished' | 'roundSeconds'>]: SweepReport[K] };

/** Tenants swept side by side: of those with something open, and of the table. */
export const AT_ONCE = 8;
const OF_THE_TABLE = 2;
/** Visits of one tenant in one run: what a flood costs in a minute is bounded too. */
export const VISITS_A_RUN = 5;

/**
 * Settles what rows, slots, machines and jobs of tenants disagree on: the jobs that are due, every tenant that has
 * something open, and some rows of the table, beside each other, so that none of them can take up every run; then, as
 * long as there is time, tenants that have more rows than one visit reads. What a visit costs is bounded, however large
 * the tenant, and what a run costs, however many there are. One tenant's failure is that tenant's alone.
 *
 * @param outOfTime asked between tenants
 */
export async function sweep(deps: ScaleDownDeps, outOfTime: () => boolean): Promise<SweepReport> {
  // Before the launches, so that none which ended meanwhile seems to have no slot.
  const shares = await unlessItFails('fleet', readFleet(deps), deps);
  const fleetSlots = shares && new Set(shares.flatMap(({ slots }) => [...slots]));
  const dueJobs = unlessItFails('due-jobs', dispatchDueJobs(deps, outOfTime), deps);
  const fleet = unlessItFails('fleet', settleFleet(shares, deps), deps);
  const listed = await deps.fleet.list();
  // After the machines: so none of them is without its row.
  const pools = await unlessItFails('pools', readPools(listed, deps), deps);
  const ordered = (await unlessItFails('orders', readOrdered(listed, deps), deps)) ?? [];
  const owned = ownedMachines(listed, pools ?? { machines: [], blanks: [], bound: [] });
  const machines = groupByTenant([...owned, ...ownedOf(ordered)]);
  const orphans = unlessItFails('orders', endOrphans(ordered, deps), deps);
  const pool = pools && unlessItFails('pools', sweepPool(pools, deps), deps);
  const report: Tally = { tenants: 0, repaired: 0, failed: 0, setAside: 0, oldestJobs: {} };
  const seen = new Set<number>();
  const unfinished = new Set<number>();
  const untold = new Map<number, readonly number[]>();
  const visit = async (installationId: number): Promise<void> => {
    const seen = { machines: machines.get(installationId) ?? [], ...(fleetSlots && { fleetSlots }) };
    const visited = await visitOne(installationId, seen, report, deps);
    untold.set(installationId, [...(untold.get(installationId) ?? []), ...(visited?.untold ?? [])]);
    if (visited?.hasMore === true) unfinished.add(installationId);
    else unfinished.delete(installationId);
  };
  const visitFirst = async (installationId: number): Promise<void> => {
    if (seen.has(installationId)) return;
    seen.add(installationId);
    report.tenants += 1;
    await visit(installationId);
  };
  const open = await createOpenRotation(await findOpen(machines, deps), deps);
  const table = await createTableRotation(deps);
  const ended = await together([
    goThrough(open, AT_ONCE, visitFirst, outOfTime),
    goThrough(table, OF_THE_TABLE, visitFirst, outOfTime),
  ]);
  await Promise.all([dueJobs, fleet, pool, orphans]);
  for (let lap = 1; lap < VISITS_A_RUN && unfinished.size > 0; lap += 1)
    await goThrough(once([...unfinished]), AT_ONCE, visit, outOfTime);
  await unlessItFails('checks', checkRound(untold, deps, outOfTime), deps);
  const roundSeconds = open.roundSeconds();
  return {
    ...report,
    finished: ended.every((isOver) => isOver) && table.finished(),
    ...(roundSeconds !== undefined && { roundSeconds }),
  };
}

/** Each on its own, so that a slow one holds up nobody. Answers whether the round came to its end for this run. */
async function goThrough(
  round: Round,
  atOnce: number,
  visit: (installationId: number) => Promise<void>,
  outOfTime: () => boolean,
): Promise<boolean> {
  let queue: number[] = [];
  let turn: Promise<boolean> | undefined;
  let isOver = false;
  const refill = async (): Promise<boolean> => {
    const chunk = await round.next();
    turn = undefined;
    queue = [...(chunk ?? [])];
    return chunk !== undefined;
  };
  const work = async (): Promise<void> => {
    while (!isOver && !outOfTime()) {
      const installationId = queue.shift();
      if (installationId !== undefined) await visit(installationId);
      else if (!(await (turn ??= refill()))) isOver = true;
    }
  };
  await Promise.all(Array.from({ length: round.isCareful ? 1 : atOnce }, work));
  await round.close(queue.length);
  return isOver;
}

/** None goes on when the run is over, also where one has failed. */
async function together(rounds: readonly Promise<boolean>[]): Promise<readonly boolean[]> {
  await Promise.allSettled(rounds);
  return Promise.all(rounds);
}

function once(tenants: readonly number[]): Round {
  let left: readonly number[] | undefined = tenants;
  return {
    isCareful: false,
    next: async () => {
      const all = left;
      left = undefined;
      return all;
    },
    close: async () => undefined,
  };
}

async function visitOne(
  installationId: number,
  seen: SeenBefore,
  report: Tally,
  deps: ScaleDownDeps,
): Promise<Visit | undefined> {
  const own = { ...deps, log: deps.log.with({ tenant_id: installationId }) };
  try {
    const visit = await visitTenant(installationId, seen, own);
    countVisit(installationId, visit, deps);
    report.repaired += visit.repaired;
    report.failed += visit.failed > 0 ? 1 : 0;
    report.setAside += visit.setAside;
    report.oldestJobs = olderOf(report.oldestJobs, visit.oldestJobs);
    return visit;
  } catch (cause) {
    report.failed += 1;
    deps.metrics.count('SweepFailed', { properties: { tenant_id: installationId } });
    own.log.error('The sweep of a tenant failed; the next run tries again', { cause });
    return undefined;
  }
}

function countVisit(installationId: number, { repaired, setAside }: Visit, { metrics }: ScaleDownDeps): void {
  const properties = { tenant_id: installationId };
  if (repaired > 0) metrics.count('SweepRepaired', { value: repaired, properties });
  if (setAside > 0) metrics.count('SweepSetAside', { value: setAside, properties });
}

/** Tenants with machines, open launches or open jobs, and uninstalled ones that are not cleaned up; and a few more. */
async function findOpen(machines: ReadonlyMap<number, unknown>, deps: ScaleDownDeps): Promise<number[]> {
  const found = await Promise.all([
    unlessItFails('marked', deps.tenants.tenantsWithMark(), deps),
    unlessItFails('open-jobs', deps.jobs.tenantsWithUnadmitted(), deps),
    unlessItFails('clean-ups', deps.tenants.tenantsToCleanUp(), deps),
  ]);
  return [...new Set([...machines.keys(), ...found.flatMap((ids) => ids ?? [])])];
}

/** A part that fails leaves the others to go on. */
async function unlessItFails<T>(part: string, work: Promise<T>, deps: ScaleDownDeps): Promise<T | undefined> {
  try {
    return await work;
  } catch (cause) {
    deps.metrics.count('SweepFailed', { properties: { tenant_id: null, action: part } });
    deps.log.error('A part of the sweep failed; the next run tries again', { part, cause });
    return undefined;
  }
}

function groupByTenant(machines: readonly Machine[]): Map<number, Machine[]> {
  const groups = new Map<number, Machine[]>();
  for (const machine of machines) {
    const installationId = Number(machine.tags[TAG.tenantId]);
    if (!Number.isSafeInteger(installationId) || machine.state === 'shutting-down') continue;
    const own = groups.get(installationId);
    if (own === undefined) groups.set(installationId, [machine]);
    else own.push(machine);
  }
  return groups;
}
