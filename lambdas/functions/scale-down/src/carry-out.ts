import {
  TAG,
  adoptInstance,
  cleanUpTenant,
  endJob,
  findMachines,
  hasWorked,
  isGone,
  isMachineGone,
  messageOf,
  postponeQuestion,
  refuseProtected,
  recordEc2End,
  recountSlots,
  release,
  restate,
  settleByGitHub,
  takeLease,
  dispatchNextJobs,
  type Job,
  type Launch,
  type Machine,
} from '@multi-tenant-runner/core';
import type { SweepAction } from './decide-sweep';
import { endRunner } from './end-runner';
import { countLaunch } from './fleet-round';
import { clearMark } from './open-mark';
import { explainEnd } from './machine-end';
import { noteJobEnd } from './note-job-end';
import type { ScaleDownDeps } from './deps';
import type { Snapshot } from './snapshot';

/**
 * Every action is conditional again, so a snapshot that has aged does no harm.
 *
 * @returns false where only the snapshot differed, not the rows
 */
export async function carryOut(action: SweepAction, snapshot: Snapshot, deps: ScaleDownDeps): Promise<boolean> {
  if (action.kind === 'recount-slots') return recount(snapshot.lookup.installationId, deps);
  await settle(action, snapshot, deps);
  return true;
}

async function settle(
  action: Exclude<SweepAction, { readonly kind: 'recount-slots' }>,
  snapshot: Snapshot,
  deps: ScaleDownDeps,
): Promise<void> {
  const { installationId } = snapshot.lookup;
  switch (action.kind) {
    case 'mark-open':
      return deps.tenants.markOpen(installationId);
    case 'clear-mark':
      return clearMark(installationId, action.mark, deps);
    case 'clean-up':
      await cleanUpTenant(installationId, deps.scaleDown.grace, deps);
      return;
    case 'settle-by-token':
      return settleByToken(action.launch, deps);
    case 'look-by-id':
      return lookById(action.launch, deps);
    case 'finish-release':
      await release(action.launch, { reason: action.launch.reason ?? 'unfinished', followUp: { kind: 'ask' } }, deps);
      return;
    case 'send-again':
      return sendAgain(action.launch, deps);
    case 'refuse-tier':
      return refuseTier(action.launch, deps);
    case 'end-machine':
      return endRunner({ ...action, worked: hasWorked(action.launch) }, deps);
    case 'note-job-end':
      return noteJobEnd(action.launch, deps);
    case 'end-orphan':
      return endOrphan(installationId, action.machine, deps);
    case 'ask-github':
      return askAboutJob(action.job, deps);
    case 'expire':
      await endJob(action.job, { state: 'expired', reason: 'too-old', stillIn: action.job.state }, deps);
      return;
    case 'restate':
      return restate([action.job], snapshot.lookup, deps);
    case 'wake':
      await dispatchNextJobs(installationId, deps, action.jobs);
      return;
    case 'count-in-fleet':
      return countLaunch(installationId, action.launchId, deps);
  }
}

async function recount(installationId: number, deps: ScaleDownDeps): Promise<boolean> {
  const isChanged = await recountSlots(installationId, deps);
  // A slot that was held by none may be free from now on.
  if (isChanged) await dispatchNextJobs(installationId, deps);
  return isChanged;
}

async function askAboutJob(job: Job, deps: ScaleDownDeps): Promise<void> {
  const launch = await deps.launches.get(job.installationId, job.launchId);
  const truth = await settleByGitHub(job, launch && hasWorked(launch) ? { ...launch, worked: true } : launch, deps);
  if (truth === 'waits-again') return void (await dispatchNextJobs(job.installationId, deps));
  if (truth === 'let-through') return sendLetThrough(job, deps);
  if (truth !== 'unknown') return;
  // GitHub does not answer, for a suspended installation for days: the next question waits a grace.
  await postponeQuestion(job, deps);
}

async function sendLetThrough(job: Job, deps: ScaleDownDeps): Promise<void> {
  const row = await deps.jobs.get(job.installationId, job.jobId);
  if (row?.state === 'queued') await deps.queue.sendJob(messageOf(row));
}

/** An intent without an instance id: under the lease, EC2's word counts. */
async function settleByToken(launch: Launch, deps: ScaleDownDeps): Promise<void> {
  if (launch.intent === undefined) return;
  const leased = await takeLease(launch, deps.lease, deps, { unchanged: true });
  if (leased === undefined) return;
  const machines = await findMachines(launch.intent, deps);
  const alive = machines.find(({ state }) => !isGone(state));
  if (alive === undefined) {
    const [machine] = machines;
    const end = await recordEc2End(leased, machine?.stateReason, deps);
    const how = { reason: end ?? 'no-machine', followUp: { kind: 'ask' }, lease: deps.lease } as const;
    await release(leased, { ...how, ...(machine !== undefined && { machine }) }, deps);
    return;
  }
  await adoptInstance(launch, alive, deps.lease, deps);
}

async function lookById(launch: Launch, deps: ScaleDownDeps): Promise<void> {
  if (launch.instanceId === undefined) return;
  const [machine] = await deps.fleet.describe([launch.instanceId]);
  if (!isMachineGone(launch, machine?.state, deps.clock.now())) return;
  await release(launch, { ...(await explainEnd(launch, machine, deps)), followUp: { kind: 'ask' } }, deps);
}

async function sendAgain(launch: Launch, deps: ScaleDownDeps): Promise<void> {
  const job = await deps.jobs.get(launch.installationId, launch.jobId);
  if (job !== undefined && job.launchId === launch.launchId) return deps.queue.sendJob(messageOf(job));
  const leased = await takeLease(launch, deps.lease, deps);
  if (leased !== undefined)
    await release(leased, { reason: 'job-elsewhere', followUp: { kind: 'ask' }, lease: deps.lease }, deps);
}

/** Nothing was asked of EC2, and no queue is left that its job could be sent to. */
async function refuseTier(launch: Launch, deps: ScaleDownDeps): Promise<void> {
  const leased = await takeLease(launch, deps.lease, deps);
  if (leased === undefined) return;
  const end = { state: 'refused', reason: 'unknown-tier', stillIn: 'waiting' } as const;
  await release(leased, { reason: 'unknown-tier', followUp: { kind: 'end', end }, lease: deps.lease }, deps);
}

/** A machine that no open row accounts for: read again by the launch it names, as it may be the row that was late. */
async function endOrphan(installationId: number, machine: Machine, deps: ScaleDownDeps): Promise<void> {
  // The tag is a hint that needs no index.
  const tagged = machine.tags[TAG.launchId];
  const named = tagged === undefined ? undefined : await deps.launches.get(installationId, tagged);
  if (named !== undefined && named.state !== 'ended' && named.instanceId === machine.instanceId) return;
  const key = await deps.launches.findByInstance(machine.instanceId);
  const launch = key === undefined ? undefined : await deps.launches.get(key.installationId, key.launchId);
  const accounted = launch !== undefined && launch.state !== 'ended' && launch.installationId === installationId;
  if (accounted) return;
  deps.log.warn('A machine belongs to no launch and is terminated', { instance_id: machine.instanceId });
  await refuseProtected(await deps.fleet.terminate([machine.instanceId]));
}
