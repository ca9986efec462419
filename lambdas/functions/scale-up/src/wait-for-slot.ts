import {
  MINUTE,
  decideJobPolicy,
  endJob,
  parkJob,
  plus,
  type Admission,
  type Job,
  type JobReason,
  type JobWait,
  type TenantLookup,
  type Written,
} from '@multi-tenant-runner/core';
import type { ScaleUpDeps } from './deps';

type Wait = { readonly kind: 'refuse'; readonly reason: JobReason } | ({ readonly kind: 'park' } & JobWait);

type Rejection = Pick<Extract<Admission, { readonly kind: 'rejected' }>, 'lookup' | 'byFleet'>;

/** Why a job gets no slot. Pure. */
function decideWait(
  job: Job,
  { lookup, byFleet }: Rejection,
  { settings, clock }: Pick<ScaleUpDeps, 'settings' | 'clock'>,
): Wait {
  const verdict = decideJobPolicy(lookup, job, settings);
  if (verdict.kind !== 'pass') return { kind: verdict.kind, reason: verdict.reason };
  const broken = lookup.kind === 'tenant' && lookup.slotsBroken;
  return broken
    ? { kind: 'park', reason: 'error', nextTry: plus(clock.now(), MINUTE) }
    : { kind: 'park', reason: byFleet === true ? 'fleet-limit' : 'limit' };
}

/** Writes the row of a job that had none, and got no slot. */
export async function waitAsNew(job: Job, rejection: Rejection, deps: ScaleUpDeps): Promise<Written<Job>> {
  const wait = decideWait(job, rejection, deps);
  if (wait.kind === 'refuse') {
    const created = await deps.jobs.create(job);
    if (created.ok) await refuse(job, wait.reason, deps);
    return created;
  }
  const nextTry = wait.nextTry === undefined ? {} : { nextTry: wait.nextTry.toISOString() };
  const created = await deps.jobs.create({ ...job, state: 'parked', reason: wait.reason, ...nextTry });
  if (created.ok) reportWaiting(job, wait.reason, rejection.lookup, deps);
  return created;
}

/** Records why a job waits. Answers whether it does (and did not end meanwhile). */
export async function park(job: Job, rejection: Rejection, deps: ScaleUpDeps): Promise<boolean> {
  const wait = decideWait(job, rejection, deps);
  if (wait.kind === 'refuse') {
    await refuse(job, wait.reason, deps);
    return false;
  }
  const parked = await parkJob(job, wait, deps);
  if (parked.ok) reportWaiting(job, wait.reason, rejection.lookup, deps);
  return parked.ok || parked.row?.state === 'parked';
}

async function refuse(job: Job, reason: JobReason, deps: ScaleUpDeps): Promise<void> {
  await endJob(job, { state: 'refused', reason, stillIn: 'waiting' }, deps);
}

function reportWaiting(job: Job, reason: string, lookup: TenantLookup, deps: ScaleUpDeps): void {
  const properties = {
    tenant_id: job.installationId,
    job_id: job.jobId,
    reason,
    ...(lookup.kind === 'tenant' && { max_runners: lookup.tenant.maxRunners, slots: lookup.tenant.slotsHeld }),
  };
  deps.metrics.count('JobParked', { tier: job.tier, properties });
  if (reason === 'limit') deps.metrics.count('TenantLimitReached', { tier: job.tier, properties });
}
