import type { Job } from '../model/job';
import type { TenantLookup } from '../model/tenant';
import { explainWait } from '../transitions';
import type { ProtocolDeps } from './deps';
import { reasonNow } from '../decisions/wait-reason';

/** Open jobs of one tenant that are looked at in one go; the sweep's visits go on. */
const RESTATED_AT_ONCE = 1_000;
const SIDE_BY_SIDE = 10;

type RestateDeps = Pick<ProtocolDeps, 'jobs' | 'clock'>;

/**
 * Has a tenant's parked jobs say what they wait for now, the oldest at once and the others by the sweep. Repeats do
 * nothing, and a job that went on is left alone.
 */
export async function restateAll(
  installationId: number,
  deps: RestateDeps & Pick<ProtocolDeps, 'tenants'>,
): Promise<void> {
  // The jobs first: a row that changes after it was read here makes a change of its own in the table's stream.
  const { rows } = await deps.jobs.pageIndexed(installationId, { limit: RESTATED_AT_ONCE });
  const parked = rows.filter(({ state }) => state === 'parked');
  if (parked.length > 0) await restate(parked, await deps.tenants.get(installationId), deps);
}

export async function restate(parked: readonly Job[], lookup: TenantLookup, deps: RestateDeps): Promise<void> {
  const stale = staleOf(parked, lookup, deps.clock.now());
  for (let from = 0; from < stale.length; from += SIDE_BY_SIDE) {
    await Promise.all(stale.slice(from, from + SIDE_BY_SIDE).map((job) => restateJob(job, lookup, deps)));
  }
}

/** Those whose reason is over. */
function staleOf(jobs: readonly Job[], lookup: TenantLookup, now: Date): readonly Job[] {
  return jobs.filter((job) => reasonNow(job, lookup, now) !== undefined);
}

async function restateJob(job: Job, lookup: TenantLookup, deps: RestateDeps): Promise<void> {
  const wait = reasonNow(job, lookup, deps.clock.now());
  if (wait !== undefined) await explainWait(job, wait, deps);
}
