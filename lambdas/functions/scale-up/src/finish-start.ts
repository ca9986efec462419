import {
  dropLease,
  endMachine,
  markLaunchRunning,
  placeOfLaunch,
  removeLeftovers,
  type JobFollowUp,
  type Launch,
  type LeaseHolder,
  type TenantLookup,
} from '@multi-tenant-runner/core';
import { configureRunner } from './configure-runner';
import { decideFinish, type StartFacts } from './decide-start';
import { tenantTierOf, type ScaleUpDeps } from './deps';
import { afterGitHub, endAs, parkFor, type Stopped } from './park-for';

export interface MachineStart extends StartFacts {
  readonly launch: Launch & { readonly instanceId: string };
  readonly lease: LeaseHolder;
  readonly runnerGroupId: number;
  /** This invocation was the first to learn of the machine, so no configuration was stored for it before. */
  readonly isFirst: boolean;
}

/** Configures a launch's machine. The tenant may have been suspended, or the job cancelled, while EC2 worked. */
export async function finishStart(start: MachineStart, deps: ScaleUpDeps): Promise<void> {
  const { job, launch, runnerGroupId } = start;
  const { installationId, jobId } = job;
  const { lookup, jobs } = await deps.admissions.read({ installationId, jobIds: [jobId] });
  const current = jobs.get(jobId);
  const stopped: Stopped = { job, launch, lookup, hadMachine: true };
  const decision = decideFinish({ job, lookup, current }, deps.settings);
  switch (decision.kind) {
    case 'refuse': {
      const isGone = decision.reason === 'tenant-deleted';
      const undone = { reason: decision.reason, followUp: endAs('refused', decision.reason) };
      return undo(start, { ...undone, ...(isGone && { registration: 'whatever' }) }, deps);
    }
    case 'park':
      return undo(start, { reason: decision.reason, followUp: parkFor(decision.reason, stopped, deps) }, deps);
    case 'ask':
      return undo(start, { reason: 'job-ended', followUp: { kind: 'ask' } }, deps);
    case 'configure':
      break;
  }
  const place = placeOfLaunch(launch, lookup);
  const configured = await configureRunner(
    launch,
    { place, runnerGroupId, tenantTier: tenantTierOf(lookup, deps) },
    deps,
  );
  switch (configured.kind) {
    case 'github': {
      const followUp = await afterGitHub(configured.failure, stopped, deps);
      return undo(
        start,
        { reason: 'github', followUp, ...(configured.mayBeRegistered && { registration: 'must-go' }) },
        deps,
      );
    }
    case 'throttled': {
      const followUp = parkFor('ssm-throttled', stopped, deps);
      return undo(start, { reason: 'ssm-throttled', followUp, registration: 'must-go' }, deps);
    }
    case 'stored':
      return recordRunning(start, configured, lookup, deps);
  }
}

interface Undo {
  readonly reason: string;
  readonly followUp: JobFollowUp;
  /** By default the registration must go if an earlier invocation may have made one. */
  readonly registration?: 'must-go' | 'whatever';
}

async function undo({ launch, lease, isFirst }: MachineStart, how: Undo, deps: ScaleUpDeps): Promise<void> {
  const registration = how.registration ?? (isFirst ? 'none' : 'must-go');
  const end = await endMachine(launch, { ...how, lease, registration }, deps);
  if (end !== 'ended' && registration !== 'whatever') await dropLease(launch, lease, deps);
}

async function recordRunning(
  { job, launch, lease }: MachineStart,
  { name, runnerId }: { readonly name: string; readonly runnerId?: number },
  lookup: TenantLookup,
  deps: ScaleUpDeps,
): Promise<void> {
  const clearsCircuit = lookup.kind === 'tenant' && lookup.tenant.circuits.has(launch.tier);
  const running = await markLaunchRunning(
    launch,
    { runnerName: name, ...(runnerId !== undefined && { runnerId }), ...(clearsCircuit && { clearsCircuit }) },
    lease,
    deps,
  );
  if (!running.ok) {
    // The machine ended while GitHub or SSM worked, and its release came before what was made for it.
    const isOver = running.row?.state === 'ending' || running.row?.state === 'ended';
    const made = { instanceId: launch.instanceId, ...(runnerId !== undefined && { runnerId }) };
    if (isOver) await removeLeftovers({ ...running.row, ...made }, {}, deps);
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
