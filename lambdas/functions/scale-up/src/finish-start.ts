import {
  dropLease,
  endMachine,
  markLaunchRunning,
  placeOfLaunch,
  removeLeftovers,
  type GitHubFailure,
  type Job,
  type JobFollowUp,
  type LeaseHolder,
  type MachineOfRow,
  type TenantLookup,
} from '@multi-tenant-runner/core';
import type { RunnerGroup } from './choose-runner-group';
import { configureInGroup } from './configure-in-group';
import { decideFinish, isFresh, type StartFacts } from './decide-start';
import { RetryLater, tenantTierOf, type ScaleUpDeps } from './deps';
import { createMachineNote, endUnlessOpen, type MachineNote, type WithMachine } from './machine-note';
import { afterGitHub, endAs, parkFor, type Stopped } from './park-for';

export interface MachineStart extends StartFacts {
  readonly launch: WithMachine;
  /** What its row does not say of the machine yet. */
  readonly unwritten?: MachineOfRow;
  readonly lease: LeaseHolder;
  /** When the rows of the tenant and of the job were as they are given. */
  readonly readAt: Date;
  readonly group: RunnerGroup;
  /** Once it is the tenant's own; false: it can't be, and must end. Never rejects. */
  readonly dressed: Promise<boolean>;
  /** What GitHub said against the runner's token while EC2 worked. */
  readonly refusal?: GitHubFailure;
  /** No earlier invocation can have registered a runner for it, or stored a configuration. */
  readonly isFirst: boolean;
}

interface NotedStart extends Omit<MachineStart, 'unwritten'> {
  readonly note: MachineNote;
}

/**
 * Configures a launch's machine. The tenant may have been suspended, or the job cancelled, while EC2 worked. Whatever
 * comes otherwise than it should, or later, finds the machine in its launch's row.
 */
export async function finishStart(start: MachineStart, deps: ScaleUpDeps): Promise<void> {
  const note = createMachineNote(start, deps);
  try {
    await finish({ ...start, note }, deps);
  } catch (cause) {
    await note.write().catch(() => undefined);
    throw cause;
  } finally {
    await start.dressed;
  }
}

async function finish(start: NotedStart, deps: ScaleUpDeps): Promise<void> {
  const { job, launch, group } = start;
  const { lookup, current } = await readAgain(start, deps);
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
  // Nothing was registered, so its machine ends although GitHub can't be asked.
  if (start.refusal !== undefined)
    return undo(start, { reason: 'github', followUp: await afterGitHub(start.refusal, stopped, deps) }, deps);
  const place = placeOfLaunch(launch, lookup);
  const own = { tenantTier: tenantTierOf(lookup, deps), dressed: start.dressed };
  const settings = { place, ...own, onWait: start.note.write, stopped };
  const configured = await configureInGroup(launch, group, settings, deps);
  switch (configured.kind) {
    case 'stop':
      return undo(start, configured, deps);
    case 'github': {
      const followUp = await afterGitHub(configured.failure, stopped, deps);
      return undo(
        start,
        { reason: 'github', followUp, ...(configured.mayBeRegistered && { registration: 'must-go' }) },
        deps,
      );
    }
    case 'undressed':
      // Nothing was stored for it, so no job runs on it, and its release takes the registration back.
      return undo(start, { reason: 'undressed', followUp: { kind: 'ask' }, registration: 'unused' }, deps);
    case 'throttled': {
      const followUp = parkFor('ssm-throttled', stopped, deps);
      return undo(start, { reason: 'ssm-throttled', followUp, registration: 'must-go' }, deps);
    }
    case 'stored':
      return recordRunning(start, configured, lookup, deps);
  }
}

/** What was read a moment ago is not read again: a change since then is one that came a moment later. */
async function readAgain(
  { job, lookup, readAt }: NotedStart,
  deps: ScaleUpDeps,
): Promise<{ readonly lookup: TenantLookup; readonly current: Job | undefined }> {
  if (isFresh(readAt, deps.clock.now())) return { lookup, current: job };
  const { installationId, jobId } = job;
  const { lookup: found, jobs } = await deps.admissions.read({ installationId, jobIds: [jobId] });
  return { lookup: found, current: jobs.get(jobId) };
}

interface Undo {
  readonly reason: string;
  readonly followUp: JobFollowUp;
  /** By default the registration must go if an earlier invocation may have made one. */
  readonly registration?: 'must-go' | 'unused' | 'whatever';
}

async function undo({ note, lease, isFirst }: NotedStart, how: Undo, deps: ScaleUpDeps): Promise<void> {
  const launch = await note.write();
  const registration = how.registration ?? (isFirst ? 'none' : 'must-go');
  const end = await endMachine(launch, { ...how, lease, registration }, deps);
  if (end !== 'ended' && registration !== 'whatever') await dropLease(launch, lease, deps);
}

async function recordRunning(
  { job, launch, lease, note }: NotedStart,
  { name, runnerId }: { readonly name: string; readonly runnerId?: number },
  lookup: TenantLookup,
  deps: ScaleUpDeps,
): Promise<void> {
  const clearsCircuit = lookup.kind === 'tenant' && lookup.tenant.circuits.has(launch.tier);
  const runner = {
    runnerName: name,
    ...(runnerId !== undefined && { runnerId }),
    ...(clearsCircuit && { clearsCircuit }),
  };
  const running = await markLaunchRunning(launch, { ...note.unwritten(), ...runner }, lease, deps);
  if (!running.ok) {
    const isUnknown = note.unwritten() !== undefined;
    if (isUnknown) await endUnlessOpen(launch.instanceId, running.row, deps);
    // The machine ended while GitHub or SSM worked, and its release came before what was made for it.
    const isOver = running.row?.state === 'ending' || running.row?.state === 'ended';
    const made = { instanceId: launch.instanceId, ...(runnerId !== undefined && { runnerId }) };
    if (isOver) await removeLeftovers({ ...running.row, ...made }, {}, deps);
    else if (isUnknown) throw new RetryLater('The lease of the launch was lost while its machine was configured');
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
