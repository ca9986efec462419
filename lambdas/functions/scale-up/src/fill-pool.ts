import { createHash } from 'node:crypto';
import {
  blankSecretOf,
  poolNameOf,
  wantedPoolsOf,
  type Blank,
  type Intent,
  type Place,
  type WantedPool,
} from '@multi-tenant-runner/core';
import { hashSecret } from '@multi-tenant-runner/runtime';
import { decideIntent } from './decide-intent';
import type { Pooling, ScaleUpDeps } from './deps';

type PoolDeps = ScaleUpDeps & Pooling;

/** Machines that one invocation starts at most; the sweep asks for the others a minute later. */
export const FILLED_AT_ONCE = 10;

/**
 * Starts a machine for each free place of a size's pools. The row of the place is written first, so of any number of
 * invocations one fills it. What dies on the way leaves a row or a machine that the sweep clears.
 *
 * @param name of this invocation; no other machine may have its blank's id
 */
export async function fillPool(tier: string, name: string, deps: ScaleUpDeps): Promise<void> {
  const { pooling } = deps;
  const pool = pooling?.pools.get(tier);
  if (pooling === undefined || pool === undefined) return;
  const pooled = { ...deps, ...pooling };
  let left = FILLED_AT_ONCE;
  for (const wanted of wantedPoolsOf(tier, pool, deps.clock.now()))
    for (const place of await freePlaces(wanted, pooled)) {
      if (left === 0 || !(await fillPlace(place, name, pooled))) return;
      left -= 1;
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

async function freePlaces({ size, ...key }: WantedPool, deps: PoolDeps): Promise<readonly Place[]> {
  const has = new Set((await deps.pool.places(key)).map(({ place }) => place));
  const free = Array.from({ length: size }, (_, place) => ({ ...key, place })).filter(({ place }) => !has.has(place));
  return free.length > 0 && (await mayHaveMachines(key.dedicated, deps)) ? free : [];
}

/** A tenant of its own pool that is suspended or gone has no machines waiting. */
async function mayHaveMachines(dedicated: number | undefined, deps: PoolDeps): Promise<boolean> {
  if (dedicated === undefined) return true;
  const lookup = await deps.tenants.get(dedicated);
  return lookup.kind === 'tenant' && lookup.tenant.status === 'active';
}

/** Answers whether it is worth while to go on with the next place. */
async function fillPlace(place: Place, name: string, deps: PoolDeps): Promise<boolean> {
  const attempted: string[] = [];
  for (;;) {
    const blank = await decideBlank(place, { name, attempted }, deps);
    if (blank === undefined) return false;
    // Another invocation fills it.
    if (!(await deps.pool.occupy(blank))) return true;
    const { blankId, intent } = blank;
    const claimSecret = blankSecretOf(place, await deps.claimSecretFor(intent.clientToken));
    const userData = { machineUrl: deps.scaleUp.machineUrl, claimSecret };
    const { tier, dedicated } = place;
    const answer = await deps.blanks.start({
      tier,
      ...(dedicated !== undefined && { dedicated }),
      blankId,
      intent,
      userData,
    });
    if (answer.kind === 'started') {
      const { instanceId, launchedAt = deps.clock.now().toISOString() } = answer;
      await deps.pool.recordInstance(blank, { instanceId, launchedAt });
      return true;
    }
    // A machine may have come of it: its place is cleared by the sweep, once it is clear what.
    if (answer.kind === 'unknown') return false;
    await deps.pool.vacate(blank);
    if (answer.kind !== 'refused') {
      deps.log.warn('A pool could not be filled; the sweep asks again', {
        tier,
        reason: answer.kind,
        code: answer.code,
      });
      return false;
    }
    deps.capacityErrors.add(intent.candidate, deps.clock.now());
    attempted.push(intent.candidate);
  }
}

interface Attempt {
  readonly name: string;
  readonly attempted: readonly string[];
}

/** Undefined: EC2 has no room for any candidate. */
async function decideBlank(place: Place, { name, attempted }: Attempt, deps: PoolDeps): Promise<Blank | undefined> {
  const now = deps.clock.now();
  const pool = poolNameOf(place);
  const text = `${pool}/${place.place}/${name}/${now.getTime()}/${attempted.length}`;
  const blankId = createHash('sha256').update(text).digest('hex').slice(0, 20);
  const group = await groupFor(place, deps);
  if (group === undefined) return undefined;
  const decided = decideIntent(
    { installationId: place.dedicated ?? 0, launchId: blankId, tier: place.tier },
    attempted,
    group,
    deps,
  );
  if (decided === undefined) return undefined;
  const secret = blankSecretOf(place, await deps.claimSecretFor(decided.clientToken));
  const intent: Intent = { ...decided, claimHash: hashSecret(secret) };
  return { ...place, blankId, intent, createdAt: now.toISOString() };
}

/** The shared group, into which nothing comes either; a tenant's own machines have its group from the beginning. */
async function groupFor({ dedicated }: Place, deps: PoolDeps) {
  const shared = { securityGroupId: deps.sharedGroupId, tenantTier: '' };
  if (dedicated === undefined) return shared;
  const lookup = await deps.tenants.get(dedicated);
  if (lookup.kind !== 'tenant') return undefined;
  const { tier: tenantTier, securityGroupId } = lookup.tenant;
  const own = deps.scaleUp.sharedSecurityGroupId ?? securityGroupId;
  return own === undefined ? undefined : { securityGroupId: own, tenantTier };
}
