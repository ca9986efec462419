import {
  JOB_QUEUE_LIFETIME,
  MINUTE,
  ageOf,
  dropLease,
  endMachine,
  isEnded,
  isGated,
  decideLaunchGate,
  decideJobPolicy,
  placeOfLaunch,
  plus,
  recordEc2End,
  release,
  removeLeftovers,
  takeProbe,
  type JobFollowUp,
  type LaunchGate,
  type Job,
  type Launch,
  type TenantLookup,
} from '@multi-tenant-runner/core';
import { launchInstance } from './launch-instance';
import { chooseRunnerGroup } from './choose-runner-group';
import { configureRunner } from './configure-runner';
import { afterGitHub, parkFor, type Stopped } from './park-for';
import type { Delivery, ScaleUpDeps } from './deps';

/**
 * Takes a launch that holds a slot to a configured machine. Everything here happens under the launch's lease, so nobody
 * else concludes anything about the machine meanwhile. Whatever goes wrong before EC2 was asked gives the slot back at
 * once.
 *
 * @param lookup the tenant's row as read under the lease
 */
export async function startRunner(
  job: Job,
  launch: Launch,
  lookup: TenantLookup,
  delivery: Delivery,
  deps: ScaleUpDeps,
): Promise<void> {
  const abort = async (followUp: JobFollowUp, reason: string): Promise<void> => {
    // After the intent only EC2 or the sweep can tell that there is no machine.
    if (launch.intent !== undefined) return dropLease(launch, delivery.lease, deps);
    await release(launch, { reason, followUp, lease: delivery.lease }, deps);
  };
  const stopped: Stopped = { job, launch, lookup, hadMachine: false };
  const starting = await markStarting(job, deps);
  if (starting === undefined) return abort({ kind: 'ask' }, 'job-ended');
  if (ageOf(job.queuedAt, deps.clock.now()) > JOB_QUEUE_LIFETIME) {
    return abort({ kind: 'end', end: { state: 'expired', reason: 'too-old' } }, 'too-old');
  }
  const verdict = decideJobPolicy(lookup, job, deps.settings);
  if (verdict.kind === 'refuse')
    return abort({ kind: 'end', end: { state: 'refused', reason: verdict.reason } }, verdict.reason);
  if (verdict.kind === 'park') return abort(parkFor(verdict.reason, stopped, deps), verdict.reason);
  const securityGroupId =
    deps.scaleUp.sharedSecurityGroupId ?? (lookup.kind === 'tenant' ? lookup.tenant.securityGroupId : undefined);
  if (securityGroupId === undefined) return abort(parkFor('no-security-group', stopped, deps), 'no-security-group');
  const held = launch.intent === undefined ? await heldBack(launch, lookup, deps) : undefined;
  if (held !== undefined)
    return abort(
      { kind: 'park', restart: { reason: held.reason, usedMachine: false, nextTry: held.until } },
      held.reason,
    );
  const place = placeOfLaunch(launch, lookup);
  const authorized = await deps.github.authorize(place);
  if (authorized.kind !== 'ok') return abort(await afterGitHub(authorized, stopped, deps), 'github');
  const group = await chooseRunnerGroup(place, stopped, deps);
  if (group.kind === 'stop') return abort(group.followUp, group.reason);
  const machine = await launchInstance(
    launch,
    { securityGroupId, tenantTier: tenantTierOf(lookup, deps) },
    delivery,
    deps,
  );
  if (machine.kind === 'none') {
    const failed = machine.reason === 'error' ? { ...stopped, failure: 'EC2 refuses to start the machine' } : stopped;
    await release(
      machine.launch,
      { reason: machine.reason, followUp: parkFor(machine.reason, failed, deps), lease: delivery.lease },
      deps,
    );
    return;
  }
  if (machine.kind === 'ended') {
    const reason = (await recordEc2End(machine.launch, machine.stateReason, deps)) ?? 'ended-at-once';
    await release(machine.launch, { reason, followUp: { kind: 'ask' } }, deps);
    return;
  }
  await finish(
    job,
    machine.launch,
    { fresh: launch.instanceId === undefined, runnerGroupId: group.id },
    delivery,
    deps,
  );
}

/**
 * What the tenant's row has to say on launches just now. Where one may probe, this launch does if it is the first to
 * ask.
 */
async function heldBack(
  launch: Launch,
  lookup: TenantLookup,
  deps: ScaleUpDeps,
): Promise<Extract<LaunchGate, { kind: 'wait' }> | undefined> {
  if (lookup.kind !== 'tenant') return undefined;
  const hold = decideLaunchGate(lookup.tenant, launch.tier, launch.launchId, deps.clock.now());
  if (hold.kind === 'none') return undefined;
  if (hold.kind === 'wait') return hold;
  if (await takeProbe(launch, deps)) return undefined;
  const fresh = await deps.tenants.get(launch.installationId);
  const again =
    fresh.kind === 'tenant' ? decideLaunchGate(fresh.tenant, launch.tier, launch.launchId, deps.clock.now()) : hold;
  if (again.kind === 'probe') return { kind: 'wait', reason: 'circuit-open', until: plus(deps.clock.now(), MINUTE) };
  return again.kind === 'wait' ? again : undefined;
}

type LaunchWithMachine = Launch & { readonly instanceId: string };

interface Finish {
  /** This invocation was the first to learn of the machine, so nobody stored a configuration for it. */
  readonly fresh: boolean;
  readonly runnerGroupId: number;
}

async function finish(
  job: Job,
  launch: LaunchWithMachine,
  { fresh, runnerGroupId }: Finish,
  delivery: Delivery,
  deps: ScaleUpDeps,
): Promise<void> {
  const undo = async (followUp: JobFollowUp, reason: string, configured: boolean): Promise<void> => {
    const registration = configured || !fresh ? 'must-go' : 'none';
    const end = await endMachine(launch, { reason, followUp, lease: delivery.lease, registration }, deps);
    if (end !== 'ended') await dropLease(launch, delivery.lease, deps);
  };
  // The tenant may have been suspended or gone while EC2 worked.
  const lookup = await deps.tenants.get(job.installationId);
  const stopped: Stopped = { job, launch, lookup, hadMachine: true };
  const verdict = decideJobPolicy(lookup, job, deps.settings);
  if (verdict.kind === 'refuse') {
    const followUp: JobFollowUp = { kind: 'end', end: { state: 'refused', reason: verdict.reason } };
    if (verdict.reason !== 'tenant-deleted') return undo(followUp, verdict.reason, false);
    await endMachine(
      launch,
      { reason: verdict.reason, followUp, lease: delivery.lease, registration: 'whatever' },
      deps,
    );
    return;
  }
  if (verdict.kind === 'park') return undo(parkFor(verdict.reason, stopped, deps), verdict.reason, false);
  const current = await deps.jobs.get(job.installationId, job.jobId);
  // Cancelled while EC2 worked, or held back by GitHub.
  if (current !== undefined && (isEnded(current.state) || isGated(current)))
    return undo({ kind: 'ask' }, 'job-ended', false);
  const configured = await configureRunner(
    launch,
    { place: placeOfLaunch(launch, lookup), runnerGroupId, tenantTier: tenantTierOf(lookup, deps) },
    deps,
  );
  if (configured.kind === 'github')
    return undo(await afterGitHub(configured.failure, stopped, deps), 'github', configured.mayBeRegistered);
  if (configured.kind === 'throttled') return undo(parkFor('ssm-throttled', stopped, deps), 'ssm-throttled', true);
  const runningAt = deps.clock.now().toISOString();
  const running = await deps.launches.change(
    launch.installationId,
    launch.launchId,
    { from: ['launching'], leaseOwner: delivery.lease.name },
    {
      state: 'running',
      runnerName: configured.name,
      ...(configured.runnerId !== undefined && { runnerId: configured.runnerId }),
      jitStored: true,
      ...(lookup.kind === 'tenant' && lookup.tenant.circuits.has(launch.tier) && { clearsCircuit: true }),
      runningAt,
      leaseOwner: null,
      leaseUntil: null,
      updatedAt: runningAt,
    },
  );
  if (!running.ok) {
    // The machine ended while GitHub or SSM worked, and its release came before what was made for it.
    if (running.row?.state === 'ending' || running.row?.state === 'ended')
      await removeLeftovers(
        {
          ...running.row,
          instanceId: launch.instanceId,
          ...(configured.runnerId !== undefined && { runnerId: configured.runnerId }),
        },
        {},
        deps,
      );
    return;
  }
  deps.metrics.count('RunnerLaunched', {
    tier: launch.tier,
    properties: {
      tenant_id: launch.installationId,
      job_id: job.jobId,
      launch_id: launch.launchId,
      instance_id: launch.instanceId,
      instance_type: launch.intent?.instanceType ?? null,
    },
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

function tenantTierOf(lookup: TenantLookup, deps: ScaleUpDeps): string {
  return lookup.kind === 'tenant' ? lookup.tenant.tier : deps.settings.defaultTier;
}
