import type { Job } from '../model/job';
import type { Launch, LeaseHolder } from '../model/launch';
import type { TenantLookup } from '../model/tenant';
import { holdLaunch } from '../transitions';
import type { ProtocolDeps } from './deps';

/**
 * `held`: the launch has a slot, and the lease if one was asked for. `busy`: another invocation brought the launch this
 * far or farther. `released`: the launch had ended; the slot was given back. `rejected`: no slot now.
 */
export type Admission =
  | { readonly kind: 'held'; readonly launch: Launch; readonly lookup: TenantLookup }
  | { readonly kind: 'busy'; readonly launch: Launch }
  | { readonly kind: 'released' }
  | { readonly kind: 'rejected'; readonly lookup: TenantLookup };

type AdmitDeps = Pick<ProtocolDeps, 'tenants' | 'launches' | 'clock'>;

/**
 * Row `wanted` → slot → row `held`. Every step may run twice or be cut off: the row comes first, so that a slot always
 * has a row that explains it.
 */
export async function admit(job: Job, deps: AdmitDeps, lease?: LeaseHolder): Promise<Admission> {
  const wanted = await deps.launches.create(newLaunch(job, deps.clock.now()));
  if (!wanted.ok && wanted.row !== undefined && wanted.row.state !== 'wanted') return afterTheFact(wanted.row);
  const { admitted, lookup } = await takeSlot(job, deps);
  if (!admitted) return { kind: 'rejected', lookup };
  const held = await holdLaunch(job, lease, deps);
  if (held.ok) return { kind: 'held', launch: held.row, lookup };
  if (held.row === undefined || held.row.state === 'ending' || held.row.state === 'ended') {
    await deps.tenants.freeSlot(job.installationId, job.launchId);
    return { kind: 'released' };
  }
  return { kind: 'busy', launch: held.row };
}

function afterTheFact(launch: Launch): Admission {
  return launch.state === 'ending' || launch.state === 'ended' ? { kind: 'released' } : { kind: 'busy', launch };
}

/** A limit that an operator's edit made unusable is replaced by the tier's own, in a second conditional write. */
async function takeSlot(
  job: Job,
  deps: AdmitDeps,
): Promise<{ readonly admitted: boolean; readonly lookup: TenantLookup }> {
  const first = await deps.tenants.admit(job.installationId, job.launchId);
  const { lookup } = first;
  if (first.admitted || lookup.kind !== 'tenant' || lookup.tenant.maxRunnersFromRow || lookup.slotsBroken) return first;
  return deps.tenants.admit(job.installationId, job.launchId, lookup.tenant.maxRunners);
}

function newLaunch(job: Job, now: Date): Launch {
  return {
    installationId: job.installationId,
    launchId: job.launchId,
    jobId: job.jobId,
    state: 'wanted',
    version: 1,
    tier: job.tier,
    owner: job.owner,
    // GitHub has no runners of a user account, only of its repositories.
    scope: job.ownerType === 'User' ? `${job.owner}/${job.repo}` : 'org',
    ...(job.ownerType === 'User' && job.repoId !== undefined && { repoId: job.repoId }),
    createdAt: now.toISOString(),
    updatedAt: now.toISOString(),
  };
}
