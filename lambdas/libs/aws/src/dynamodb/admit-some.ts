import { freeSlots, type AdmissionAnswer, type AdmissionRequest, type TenantLookup } from '@multi-tenant-runner/core';

/**
 * A transaction has a hundred writes: two for each, and the tenant's.
 * https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html
 */
export const ADMISSIONS_A_WRITE = 49;
/** Each leaves some out; what is left after the last goes one after the other. */
const TRIES = 4;

/** What stood in the way of a write for several: of some of them their own rows, of all the tenant's. */
export interface Together {
  readonly refused: ReadonlyMap<AdmissionRequest, AdmissionAnswer>;
  readonly lookup?: TenantLookup;
}

interface Writes {
  readonly admit: (request: AdmissionRequest) => Promise<AdmissionAnswer>;
  /** All of them, or none. */
  readonly admitTogether: (requests: readonly AdmissionRequest[], rowLimit: number) => Promise<Together>;
}

/**
 * Admits those of one tenant that have room. Those that can't be among the others are left out, and the rest is asked
 * for again: first what has rows already, then what is over the limit that the tenant's row has by then.
 *
 * @param requests as many as a write may have; all with the same `rowLimit` and `expected`
 * @returns for each what `admit` would answer, in their order
 */
export async function admitSome(
  requests: readonly AdmissionRequest[],
  { admit, admitTogether }: Writes,
): Promise<readonly AdmissionAnswer[]> {
  const answers = new Map<AdmissionRequest, AdmissionAnswer>();
  let left: readonly AdmissionRequest[] = eachOnce(requests);
  const others = requests.filter((request) => !left.includes(request));
  let rowLimit = requests[0]?.rowLimit;
  for (let tries = 0; tries < TRIES && left.length > 1 && rowLimit !== undefined; tries += 1) {
    const { refused, lookup } = await admitTogether(left, rowLimit);
    for (const [request, answer] of refused) answers.set(request, answer);
    if (refused.size > 0) left = left.filter((request) => !refused.has(request));
    else if (lookup === undefined) {
      for (const request of left) answers.set(request, { kind: 'admitted' });
      left = [];
    } else {
      const { room, limit } = roomOf(lookup);
      // With room for all of them, the row is not as expected, or its tenant is not active.
      const fit = room >= left.length && limit === rowLimit ? 0 : room;
      // The first take what room there is, or others have before them.
      for (const request of left.slice(fit)) answers.set(request, { kind: 'tenant', lookup: withSlots(lookup, fit) });
      [left, rowLimit] = [left.slice(0, fit), limit];
    }
  }
  for (const request of [...left, ...others]) answers.set(request, await admit(request));
  return requests.flatMap((request) => answers.get(request) ?? []);
}

/** A transaction may not name a row twice: of a message that came twice only the first is in it. */
function eachOnce(requests: readonly AdmissionRequest[]): readonly AdmissionRequest[] {
  const rows = new Set<number | string>();
  return requests.filter(({ job, launch: { launchId } }) => {
    const { jobId } = job.kind === 'new' ? job.row : job;
    if (rows.has(jobId) || rows.has(launchId)) return false;
    rows.add(jobId).add(launchId);
    return true;
  });
}

function withSlots(lookup: TenantLookup, more: number): TenantLookup {
  if (lookup.kind !== 'tenant') return lookup;
  return { ...lookup, tenant: { ...lookup.tenant, slotsHeld: lookup.tenant.slotsHeld + more } };
}

function roomOf(lookup: TenantLookup): { readonly room: number; readonly limit: number | undefined } {
  if (lookup.kind !== 'tenant' || lookup.slotsBroken) return { room: 0, limit: undefined };
  const { maxRunners, maxRunnersFromRow } = lookup.tenant;
  return { room: freeSlots(lookup.tenant), limit: maxRunnersFromRow ? maxRunners : undefined };
}
