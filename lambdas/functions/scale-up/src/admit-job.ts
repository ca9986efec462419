import {
  admit,
  dropLease,
  endJob,
  isTooOld,
  markJobStarting,
  takeLease,
  type Admission,
  type Job,
  type Launch,
  type TenantLookup,
} from '@multi-tenant-runner/core';
import { intentAhead } from './intent-ahead';
import { startRunner, stopStart, type Start } from './start-runner';
import { isPastGrace, isUnsettledGroup, waitForGroup } from './take-over';
import { park, waitAsNew } from './wait-for-slot';
import type { Delivery, ScaleUpDeps } from './deps';

/**
 * A job that should be new: in one write it has a slot and a launch, or it has a row that says why it waits. Answers
 * the row of one that has one already, with nothing done.
 */
export async function admitNewJob(job: Job, delivery: Delivery, deps: ScaleUpDeps): Promise<Job | undefined> {
  if (isTooOld(job, deps.clock.now())) return readOrCreate(job, deps);
  const lookup = await deps.tenants.get(job.installationId);
  const intent = await intentAhead(job, lookup, deps);
  const first = await admit(job, lookup, { lease: delivery.lease, isNew: true, ...(intent && { intent }) }, deps);
  switch (first.kind) {
    case 'admitted':
      return void (await startAdmitted(first, { delivery, lookup }, deps));
    case 'known':
      return first.job ?? readOrCreate(job, deps);
    case 'begun':
      return readOrCreate(job, deps);
    case 'rejected': {
      const waiting = await waitAsNew(job, first, deps);
      if (!waiting.ok) return waiting.row ?? readOrCreate(job, deps);
      if (waiting.row.state === 'parked') await askOnceMore(waiting.row, delivery, deps);
      return undefined;
    }
  }
}

/** Answers the row that a job has, with the given one written where it had none. */
export async function readOrCreate(job: Job, deps: ScaleUpDeps): Promise<Job> {
  const { installationId, jobId } = job;
  const row = (await deps.jobs.get(installationId, jobId)) ?? (await deps.jobs.create(job)).row;
  if (row === undefined) throw new Error(`The row of job ${jobId} can be neither written nor read`);
  return row;
}

/** A job that has a row, and no launch under its start number. */
export async function admitJob(job: Job, delivery: Delivery, deps: ScaleUpDeps): Promise<void> {
  if (isTooOld(job, deps.clock.now())) {
    await endJob(job, { state: 'expired', reason: 'too-old', stillIn: 'waiting' }, deps);
    return;
  }
  const lookup = await deps.tenants.get(job.installationId);
  const intent = await intentAhead(job, lookup, deps);
  const first = await admit(job, lookup, { lease: delivery.lease, ...(intent && { intent }) }, deps);
  if (first.kind !== 'rejected') return afterAdmission(job, first, { delivery, lookup }, deps);
  if (await park(job, first, deps)) await askOnceMore(job, delivery, deps);
}

/** A slot that came free before the job was parked woke no job. */
async function askOnceMore(job: Job, delivery: Delivery, deps: ScaleUpDeps): Promise<void> {
  const lookup = await deps.tenants.get(job.installationId);
  const second = await admit(job, lookup, { lease: delivery.lease }, deps);
  if (second.kind !== 'rejected') await afterAdmission(job, second, { delivery, lookup }, deps);
}

interface Turn {
  readonly delivery: Delivery;
  readonly lookup: TenantLookup;
}

type Accepted = Exclude<Admission, { readonly kind: 'rejected' }>;

/** What another invocation has changed meanwhile is its own to go on with. */
async function afterAdmission(job: Job, admission: Accepted, turn: Turn, deps: ScaleUpDeps): Promise<void> {
  const { delivery } = turn;
  if (admission.kind === 'admitted') return startAdmitted(admission, turn, deps);
  if (admission.kind !== 'begun') return;
  const { launch } = admission;
  if (launch?.state === 'held' || launch?.state === 'launching') await goOn(job, launch, delivery, deps);
}

/** Its row says `starting` already, and its lease was taken with the slot. */
function startAdmitted(
  { job, launch }: Extract<Admission, { readonly kind: 'admitted' }>,
  { delivery: { lease }, lookup }: Turn,
  deps: ScaleUpDeps,
): Promise<void> {
  // An intent that came with the slot is this invocation's own.
  const start = { job, launch, lookup, lease, isNew: true };
  return underLease(start, deps, () => startRunner(start, deps));
}

/** The launch has its slot: what is left of its start is done under its lease. */
export async function goOn(job: Job, launch: Launch, delivery: Delivery, deps: ScaleUpDeps): Promise<void> {
  const { lease } = delivery;
  const unchanged = isUnsettledGroup(launch);
  if (unchanged) await waitForGroup(launch, deps);
  const pastGrace = isPastGrace(launch, deps);
  const leased = await takeLease(launch, lease, deps, { unchanged });
  if (leased === undefined) return;
  await underLease({ launch: leased, lease }, deps, async () => {
    const lookup = await deps.tenants.get(job.installationId);
    const start = { job, launch: leased, lookup, lease, isPastGrace: pastGrace };
    const starting = await markJobStarting(job, deps);
    return starting.ok ? startRunner(start, deps) : stopStart(start, deps);
  });
}

/**
 * An invocation that stops in good order lets the next delivery go on at once; only its death makes that wait for the
 * lease to run out.
 */
async function underLease(
  { launch, lease }: Pick<Start, 'launch' | 'lease'>,
  deps: ScaleUpDeps,
  work: () => Promise<void>,
): Promise<void> {
  try {
    await work();
  } catch (cause) {
    await dropLease(launch, lease, deps).catch(() => undefined);
    throw cause;
  }
}
