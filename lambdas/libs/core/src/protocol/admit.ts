import type { Job } from '../model/job';
import type { Launch } from '../model/launch';
import { freeSlots, type TenantLookup } from '../model/tenant';
import { buildAdmission, type AdmissionHow } from '../transitions';
import type { ProtocolDeps } from './deps';

/**
 * `admitted`: the launch has a slot, and the lease if one was asked for. `known`: the job has a row, or another one
 * than the caller read. `begun`: the launch has a row, so another invocation brought it this far or farther.
 * `rejected`: no slot now.
 */
export type Admission =
  | { readonly kind: 'admitted'; readonly job: Job; readonly launch: Launch }
  | { readonly kind: 'known'; readonly job?: Job }
  | { readonly kind: 'begun'; readonly launch?: Launch }
  | { readonly kind: 'rejected'; readonly lookup: TenantLookup };

/**
 * The job's row, its launch and the slot in one write: nothing can stop between them, and a job that finds no slot has
 * no launch.
 *
 * @param lookup the tenant's row, read before; what changed since decides in the write
 */
export async function admit(
  job: Job,
  lookup: TenantLookup,
  how: AdmissionHow,
  deps: Pick<ProtocolDeps, 'admissions' | 'clock'>,
): Promise<Admission> {
  if (lookup.kind !== 'tenant' || lookup.slotsBroken || freeSlots(lookup.tenant) === 0)
    return { kind: 'rejected', lookup };
  const { maxRunners, maxRunnersFromRow } = lookup.tenant;
  const { request, ...admitted } = buildAdmission(job, how, deps);
  // A limit that an operator's edit made unusable is replaced by the tier's own.
  const answer = await deps.admissions.admit({ ...request, ...(!maxRunnersFromRow && { limit: maxRunners }) });
  switch (answer.kind) {
    case 'admitted':
      return { kind: 'admitted', ...admitted };
    case 'job':
      return { kind: 'known', ...(answer.row && { job: answer.row }) };
    case 'launch':
      return { kind: 'begun', ...(answer.row && { launch: answer.row }) };
    case 'tenant':
      return { kind: 'rejected', lookup: answer.lookup };
  }
}
