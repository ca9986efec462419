import {
  buildBinding,
  dropBlank,
  isReadyBlank,
  type BlankOwner,
  type Launch,
  type LeaseHolder,
  type ReadyBlank,
} from '@multi-tenant-runner/core';
import { hashOrder } from './hash-order';
import type { MachineFor } from './decide-intent';
import { RetryLater, type Pooling, type ScaleUpDeps } from './deps';
import type { WithMachine } from './machine-note';

type PoolDeps = ScaleUpDeps & Pooling;

/** Machines that one launch tries: each is another's by then, or could not be made the tenant's. */
const TRIES = 5;

/** `without`: the launch as it is, for an ordinary start. */
export type Taken =
  | { readonly kind: 'machine'; readonly launch: WithMachine }
  | { readonly kind: 'without'; readonly launch: Launch };

/**
 * Takes a machine that is already there, where the launch's size has a pool: first the row, in one write that only one
 * launch can win, then EC2, where the machine gets the tenant's group and tags. Only then may anything be stored for
 * it. A machine that can't be made the tenant's is ended, and the launch takes another. A launch that was bound before
 * goes on with that machine.
 *
 * @throws RetryLater when it is not known whether a machine has ended, or the lease was lost
 */
export async function takeBlank(
  launch: Launch,
  owner: MachineFor,
  lease: LeaseHolder,
  deps: ScaleUpDeps,
): Promise<Taken> {
  const { pooling } = deps;
  if (pooling === undefined) return { kind: 'without', launch: await endUndressed(launch, lease, deps) };
  const pooled: PoolDeps = { ...deps, ...pooling };
  let current = launch;
  for (let tries = 0; tries < TRIES; tries += 1) {
    const bound = isBound(current) ? current : await bindOne(current, owner, lease, pooled);
    if (bound === undefined) return { kind: 'without', launch: current };
    if (await dress(bound, owner, pooled)) return { kind: 'machine', launch: bound };
    current = await endBlank(bound, lease, pooled);
  }
  return { kind: 'without', launch: current };
}

const isBound = (launch: Launch): launch is WithMachine =>
  launch.blank !== undefined && launch.instanceId !== undefined;

/** Pools were removed while the launch was under way: nothing may give its machine the tenant's group any more. */
async function endUndressed(launch: Launch, lease: LeaseHolder, deps: ScaleUpDeps): Promise<Launch> {
  return isBound(launch) && launch.jitStored !== true ? endBlank(launch, lease, deps) : launch;
}

/** Undefined: no machine is ready. */
async function bindOne(
  launch: Launch,
  owner: BlankOwner,
  lease: LeaseHolder,
  deps: PoolDeps,
): Promise<WithMachine | undefined> {
  if (launch.state !== 'held' || launch.intent !== undefined || !deps.pools.has(launch.tier)) return undefined;
  for (const blank of await readyBlanks(launch, deps)) {
    const { launch: bound, binding } = buildBinding(launch, { blank, owner, lease }, deps);
    const answer = await deps.pool.bind(blank, binding);
    if (answer === 'launch') throw new RetryLater('The lease of the launch was lost before a machine was bound to it');
    if (answer === 'taken') continue;
    count('PoolTaken', launch, deps);
    return bound;
  }
  count('PoolMissed', launch, deps);
  return undefined;
}

/** The tenant's own first. Launches that ask at the same time begin with different ones. */
async function readyBlanks(launch: Launch, { pool, pools }: PoolDeps): Promise<readonly ReadyBlank[]> {
  const { tier, installationId, launchId } = launch;
  const own = pools.get(tier)?.dedicated.has(installationId)
    ? await pool.places({ tier, dedicated: installationId })
    : [];
  const ready = own.filter(isReadyBlank);
  const any = ready.length > 0 ? [] : (await pool.places({ tier })).filter(isReadyBlank);
  return hashOrder([...ready, ...any], launchId, ({ blankId }) => blankId).slice(0, TRIES);
}

async function dress(
  launch: WithMachine,
  { securityGroupId, tenantTier }: MachineFor,
  deps: PoolDeps,
): Promise<boolean> {
  const { blank, instanceId, installationId, launchId, jitStored } = launch;
  // Its configuration was stored, so it was dressed before that.
  if (blank === undefined || jitStored === true) return true;
  try {
    const machine = { instanceId, blankId: blank.blankId };
    const answer = await deps.blanks.dress(machine, { installationId, launchId, securityGroupId, tenantTier });
    if (answer === 'dressed') return true;
    deps.log.warn('A machine of the pool is not what it should be, and is ended', { instance_id: instanceId });
  } catch (cause) {
    deps.log.warn("A machine of the pool could not get its tenant's group and tags, and is ended", {
      instance_id: instanceId,
      cause,
    });
  }
  return false;
}

/** Nothing was stored for it, so no job runs on it. */
async function endBlank(launch: WithMachine, lease: LeaseHolder, deps: ScaleUpDeps): Promise<Launch> {
  const state = (await deps.fleet.terminate([launch.instanceId])).get(launch.instanceId);
  if (state !== 'shutting-down' && state !== 'terminated')
    throw new RetryLater('EC2 did not say that a machine of the pool ends, so the launch takes no other yet');
  const dropped = await dropBlank(launch, lease, deps);
  if (!dropped.ok) throw new RetryLater('The lease of the launch was lost while its machine was ended');
  return dropped.row;
}

function count(name: 'PoolTaken' | 'PoolMissed', launch: Launch, { metrics }: PoolDeps): void {
  const { tier, installationId, launchId } = launch;
  metrics.count(name, { tier, properties: { tenant_id: installationId, launch_id: launchId } });
}
