import {
  admit,
  dropLease,
  endJob,
  expectationsOf,
  isTooOld,
  lookupOfNote,
  markJobStarting,
  takeLease,
  type Admission,
  type AdmissionHow,
  type Job,
  type Launch,
  type TenantLookup,
  type TenantNote,
} from '@multi-tenant-runner/core';
import { mayGoByNote } from './decide-start';
import { intentAhead } from './intent-ahead';
import { startRunner, stopStart } from './start-runner';
import { isPastGrace, isUnsettledGroup, waitForGroup } from './take-over';
import { park, waitAsNew } from './wait-for-slot';
import type { Delivery, ScaleUpDeps } from './deps';

/**
 * A job that should be new: in one write it has a slot and a launch, or it has a row that says why it waits. Answers
 * the row of one that has one already, with nothing done.
 *
 * @param note of the tenant's row; it is read where there is none, or it no longer holds
 */
export async function admitNewJob(
  job: Job,
  note: TenantNote | undefined,
  delivery: Delivery,
  deps: ScaleUpDeps,
): Promise<Job | undefined> {
  const readAt = deps.clock.now();
  if (isTooOld(job, readAt)) return readOrCreate(job, deps);
  const noted = note && (await admitByNote(job, note, delivery, deps));
  const lookup = noted?.lookup ?? (await deps.tenants.get(job.installationId));
  const first = noted?.admission ?? (await admitAhead(job, { lookup, isNew: true }, delivery, deps));
  switch (first.kind) {
    case 'admitted':
      return void (await startAdmitted(first, { delivery, lookup, readAt }, deps));
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

/** By what its message says of the tenant, which the write asks about. Undefined: not to be admitted by that. */
async function admitByNote(job: Job, note: TenantNote, delivery: Delivery, deps: ScaleUpDeps) {
  const lookup = lookupOfNote(job.installationId, note, deps.settings);
  if (!mayGoByNote(job, lookup, { ...deps.settings, ...deps.scaleUp }, deps.clock.now())) return undefined;
  const expected = expectationsOf(note, job.tier);
  const admission = await admitAhead(job, { lookup, isNew: true, expected }, delivery, deps);
  if (admission.kind !== 'rejected') return { lookup, admission };
  // The refusal answers the row as it is.
  const again = await admitAhead(job, { lookup: admission.lookup, isNew: true }, delivery, deps);
  return { lookup: admission.lookup, admission: again };
}

/** With what EC2 will be asked for, where that is known by the tenant's row. */
async function admitAhead(
  job: Job,
  { lookup, ...how }: Pick<AdmissionHow, 'isNew' | 'expected'> & { readonly lookup: TenantLookup },
  { lease }: Delivery,
  deps: ScaleUpDeps,
): Promise<Admission> {
  const intent = await intentAhead(job, lookup, deps);
  return admit(job, lookup, { lease, ...how, ...(intent && { intent }) }, deps);
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
  const readAt = deps.clock.now();
  if (isTooOld(job, readAt)) {
    await endJob(job, { state: 'expired', reason: 'too-old', stillIn: 'waiting' }, deps);
    return;
  }
  const lookup = await deps.tenants.get(job.installationId);
  const first = await admitAhead(job, { lookup }, delivery, deps);
  if (first.kind !== 'rejected') return afterAdmission(job, first, { delivery, lookup, readAt }, deps);
  if (await park(job, first, deps)) await askOnceMore(job, delivery, deps);
}

/** A slot that came free before the job was parked woke no job. */
async function askOnceMore(job: Job, delivery: Delivery, deps: ScaleUpDeps): Promise<void> {
  const readAt = deps.clock.now();
  const lookup = await deps.tenants.get(job.installationId);
  const second = await admit(job, lookup, { lease: delivery.lease }, deps);
  if (second.kind !== 'rejected') await afterAdmission(job, second, { delivery, lookup, readAt }, deps);
}

interface Turn {
  readonly delivery: Delivery;
  readonly lookup: TenantLookup;
  readonly readAt: Date;
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
  { delivery, lookup, readAt }: Turn,
  deps: ScaleUpDeps,
): Promise<void> {
  // An intent that came with the slot is this invocation's own.
  const start = { job, launch, lookup, readAt, lease: delivery.lease, isNew: true };
  return underLease(launch, delivery, deps, () => startRunner(start, deps));
}

/** The launch has its slot: what is left of its start is done under its lease. */
export async function goOn(job: Job, launch: Launch, delivery: Delivery, deps: ScaleUpDeps): Promise<void> {
  const { lease } = delivery;
  const unchanged = isUnsettledGroup(launch);
  if (unchanged) await waitForGroup(launch, deps);
  const pastGrace = isPastGrace(launch, deps);
  const leased = await takeLease(launch, lease, deps, { unchanged });
  if (leased === undefined) return;
  await underLease(leased, delivery, deps, async () => {
    const readAt = deps.clock.now();
    const lookup = await deps.tenants.get(job.installationId);
    const start = { job, launch: leased, lookup, readAt, lease, isPastGrace: pastGrace };
    const starting = await markJobStarting(job, deps);
    return starting.ok ? startRunner(start, deps) : stopStart(start, deps);
  });
}

/**
 * An invocation that stops in good order lets the next delivery go on at once; only its death makes that wait for the
 * lease to run out.
 */
async function underLease(
  launch: Launch,
  { lease, onFree }: Delivery,
  deps: ScaleUpDeps,
  work: () => Promise<void>,
): Promise<void> {
  try {
    await work();
  } catch (cause) {
    await dropLease(launch, lease, deps).then(onFree, () => undefined);
    throw cause;
  }
}
