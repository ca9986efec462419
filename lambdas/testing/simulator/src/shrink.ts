import type { Promised } from './invariants/violations';
import type { SimulationOptions } from './scenario/options';
import { drawScenario } from './scenario/scenario';

/** Which promises a run breaks. */
export type FindBroken = (options: SimulationOptions) => Promise<ReadonlySet<Promised>>;

/**
 * The smallest run that still breaks one of the promises that the given one breaks: without the kinds of faults,
 * tenants and jobs that it does not need. Undefined: the given run breaks none.
 */
export async function shrink(given: SimulationOptions, findBroken: FindBroken): Promise<SimulationOptions | undefined> {
  const broken = await findBroken(given);
  if (broken.size === 0) return undefined;
  const stillFails = async (options: SimulationOptions): Promise<boolean> =>
    [...(await findBroken(options))].some((promise) => broken.has(promise));
  const { tenants, jobs } = drawScenario(given);
  let smallest: SimulationOptions = {
    ...given,
    onlyTenants: tenants.map(({ number }) => number),
    onlyJobs: jobs.map(({ number }) => number),
  };
  for (let before = -1; before !== sizeOf(smallest); ) {
    before = sizeOf(smallest);
    smallest = {
      ...smallest,
      onlyTenants: await without(smallest.onlyTenants ?? [], (kept) => stillFails({ ...smallest, onlyTenants: kept })),
    };
    smallest = {
      ...smallest,
      onlyJobs: await without(smallest.onlyJobs ?? [], (kept) => stillFails({ ...smallest, onlyJobs: kept })),
    };
    smallest = {
      ...smallest,
      faultKinds: await without(smallest.faultKinds, (kept) => stillFails({ ...smallest, faultKinds: kept })),
    };
  }
  return smallest;
}

const sizeOf = ({ onlyTenants = [], onlyJobs = [], faultKinds }: SimulationOptions): number =>
  onlyTenants.length + onlyJobs.length + faultKinds.length;

/** Leaves out halves, then quarters, down to single ones, as long as it still fails without them. */
async function without<T>(items: readonly T[], fails: (kept: readonly T[]) => Promise<boolean>): Promise<readonly T[]> {
  let kept = items;
  for (let size = Math.max(1, Math.floor(items.length / 2)); size >= 1; size = Math.floor(size / 2)) {
    for (let start = 0; start < kept.length; ) {
      const fewer = [...kept.slice(0, start), ...kept.slice(start + size)];
      if (await fails(fewer)) kept = fewer;
      else start += size;
    }
  }
  return kept;
}
