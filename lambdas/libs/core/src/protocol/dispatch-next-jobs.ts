import { messageOf, isTooOld, type Job } from '../model/job';
import { decideLaunchGate } from '../decisions/launch-gate';
import { decideJobPolicy } from '../decisions/job-policy';
import { freeSlots, githubLimitedUntil, type TenantLookup } from '../model/tenant';
import { MINUTE, plus } from '../model/time';
import { markDispatched, renewStart } from '../transitions';
import { admit } from './admit';
import { endJob } from './end-job';
import type { ProtocolDeps } from './deps';
import { isReady, reasonOnceWoken } from '../decisions/wait-reason';

/** A woken job is looked at again after this time, should its message be lost. */
const WOKEN_NEXT_TRY = 2 * MINUTE;

export type DispatchDeps = Pick<
  ProtocolDeps,
  'tenants' | 'jobs' | 'launches' | 'queue' | 'clock' | 'log' | 'metrics' | 'settings'
>;

/**
 * Gives a tenant's free slots to its oldest eligible parked jobs and sends those on their way. The slot is taken before
 * the message is sent: a message alone could find the slot gone and park again for ever.
 */
export async function dispatchNextJobs(installationId: number, deps: DispatchDeps): Promise<void> {
  const lookup = await deps.tenants.get(installationId);
  if (lookup.kind !== 'tenant' || lookup.slotsBroken) return;
  let free = freeSlots(lookup.tenant);
  if (free === 0) return;
  const now = deps.clock.now();
  const { tenant } = lookup;
  if (githubLimitedUntil(tenant, now) !== undefined) return;
  const parked = await deps.jobs.listOpen(installationId, { states: ['parked'] });
  const probed = new Set<string>();
  for (const job of parked.filter((candidate) => isReady(candidate, tenant, now))) {
    if (free === 0) return;
    if (probed.has(job.tier)) continue;
    const outcome = await dispatchJob(job, lookup, deps);
    if (outcome === 'full') return;
    if (outcome !== 'sent') continue;
    free -= 1;
    // One is enough to see whether the others would start.
    if (decideLaunchGate(tenant, job.tier, job.launchId, now).kind === 'probe') probed.add(job.tier);
  }
}

async function dispatchJob(job: Job, lookup: TenantLookup, deps: DispatchDeps): Promise<'sent' | 'full' | 'skipped'> {
  const now = deps.clock.now();
  if (isTooOld(job, now)) {
    await endJob(job, { state: 'expired', reason: 'too-old', stillIn: 'parked' }, deps);
    return 'skipped';
  }
  const verdict = decideJobPolicy(lookup, job, deps.settings);
  if (verdict.kind === 'refuse')
    await endJob(job, { state: 'refused', reason: verdict.reason, stillIn: 'parked' }, deps);
  if (verdict.kind !== 'pass') return 'skipped';
  const ready = await withUsableLaunch(job, deps);
  if (ready === undefined) return 'skipped';
  const admission = await admit(ready, deps);
  if (admission.kind === 'rejected') return 'full';
  if (admission.kind !== 'held') return 'skipped';
  await deps.queue.sendJob(messageOf(ready));
  await markDispatched(ready, { reason: reasonOnceWoken(ready), nextTry: plus(now, WOKEN_NEXT_TRY) }, deps);
  return 'sent';
}

/** A parked job may go on with a launch that never got a slot; one that is over is followed by a new number. */
async function withUsableLaunch(job: Job, deps: DispatchDeps): Promise<Job | undefined> {
  const launch = await deps.launches.get(job.installationId, job.launchId);
  if (launch === undefined || launch.state === 'wanted') return job;
  if (launch.state !== 'ending' && launch.state !== 'ended') return undefined;
  const renewed = await renewStart(job, deps);
  return renewed.ok ? renewed.row : undefined;
}
