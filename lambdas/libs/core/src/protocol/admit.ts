import type { Job } from '../job';
import type { Launch } from '../launch';
import type { TenantLookup } from '../tenant';
import type { LeaseHolder, ProtocolDeps } from './deps';

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
  const now = deps.clock.now();
  const held = await deps.launches.change(
    job.installationId,
    job.launchId,
    { from: ['wanted'] },
    {
      state: 'held',
      ...(lease && { leaseOwner: lease.name, leaseUntil: now.getTime() + lease.milliseconds }),
      updatedAt: now.toISOString(),
    },
  );
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

/** A limit that a hand edit made unusable is replaced by the tier's own, in a second conditional write. */
async function takeSlot(job: Job, deps: AdmitDeps): Promise<{ readonly admitted: boolean; readonly lookup: TenantLookup }> {
  const first = await deps.tenants.admit(job.installationId, job.launchId);
  const { lookup } = first;
  if (first.admitted || lookup.kind !== 'tenant' || lookup.tenant.maxRunnersFromRow || lookup.liveBroken) return first;
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

/**
 * Takes the lease of a launch if nobody else holds it; undefined when it can't be had.
 *
 * @param options.unchanged only if nobody wrote the row since it was read. For whoever is about to conclude that there is no
 *   machine: another may have had the lease meanwhile and started one, and EC2's lists lag behind that.
 */
export async function takeLease(
  launch: Launch,
  holder: LeaseHolder,
  deps: Pick<ProtocolDeps, 'launches' | 'clock'>,
  options: { readonly unchanged?: boolean } = {},
): Promise<Launch | undefined> {
  const now = deps.clock.now();
  const taken = await deps.launches.change(
    launch.installationId,
    launch.launchId,
    { from: [launch.state], leaseFreeAt: now.getTime(), leaseFreeFor: holder.name, ...(options.unchanged === true && { version: launch.version }) },
    { leaseOwner: holder.name, leaseUntil: now.getTime() + holder.milliseconds, updatedAt: now.toISOString() },
  );
  return taken.ok ? taken.row : undefined;
}

/** Lets others go on at once; a lease that is not given back simply runs out. */
export async function dropLease(launch: Launch, holder: LeaseHolder, deps: Pick<ProtocolDeps, 'launches' | 'clock'>): Promise<void> {
  await deps.launches.change(
    launch.installationId,
    launch.launchId,
    { from: ['held', 'launching', 'running', 'ending'], leaseOwner: holder.name },
    { leaseOwner: null, leaseUntil: null },
  );
}
