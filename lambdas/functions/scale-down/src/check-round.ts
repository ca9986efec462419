import { MINUTE } from '@multi-tenant-runner/core';
import { sideBySide } from '@multi-tenant-runner/runtime';
import type { ScaleDownDeps } from './deps';
import { tellChecks } from './tell-checks';

/** Tenants side by side; each has its own rate limit at GitHub. */
const AT_ONCE = 8;

/**
 * Has GitHub show why jobs wait, of every tenant that has a check or needs one, as long as there is time. Nothing where
 * the operator did not ask for checks.
 *
 * @param untold what the visits of this run saw
 */
export async function checkRound(
  untold: ReadonlyMap<number, readonly number[]>,
  { checkRuns, ...deps }: ScaleDownDeps,
  outOfTime: () => boolean,
): Promise<void> {
  if (checkRuns === undefined) return;
  const waiting = [...untold].filter(([, jobIds]) => jobIds.length > 0).map(([installationId]) => installationId);
  const tenants = new Set([...(await deps.jobs.tenantsWithChecks()), ...waiting]);
  const queue = inTurn([...tenants], deps.clock.now());
  await sideBySide(queue, { atOnce: AT_ONCE, isOver: outOfTime }, (next) =>
    tellOne(next, untold.get(next) ?? [], { ...deps, checkRuns, outOfTime }),
  );
}

/** Each run begins with another tenant, so that one that is out of time is not always short of the same. */
function inTurn(tenants: readonly number[], now: Date): number[] {
  const sorted = [...tenants].sort((a, b) => a - b);
  const first = (Math.floor(now.getTime() / MINUTE) * STRIDE) % Math.max(1, sorted.length);
  return [...sorted.slice(first), ...sorted.slice(0, first)];
}

/** A prime, so that the beginnings are spread over the tenants. */
const STRIDE = 7919;

async function tellOne(
  installationId: number,
  waiting: readonly number[],
  deps: Parameters<typeof tellChecks>[2],
): Promise<void> {
  const own = { ...deps, log: deps.log.with({ tenant_id: installationId }) };
  try {
    await tellChecks(installationId, waiting, own);
  } catch (cause) {
    deps.metrics.count('SweepFailed', { properties: { tenant_id: installationId, action: 'checks' } });
    own.log.error('The checks of a tenant failed; the next run tries again', { cause });
  }
}
