import {
  JOB_QUEUE_LIFETIME,
  MINUTE,
  SECOND,
  ageOf,
  dropLease,
  endMachine,
  judgeJob,
  plus,
  release,
  type Afterwards,
  type GitHubFailure,
  type Job,
  type JobReason,
  type Launch,
  type TenantLookup,
} from '@multi-tenant-runner/core';
import { askEc2 } from './ask-ec2';
import { configureRunner } from './configure-runner';
import type { Delivery, ScaleUpDeps } from './deps';

const BACK_OFF: Partial<Record<JobReason, number>> = {
  'no-security-group': 30 * SECOND,
  capacity: MINUTE,
  'ec2-throttled': 30 * SECOND,
  'ssm-throttled': 30 * SECOND,
  'github-unavailable': MINUTE,
  'github-refused': 10 * MINUTE,
  error: 15 * MINUTE,
};

/**
 * Takes a launch that holds a slot to a configured machine. Everything here happens under the launch's lease, so nobody
 * else concludes anything about the machine meanwhile. Whatever goes wrong before EC2 was asked gives the slot back at once.
 *
 * @param lookup the tenant's row as read under the lease
 */
export async function startRunner(job: Job, launch: Launch, lookup: TenantLookup, delivery: Delivery, deps: ScaleUpDeps): Promise<void> {
  const giveUp = async (afterwards: Afterwards, reason: string): Promise<void> => {
    // After the intent only EC2 or the sweep can tell that there is no machine.
    if (launch.intent !== undefined) return dropLease(launch, delivery.lease, deps);
    await release(launch, { reason, afterwards, lease: delivery.lease }, deps);
  };
  const starting = await markStarting(job, deps);
  if (starting === undefined) return giveUp({ kind: 'ask' }, 'job-ended');
  if (ageOf(job.queuedAt, deps.clock.now()) > JOB_QUEUE_LIFETIME) {
    return giveUp({ kind: 'end', end: { state: 'expired', reason: 'too-old' } }, 'too-old');
  }
  const verdict = judgeJob(lookup, job, deps.settings);
  if (verdict.kind === 'refuse') return giveUp({ kind: 'end', end: { state: 'refused', reason: verdict.reason } }, verdict.reason);
  if (verdict.kind === 'park') return giveUp(parkFor(verdict.reason, deps), verdict.reason);
  const securityGroupId = deps.scaleUp.sharedSecurityGroupId ?? (lookup.kind === 'tenant' ? lookup.tenant.securityGroupId : undefined);
  if (securityGroupId === undefined) return giveUp(parkFor('no-security-group', deps), 'no-security-group');
  const authorized = await deps.github.authorize(launch);
  if (authorized.kind !== 'ok') return giveUp(afterGitHub(authorized, deps), 'github');
  const machine = await askEc2(launch, { securityGroupId, tenantTier: tenantTierOf(lookup, deps) }, delivery, deps);
  if (machine.kind === 'none') {
    await release(machine.launch, { reason: machine.reason, afterwards: parkFor(machine.reason, deps), lease: delivery.lease }, deps);
    return;
  }
  if (machine.kind === 'ended') {
    await release(machine.launch, { reason: 'ended-at-once', afterwards: { kind: 'ask' } }, deps);
    return;
  }
  await finish(job, machine.launch, launch.instanceId === undefined, delivery, deps);
}

type LaunchWithMachine = Launch & { readonly instanceId: string };

/** @param fresh this invocation was the first to learn of the machine, so nobody stored a configuration for it */
async function finish(job: Job, launch: LaunchWithMachine, fresh: boolean, delivery: Delivery, deps: ScaleUpDeps): Promise<void> {
  const undo = async (afterwards: Afterwards, reason: string, configured: boolean): Promise<void> => {
    const registration = configured || !fresh ? 'must-go' : 'none';
    const end = await endMachine(launch, { reason, afterwards, lease: delivery.lease, registration }, deps);
    if (end !== 'ended') await dropLease(launch, delivery.lease, deps);
  };
  // The tenant may have been suspended or gone while EC2 worked.
  const lookup = await deps.tenants.get(job.installationId);
  const verdict = judgeJob(lookup, job, deps.settings);
  if (verdict.kind === 'refuse') {
    const afterwards: Afterwards = { kind: 'end', end: { state: 'refused', reason: verdict.reason } };
    if (verdict.reason !== 'tenant-deleted') return undo(afterwards, verdict.reason, false);
    await endMachine(launch, { reason: verdict.reason, afterwards, lease: delivery.lease, registration: 'whatever' }, deps);
    return;
  }
  if (verdict.kind === 'park') return undo(parkFor(verdict.reason, deps), verdict.reason, false);
  const configured = await configureRunner(launch, tenantTierOf(lookup, deps), deps);
  if (configured.kind === 'github') return undo(afterGitHub(configured.failure, deps), 'github', configured.mayBeRegistered);
  if (configured.kind === 'throttled') return undo(parkFor('ssm-throttled', deps), 'ssm-throttled', true);
  const now = deps.clock.now().toISOString();
  const running = await deps.launches.change(
    launch.installationId,
    launch.launchId,
    { from: ['launching'], leaseOwner: delivery.lease.name },
    {
      state: 'running',
      runnerName: configured.name,
      ...(configured.runnerId !== undefined && { runnerId: configured.runnerId }),
      jitStored: true,
      runningAt: now,
      leaseOwner: null,
      leaseUntil: null,
      updatedAt: now,
    },
  );
  if (!running.ok) return;
  deps.metrics.count('RunnerLaunched', {
    tier: launch.tier,
    properties: { tenant_id: launch.installationId, job_id: job.jobId, launch_id: launch.launchId, instance_id: launch.instanceId, instance_type: launch.intent?.instanceType ?? null },
  });
}

async function markStarting(job: Job, deps: ScaleUpDeps): Promise<Job | undefined> {
  const now = deps.clock.now().toISOString();
  const starting = await deps.jobs.change(
    job.installationId,
    job.jobId,
    { from: ['queued', 'parked', 'starting'], launchId: job.launchId },
    { state: 'starting', reason: null, nextTry: null, startingAt: now, updatedAt: now },
  );
  return starting.ok ? starting.row : undefined;
}

function parkFor(reason: JobReason, deps: ScaleUpDeps): Afterwards {
  const delay = BACK_OFF[reason];
  return {
    kind: 'park',
    restart: { reason, spent: false, ...(delay !== undefined && { nextTry: plus(deps.clock.now(), delay) }) },
  };
}

/** A limited tenant waits until GitHub says; nobody sleeps in here for it. */
function afterGitHub(failure: GitHubFailure, deps: ScaleUpDeps): Afterwards {
  if (failure.kind === 'limited') return { kind: 'park', restart: { reason: 'github-limited', spent: false, nextTry: failure.retryAt } };
  return parkFor(failure.kind === 'refused' ? 'github-refused' : 'github-unavailable', deps);
}

function tenantTierOf(lookup: TenantLookup, deps: ScaleUpDeps): string {
  return lookup.kind === 'tenant' ? lookup.tenant.tier : deps.settings.defaultTier;
}
