import { createHash } from 'node:crypto';
import {
  blankSecretOf,
  poolNameOf,
  wantedPoolsOf,
  type Blank,
  type GroupAnswer,
  type Intent,
  type PoolKey,
  type UserData,
  type WantedPool,
} from '@multi-tenant-runner/core';
import { hashSecret } from '@multi-tenant-runner/runtime';
import { decideIntent } from './decide-intent';
import type { Pooling, ScaleUpDeps } from './deps';

type PoolDeps = ScaleUpDeps & Pooling;

/** Machines that one invocation starts at most; the sweep asks for the others a minute later. */
export const FILLED_AT_ONCE = 50;

/**
 * Starts machines for the free places of a size's pools, several by one call. The row of a place is written first, so
 * of any number of invocations one fills it. What dies on the way leaves rows or machines that the sweep clears.
 *
 * @param name of this invocation; no other machine may have its blank's id
 */
export async function fillPool(tier: string, name: string, deps: ScaleUpDeps): Promise<void> {
  const { pooling } = deps;
  const pool = pooling?.pools.get(tier);
  if (pooling === undefined || pool === undefined) return;
  const pooled = { ...deps, ...pooling };
  let left = FILLED_AT_ONCE;
  for (const wanted of wantedPoolsOf(tier, pool, deps.clock.now())) {
    const free = (await freePlaces(wanted, pooled)).slice(0, left);
    left -= free.length;
    if (!(await fillPlaces(wanted, free, name, pooled))) return;
  }
}

/** A machine was taken: its place gets another one at once, after the job has its machine. */
export async function refillPool(tier: string, name: string, deps: ScaleUpDeps): Promise<void> {
  try {
    await fillPool(tier, name, deps);
  } catch (cause) {
    deps.log.warn('A pool could not be filled; the sweep asks again', { tier, cause });
  }
}

async function freePlaces({ size, ...key }: WantedPool, deps: PoolDeps): Promise<readonly number[]> {
  const has = new Set((await deps.pool.places(key)).map(({ place }) => place));
  const free = Array.from({ length: size }, (_, place) => place).filter((place) => !has.has(place));
  return free.length > 0 && (await mayHaveMachines(key.dedicated, deps)) ? free : [];
}

/** A tenant of its own pool that is suspended or gone has no machines waiting. */
async function mayHaveMachines(dedicated: number | undefined, deps: PoolDeps): Promise<boolean> {
  if (dedicated === undefined) return true;
  const lookup = await deps.tenants.get(dedicated);
  return lookup.kind === 'tenant' && lookup.tenant.status === 'active';
}

/** Answers whether it is worth while to go on with the next pool. */
async function fillPlaces(key: PoolKey, places: readonly number[], name: string, deps: PoolDeps): Promise<boolean> {
  const attempted: string[] = [];
  let left = places;
  while (left.length > 0) {
    const together = left.slice(0, deps.scaleUp.machinesACall);
    const call = await decideCall(key, together, { name, attempted }, deps);
    if (call === undefined) return false;
    const blanks = await occupy(call.blanks, deps);
    const behind = left.slice(blanks.length === together.length ? together.length : blanks.length + 1);
    const answer = await ask(key, call, blanks, deps);
    // Machines may have come of it: their places are cleared by the sweep, once it is clear what.
    if (answer.kind === 'unknown') return false;
    const refused = await record(blanks, answer, deps);
    if (answer.kind !== 'started' && answer.kind !== 'refused') {
      deps.log.warn('A pool could not be filled; the sweep asks again', {
        tier: key.tier,
        reason: answer.kind,
        code: answer.code,
      });
      return false;
    }
    if (refused.length > 0) {
      deps.capacityErrors.add(call.intent.candidate, deps.clock.now());
      attempted.push(call.intent.candidate);
    }
    left = [...refused, ...behind];
  }
  return true;
}

/** One call, and the rows of its machines in the order of their numbers. */
interface Call {
  readonly intent: Intent;
  readonly blanks: readonly Blank[];
  readonly userData: UserData;
}

/** In order, up to the first that another invocation fills: EC2 numbers the machines of a call without a gap. */
async function occupy(blanks: readonly Blank[], deps: PoolDeps): Promise<readonly Blank[]> {
  for (const [index, blank] of blanks.entries()) if (!(await deps.pool.occupy(blank))) return blanks.slice(0, index);
  return blanks;
}

async function ask(
  { tier, dedicated }: PoolKey,
  { intent, userData }: Call,
  blanks: readonly Blank[],
  deps: PoolDeps,
): Promise<GroupAnswer> {
  const [first] = blanks;
  if (first === undefined) return { kind: 'started', machines: new Map() };
  return deps.blanks.start({
    tier,
    ...(dedicated !== undefined && { dedicated }),
    blankId: first.blankId,
    machines: blanks.length,
    intent,
    userData,
  });
}

/** Answers the places of machines that EC2 did not start, which are free again. */
async function record(blanks: readonly Blank[], answer: GroupAnswer, deps: PoolDeps): Promise<readonly number[]> {
  const left: number[] = [];
  for (const [index, blank] of blanks.entries()) {
    const machine = answer.kind === 'started' ? answer.machines.get(index) : undefined;
    if (machine === undefined) {
      await deps.pool.vacate(blank);
      left.push(blank.place);
      continue;
    }
    const { instanceId, interfaceId, launchedAt = deps.clock.now().toISOString() } = machine;
    await deps.pool.recordInstance(blank, {
      ...{ instanceId, launchedAt },
      ...(interfaceId !== undefined && { interfaceId }),
    });
  }
  return left;
}

interface Attempt {
  readonly name: string;
  readonly attempted: readonly string[];
}

/** Undefined: EC2 has no room for any candidate. */
async function decideCall(
  key: PoolKey,
  places: readonly number[],
  { name, attempted }: Attempt,
  deps: PoolDeps,
): Promise<Call | undefined> {
  const now = deps.clock.now();
  const text = `${poolNameOf(key)}/${places.join('_')}/${name}/${now.getTime()}/${attempted.length}`;
  const blankId = createHash('sha256').update(text).digest('hex').slice(0, 20);
  const group = await groupFor(key, deps);
  if (group === undefined) return undefined;
  const { tier, dedicated } = key;
  const asLaunch = { installationId: dedicated ?? 0, launchId: blankId, tier };
  const decided = decideIntent(asLaunch, attempted, group, deps);
  if (decided === undefined) return undefined;
  const claimSecret = blankSecretOf(key, places, await deps.claimSecretFor(decided.clientToken));
  const intent: Intent = { ...decided, claimHash: hashSecret(claimSecret) };
  const pool = { tier, ...(dedicated !== undefined && { dedicated }) };
  const blanks = places.map((place, index): Blank => {
    const numbered = places.length === 1 ? intent : { ...intent, group: { index, size: places.length } };
    return { ...pool, place, blankId, intent: numbered, createdAt: now.toISOString() };
  });
  return { intent, blanks, userData: { machineUrl: deps.scaleUp.machineUrl, claimSecret } };
}

/** The shared group, into which nothing comes either; a tenant's own machines have its group from the beginning. */
async function groupFor({ dedicated }: PoolKey, deps: PoolDeps) {
  const shared = { securityGroupId: deps.sharedGroupId, tenantTier: '' };
  if (dedicated === undefined) return shared;
  const lookup = await deps.tenants.get(dedicated);
  if (lookup.kind !== 'tenant') return undefined;
  const { tier: tenantTier, securityGroupId } = lookup.tenant;
  const own = deps.scaleUp.sharedSecurityGroupId ?? securityGroupId;
  return own === undefined ? undefined : { securityGroupId: own, tenantTier };
}
