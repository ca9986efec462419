import { decideFleetTurn, type FleetTurn } from '../decisions/fleet-turn';
import { fleetWaitOf, shareOfWait } from '../model/fleet-share';
import type { Job } from '../model/job';
import type { Launch } from '../model/launch';
import { freeSlots, type Tenant, type TenantLookup } from '../model/tenant';
import { buildAdmission, type AdmissionHow } from '../transitions';
import type { ProtocolDeps } from './deps';

/**
 * `admitted`: the launch has a slot, and the lease if one was asked for. `known`: the job has a row, or another one
 * than the caller read. `begun`: the launch has a row, so another invocation brought it this far or farther.
 * `rejected`: no slot now, neither of the tenant's limit nor, with `byFleet`, of the one over all tenants.
 */
export type Admission =
  | { readonly kind: 'admitted'; readonly job: Job; readonly launch: Launch }
  | { readonly kind: 'known'; readonly job?: Job }
  | { readonly kind: 'begun'; readonly launch?: Launch }
  | { readonly kind: 'rejected'; readonly lookup: TenantLookup; readonly byFleet?: true };

export type AdmitDeps = Pick<ProtocolDeps, 'admissions' | 'fleetSlots' | 'settings' | 'metrics' | 'clock'>;

/** Each time that a share has no slot left, another launch took it. */
const FLEET_TRIES = 24;

/**
 * The job's row, its launch and the slot in one write: nothing can stop between them, and a job that finds no slot has
 * no launch.
 *
 * @param lookup the tenant's row, read before; what changed since decides in the write
 */
export async function admit(job: Job, lookup: TenantLookup, how: AdmissionHow, deps: AdmitDeps): Promise<Admission> {
  if (lookup.kind !== 'tenant' || lookup.slotsBroken || freeSlots(lookup.tenant) === 0)
    return { kind: 'rejected', lookup };
  const { maxRunnersTotal } = deps.settings;
  if (maxRunnersTotal === undefined) return (await write(job, lookup.tenant, { how }, deps)) ?? rejectedBy(lookup);
  for (let tries = 0; ; tries += 1) {
    const turn = decideFleetTurn(await deps.fleetSlots.read(), maxRunnersTotal, job);
    if (turn.kind === 'wait' || tries === FLEET_TRIES) {
      await waitForFleet(job, turn, deps);
      return rejectedBy(lookup);
    }
    const admission = await write(job, lookup.tenant, { how, turn }, deps);
    if (admission?.kind === 'admitted') await leaveTurns(job.installationId, turn.waits, deps);
    if (admission !== undefined) return admission;
  }
}

const rejectedBy = (lookup: TenantLookup): Admission => ({ kind: 'rejected', lookup, byFleet: true });

interface Attempt {
  readonly how: AdmissionHow;
  readonly turn?: Extract<FleetTurn, { readonly kind: 'take' }>;
}

/** Undefined: the share has no slot left. */
async function write(
  job: Job,
  tenant: Tenant,
  { how, turn }: Attempt,
  deps: AdmitDeps,
): Promise<Admission | undefined> {
  const { request, ...admitted } = buildAdmission(job, { ...how, ...(turn && { fleetShare: turn.share }) }, deps);
  const answer = await deps.admissions.admit({
    ...request,
    // A limit that an operator's edit made unusable is replaced by the tier's own.
    ...(tenant.maxRunnersFromRow ? { rowLimit: tenant.maxRunners } : { limit: tenant.maxRunners }),
    ...(turn && { shareLimit: turn.below }),
  });
  switch (answer.kind) {
    case 'admitted':
      return { kind: 'admitted', ...admitted };
    case 'job':
      return { kind: 'known', ...(answer.row && { job: answer.row }) };
    case 'launch':
      return { kind: 'begun', ...(answer.row && { launch: answer.row }) };
    case 'tenant':
      return { kind: 'rejected', lookup: answer.lookup };
    case 'share':
      return undefined;
  }
}

/** Before the job is parked: a slot that comes free from now on wakes the tenant. */
async function waitForFleet({ installationId, tier }: Job, { waits }: FleetTurn, deps: AdmitDeps): Promise<void> {
  if (waits.length === 0)
    await deps.fleetSlots.join(shareOfWait(installationId), fleetWaitOf(installationId, deps.clock.now()));
  deps.metrics.count('FleetLimitReached', { tier, properties: { tenant_id: installationId } });
}

/** It had its turn, or has no job that could use one. */
export async function leaveTurns(
  installationId: number,
  waits: readonly string[],
  { fleetSlots }: Pick<AdmitDeps, 'fleetSlots'>,
): Promise<void> {
  if (waits.length > 0) await fleetSlots.leave(shareOfWait(installationId), waits);
}
