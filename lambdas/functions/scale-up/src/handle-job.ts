import {
  newJob,
  parkAfterError,
  plus,
  release,
  takeLease,
  MINUTE,
  type JobMessage,
  type Launch,
} from '@multi-tenant-runner/core';
import { admitJob, admitNewJob, goOn, readOrCreate } from './admit-job';
import { decideDelivery } from './decide-delivery';
import { letThrough } from './let-through';
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
  const asNew = newJob(message, deps.clock.now(), 'queued');
  // One that has a row would be refused as new, and the refusal costs as much as the write.
  const job =
    message.hasRow === true
      ? await readOrCreate(asNew, deps)
      : await admitNewJob(asNew, message.tenant, delivery, deps);
  if (job === undefined) return;
  const launch = await deps.launches.get(job.installationId, job.launchId);
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
      if (opened?.state === 'queued') await admitJob(opened, delivery, deps);
      return;
    }
    case 'admit':
      await admitJob(job, delivery, deps);
  }
}

async function giveBack(launch: Launch, delivery: Delivery, deps: ScaleUpDeps): Promise<void> {
  const leased = await takeLease(launch, delivery.lease, deps);
  if (leased === undefined) return;
  await release(leased, { reason: 'job-ended', followUp: { kind: 'ask' }, lease: delivery.lease }, deps);
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
