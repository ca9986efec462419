import { messageOf, isTooOld, type Job } from '../model/job';
import { decideLaunchGate } from '../decisions/launch-gate';
import { decideJobPolicy } from '../decisions/job-policy';
import { freeSlots, githubLimitedUntil, type Tenant, type TenantLookup } from '../model/tenant';
import { explainWait, renewStart } from '../transitions';
import { admit, type Admission } from './admit';
import { endJob } from './end-job';
import type { ProtocolDeps } from './deps';
import { isReady } from '../decisions/wait-reason';

/** Waiting jobs that are read at once, and how often: one that is behind all of these is left to the sweep's visits. */
const PAGE = 25;
const PAGES = 8;

export type DispatchDeps = Pick<
  ProtocolDeps,
  'tenants' | 'jobs' | 'launches' | 'admissions' | 'fleetSlots' | 'queue' | 'clock' | 'log' | 'metrics' | 'settings'
>;

/** `byFleet`: a job would have started, had the limit over all tenants left a slot. */
export interface Dispatched {
  readonly sent: number;
  readonly byFleet: boolean;
}

/**
 * Gives a tenant's free slots to its oldest eligible parked jobs and sends those on their way. The slot is taken before
 * the message is sent: a message alone could find the slot gone and park again for ever.
 *
 * @param behind further parked jobs, for the slots that the oldest leave free
 */
export async function dispatchNextJobs(
  installationId: number,
  deps: DispatchDeps,
  behind: readonly Job[] = [],
): Promise<Dispatched> {
  return dispatchInto(await deps.tenants.get(installationId), deps, behind);
}

/** The same for a row that was read a moment ago: whether a slot is free by now, the admission decides. */
export async function dispatchInto(
  lookup: TenantLookup,
  deps: DispatchDeps,
  behind: readonly Job[] = [],
): Promise<Dispatched> {
  const { installationId } = lookup;
  if (lookup.kind !== 'tenant' || lookup.slotsBroken) return NONE;
  const { tenant } = lookup;
  const now = deps.clock.now();
  const free = freeSlots(tenant);
  if (free === 0 || githubLimitedUntil(tenant, now) !== undefined) return NONE;
  let sent = 0;
  const probed = new Set<string>();
  const seen = new Set<number>();
  for await (const job of candidates(installationId, behind, deps)) {
    if (seen.has(job.jobId) || probed.has(job.tier) || !isReady(job, tenant, now)) continue;
    seen.add(job.jobId);
    const outcome = await dispatchJob(job, lookup, deps);
    if (outcome === 'sent') sent += 1;
    if (outcome === 'full' || outcome === 'fleet-full') return { sent, byFleet: outcome === 'fleet-full' };
    if (sent === free) break;
    // One is enough to see whether the others would start.
    if (outcome === 'sent' && isProbe(job, tenant, now)) probed.add(job.tier);
  }
  return { sent, byFleet: false };
}

const NONE: Dispatched = { sent: 0, byFleet: false };

async function* candidates(
  installationId: number,
  behind: readonly Job[],
  { jobs }: Pick<DispatchDeps, 'jobs'>,
): AsyncGenerator<Job> {
  let after: string | undefined;
  for (let page = 0; page < PAGES; page += 1) {
    const { rows, next } = await jobs.pageWaiting(installationId, {
      limit: PAGE,
      ...(after !== undefined && { after }),
    });
    yield* rows;
    if (next === undefined) return;
    after = next;
  }
  yield* behind;
}

const isProbe = ({ tier, launchId }: Job, tenant: Tenant, now: Date): boolean =>
  decideLaunchGate(tenant, tier, launchId, now).kind === 'probe';

async function dispatchJob(
  job: Job,
  lookup: TenantLookup,
  deps: DispatchDeps,
): Promise<'sent' | 'full' | 'fleet-full' | 'skipped'> {
  if (isTooOld(job, deps.clock.now())) {
    await endJob(job, { state: 'expired', reason: 'too-old', stillIn: 'parked' }, deps);
    return 'skipped';
  }
  const verdict = decideJobPolicy(lookup, job, deps.settings);
  if (verdict.kind === 'refuse')
    await endJob(job, { state: 'refused', reason: verdict.reason, stillIn: 'parked' }, deps);
  if (verdict.kind !== 'pass') return 'skipped';
  const admission = await admitUnderUsableNumber(job, lookup, deps);
  if (admission?.kind === 'rejected' && admission.byFleet === true) {
    if (job.reason !== 'fleet-limit') await explainWait(job, { reason: 'fleet-limit', nextTry: null }, deps);
    return 'fleet-full';
  }
  if (admission?.kind === 'rejected') return 'full';
  if (admission?.kind !== 'admitted') return 'skipped';
  await deps.queue.sendJob(messageOf(admission.job));
  return 'sent';
}

/** A launch that is over is followed by a new number. */
async function admitUnderUsableNumber(
  job: Job,
  lookup: TenantLookup,
  deps: DispatchDeps,
): Promise<Admission | undefined> {
  const first = await admit(job, lookup, {}, deps);
  if (first.kind !== 'begun') return first;
  if (first.launch?.state !== 'ending' && first.launch?.state !== 'ended') return undefined;
  const renewed = await renewStart(job, deps);
  return renewed.ok ? admit(renewed.row, lookup, {}, deps) : undefined;
}
