import { TAG, poolNameOf, refuseProtected, type Machine } from '@multi-tenant-runner/core';
import { decidePool, isOfPool, ownerOf, type PoolAction, type PoolSnapshot } from './decide-pool';
import type { Pooling, ScaleDownDeps } from './deps';

/** Actions side by side. */
const AT_ONCE = 10;

/** What the run knows of the pools; the machines were listed before. */
export async function readPools(machines: readonly Machine[], { pooling }: ScaleDownDeps): Promise<PoolSnapshot> {
  const rows = pooling === undefined ? { blanks: [], bound: [] } : await pooling.pool.readAll();
  return { ...rows, machines: machines.filter((one) => isOfPool(one) && one.state !== 'shutting-down') };
}

/**
 * Machines by whose they are: a pool's own are nobody's, and one that was taken a moment ago is its launch's tenant's,
 * whether or not EC2 shows the tags.
 */
export function ownedMachines(machines: readonly Machine[], snapshot: PoolSnapshot): readonly Machine[] {
  return machines.flatMap((machine) => {
    if (!isOfPool(machine)) return [machine];
    const owner = ownerOf(machine, snapshot);
    return owner === undefined ? [] : [{ ...machine, tags: { ...machine.tags, [TAG.tenantId]: String(owner) } }];
  });
}

/** Ends what no pool wants, and has what is missing started. Each action on its own. */
export async function sweepPool(snapshot: PoolSnapshot, deps: ScaleDownDeps): Promise<void> {
  const { pooling } = deps;
  if (pooling === undefined) return endWithoutPools(snapshot, deps);
  const limits = { ...deps.scaleDown, pools: pooling.pools };
  const actions = decidePool(snapshot, deps.clock.now(), limits);
  countWaiting(snapshot, deps);
  for (let at = 0; at < actions.length; at += AT_ONCE) {
    const some = actions.slice(at, at + AT_ONCE).map((action) => carryOutAlone(action, { ...deps, ...pooling }));
    await Promise.all(some);
  }
}

async function carryOutAlone(action: PoolAction, deps: ScaleDownDeps & Pooling): Promise<void> {
  try {
    await carryOut(action, deps);
  } catch (cause) {
    deps.metrics.count('SweepFailed', { properties: { tenant_id: null, action: action.kind } });
    deps.log.error('An action of the sweep on a pool failed; the next run tries again', { action: action.kind, cause });
  }
}

async function carryOut(action: PoolAction, deps: ScaleDownDeps & Pooling): Promise<void> {
  switch (action.kind) {
    case 'end-blank': {
      const { blank, reason } = action;
      // First the row: a launch that has taken the machine meanwhile keeps it.
      if (!(await deps.pool.vacate(blank))) return;
      const { instanceId } = blank;
      deps.log.info('A machine of a pool is ended', {
        reason,
        pool: poolNameOf(blank),
        instance_id: instanceId ?? null,
      });
      return instanceId === undefined ? undefined : terminate(instanceId, deps);
    }
    case 'end-machine':
      deps.log.warn('A machine of a pool has no row and is ended', { instance_id: action.instanceId });
      return terminate(action.instanceId, deps);
    case 'forget':
      return deps.pool.forgetBound(action.instanceId);
    case 'fill':
      return deps.queue.sendFill(action.tier);
  }
}

async function terminate(instanceId: string, deps: ScaleDownDeps): Promise<void> {
  await refuseProtected(await deps.fleet.terminate([instanceId]));
}

/** The last pool was removed, and its table with it: a launch that took a machine may not have said so in its tags. */
async function endWithoutPools(snapshot: PoolSnapshot, deps: ScaleDownDeps): Promise<void> {
  for (const machine of snapshot.machines.filter((one) => ownerOf(one, snapshot) === undefined)) {
    const { instanceId } = machine;
    if ((await deps.launches.findByInstance(instanceId)) !== undefined) continue;
    deps.log.warn('A machine of a pool that was removed is ended', { instance_id: instanceId });
    await terminate(instanceId, deps);
  }
}

/** Machines that wait, each minute: their sum is the minutes that no tenant pays for. */
function countWaiting({ blanks }: PoolSnapshot, { metrics }: ScaleDownDeps): void {
  const waiting = blanks.filter(({ instanceId }) => instanceId !== undefined);
  for (const tier of new Set(waiting.map((blank) => blank.tier)))
    metrics.count('PoolWaiting', { tier, value: waiting.filter((blank) => blank.tier === tier).length });
}
