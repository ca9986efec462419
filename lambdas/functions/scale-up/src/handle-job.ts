import {
  MINUTE,
  admit,
  dropLease,
  endJob,
  isTooOld,
  decideJobPolicy,
  newJob,
  parkAfterError,
  parkJob,
  plus,
  release,
  takeLease,
  dispatchNextJobs,
  type Job,
  type JobMessage,
  type Launch,
  type TenantLookup,
} from '@multi-tenant-runner/core';
import { decideDelivery } from './decide-delivery';
import { letThrough } from './let-through';
import { startRunner, type Start } from './start-runner';
import type { Delivery, ScaleUpDeps } from './deps';

/** How long a job waits after an unforeseen error. */
const AFTER_ERROR = 5 * MINUTE;

/** Handles one message of a tier queue. A throw returns it to the queue; the last receive parks the job instead. */
export async function handleJob(message: JobMessage, delivery: Delivery, deps: ScaleUpDeps): Promise<void> {
  try {
    await dispatch(message, delivery, deps);
  } catch (cause) {
    if (delivery.receiveCount < deps.scaleUp.maxReceiveCount) throw cause;
    deps.log.error('A job failed on every receive and is parked', { job_id: message.jobId, cause });
    await parkPoisoned(message, cause, deps);
  }
}

async function dispatch(message: JobMessage, delivery: Delivery, deps: ScaleUpDeps): Promise<void> {
  const { job, launch } = await readRows(message, deps);
  switch (decideDelivery(job, launch, message.deliveryId)) {
    case 'leave':
      deps.log.debug('Nothing to do for this delivery', { job_id: job.jobId, state: job.state, launch: launch?.state });
      return;
    case 'release':
      if (launch !== undefined) await giveBack(launch, delivery, deps);
      return;
    case 'go-on':
      if (launch !== undefined) await goOn(job, launch, delivery, deps);
      return;
    case 'ask': {
      const opened = await letThrough(job, message, deps);
      if (opened?.state === 'queued') await admitAndStart(opened, delivery, deps);
      return;
    }
    case 'admit':
      await admitAndStart(job, delivery, deps);
  }
}

async function readRows(
  message: JobMessage,
  deps: ScaleUpDeps,
): Promise<{ readonly job: Job; readonly launch?: Launch }> {
  const created = await deps.jobs.create(newJob(message, deps.clock.now(), 'queued'));
  if (created.ok) return { job: created.row };
  const job = created.row ?? (await deps.jobs.get(message.installationId, message.jobId));
  if (job === undefined) throw new Error(`The row of job ${message.jobId} can be neither written nor read`);
  const launch = await deps.launches.get(job.installationId, job.launchId);
  return { job, ...(launch && { launch }) };
}

async function admitAndStart(job: Job, delivery: Delivery, deps: ScaleUpDeps): Promise<void> {
  if (isTooOld(job, deps.clock.now())) {
    await endJob(job, { state: 'expired', reason: 'too-old', stillIn: 'waiting' }, deps);
    return;
  }
  const first = await admit(job, deps, delivery.lease);
  if (first.kind !== 'rejected') return afterAdmission(job, first, delivery, deps);
  if (!(await park(job, first.lookup, deps))) return;
  // A slot that came free before the job was parked woke no job: ask once more.
  const second = await admit(job, deps, delivery.lease);
  if (second.kind !== 'rejected') await afterAdmission(job, second, delivery, deps);
}

type Accepted = Exclude<Awaited<ReturnType<typeof admit>>, { readonly kind: 'rejected' }>;

async function afterAdmission(job: Job, admission: Accepted, delivery: Delivery, deps: ScaleUpDeps): Promise<void> {
  switch (admission.kind) {
    case 'held':
      return startUnderLease({ job, launch: admission.launch, lookup: admission.lookup, lease: delivery.lease }, deps);
    case 'busy':
      return admission.launch.state === 'running' ? undefined : goOn(job, admission.launch, delivery, deps);
    case 'released':
      return dispatchNextJobs(job.installationId, deps);
  }
}

async function goOn(job: Job, launch: Launch, delivery: Delivery, deps: ScaleUpDeps): Promise<void> {
  const { lease } = delivery;
  const leased = await takeLease(launch, lease, deps);
  if (leased === undefined) return;
  await startUnderLease({ job, launch: leased, lookup: await deps.tenants.get(job.installationId), lease }, deps);
}

/**
 * An invocation that stops in good order lets the next delivery go on at once; only its death makes that wait for the
 * lease to run out.
 */
async function startUnderLease(start: Start, deps: ScaleUpDeps): Promise<void> {
  try {
    await startRunner(start, deps);
  } catch (cause) {
    await dropLease(start.launch, start.lease, deps).catch(() => undefined);
    throw cause;
  }
}

async function giveBack(launch: Launch, delivery: Delivery, deps: ScaleUpDeps): Promise<void> {
  const leased = await takeLease(launch, delivery.lease, deps);
  if (leased === undefined) return;
  await release(leased, { reason: 'job-ended', followUp: { kind: 'ask' }, lease: delivery.lease }, deps);
}

/** Records why a job waits. Answers whether it does (and did not end meanwhile). */
async function park(job: Job, lookup: TenantLookup, deps: ScaleUpDeps): Promise<boolean> {
  const verdict = decideJobPolicy(lookup, job, deps.settings);
  if (verdict.kind === 'refuse') {
    await endJob(job, { state: 'refused', reason: verdict.reason, stillIn: 'waiting' }, deps);
    return false;
  }
  const broken = lookup.kind === 'tenant' && lookup.slotsBroken;
  const reason = verdict.kind === 'park' ? verdict.reason : broken ? 'error' : 'limit';
  const nextTry = broken ? { nextTry: plus(deps.clock.now(), MINUTE) } : {};
  const parked = await parkJob(job, { reason, ...nextTry }, deps);
  if (parked.ok) reportWaiting(job, reason, lookup, deps);
  return parked.ok || parked.row?.state === 'parked';
}

function reportWaiting(job: Job, reason: string, lookup: TenantLookup, deps: ScaleUpDeps): void {
  const properties = {
    tenant_id: job.installationId,
    job_id: job.jobId,
    reason,
    ...(lookup.kind === 'tenant' && { max_runners: lookup.tenant.maxRunners, slots: lookup.tenant.slots.size }),
  };
  deps.metrics.count('JobParked', { tier: job.tier, properties });
  if (reason === 'limit') deps.metrics.count('TenantLimitReached', { tier: job.tier, properties });
}

/** Where even this fails the message goes on to the dead letters, from where it can be moved back. */
async function parkPoisoned(message: JobMessage, cause: unknown, deps: ScaleUpDeps): Promise<void> {
  const now = deps.clock.now();
  const error = nameOf(cause);
  const nextTry = plus(now, AFTER_ERROR);
  // What failed may have been the first write of all.
  const row = { ...newJob(message, now, 'parked', 'error'), error, nextTry: nextTry.toISOString() };
  if (!(await deps.jobs.create(row)).ok) await parkAfterError(message, { error, nextTry }, deps);
  deps.metrics.count('JobPoisoned', {
    tier: message.tier,
    properties: { tenant_id: message.installationId, job_id: message.jobId, error },
  });
}

function nameOf(cause: unknown): string {
  return cause instanceof Error ? cause.name.slice(0, 80) : 'Unknown';
}
