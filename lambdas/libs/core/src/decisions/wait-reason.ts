import { decideLaunchGate } from './launch-gate';
import { MAX_RESTARTS, isGated, type Job, type JobReason } from '../model/job';
import { freeSlots, isBrokenRow, isOffboarded, type Tenant, type TenantLookup } from '../model/tenant';
import { JOB_QUEUE_LIFETIME, MINUTE, plus } from '../model/time';

/** The tenant can't run anything. */
const OF_THE_TENANT: ReadonlySet<JobReason> = new Set<JobReason>([
  'unknown-tenant',
  'tenant-row-invalid',
  'tenant-suspended',
]);
/** A job waits for as long as the tenant's row keeps its launches from starting. */
const OF_THE_GATE: ReadonlySet<JobReason> = new Set<JobReason>([
  'github-limited',
  'circuit-open',
  'minutes-per-day',
  'minutes-per-month',
  'spend-per-month',
]);
/** These last as long as the tenant's row says so, whatever time the job has. */
const OF_THE_ROW: ReadonlySet<JobReason> = new Set<JobReason>([...OF_THE_TENANT, ...OF_THE_GATE, 'limit']);

/**
 * The changes to a parked job's reason for this tenant row; undefined: it is still right. A job with a retry time keeps
 * its reason until then, unless its tenant makes it wait longer. Pure.
 */
export function reasonNow(job: Job, lookup: TenantLookup, now: Date): Explanation | undefined {
  // A job that GitHub holds back waits for GitHub, whatever its tenant's state.
  if (job.state !== 'parked' || isGated(job)) return undefined;
  const next = explain(job, lookup, now);
  const holds = next === undefined || (next.reason === job.reason && next.nextTry === (job.nextTry ?? null));
  return holds ? undefined : next;
}

/**
 * Whether a parked job of the tenant could start now if it had a slot. A wait that the tenant caused ends with its
 * cause.
 */
export function isReady(job: Job, tenant: Tenant, now: Date): boolean {
  // A slot does not help a job that GitHub holds back.
  if (isGated(job)) return false;
  if (decideLaunchGate(tenant, job.tier, job.launchId, now).kind === 'wait') return false;
  if (job.reason !== undefined && OF_THE_GATE.has(job.reason)) return true;
  if (ownWait(job, tenant, now) !== undefined) return false;
  return isOfTheTenant(job) || hasItsGroup(job, tenant) || !isAhead(job.nextTry, now);
}

interface Explanation {
  readonly reason: JobReason;
  readonly nextTry: string | null;
}

function explain(job: Job, lookup: TenantLookup, now: Date): Explanation | undefined {
  if (isOffboarded(lookup)) return undefined;
  if (lookup.kind === 'none')
    return {
      reason: isBrokenRow(lookup) ? 'tenant-row-invalid' : 'unknown-tenant',
      nextTry: whileTenantIsAway(job, now),
    };
  const { tenant } = lookup;
  if (tenant.status === 'suspended') return { reason: 'tenant-suspended', nextTry: whileTenantIsAway(job, now) };
  const own = ownWait(job, tenant, now);
  if (own === undefined && freeSlots(tenant) === 0 && !lookup.slotsBroken) return { reason: 'limit', nextTry: null };
  const hold = decideLaunchGate(tenant, job.tier, job.launchId, now);
  const until = hold.kind === 'wait' ? hold.until.toISOString() : undefined;
  if (hold.kind === 'wait' && until !== undefined && (own?.nextTry ?? '') < until)
    return { reason: hold.reason, nextTry: until };
  if (own !== undefined) return own;
  return lookup.slotsBroken ? undefined : withSlotsFree(job, tenant, now);
}

/**
 * Makes a job whose reason has ended due at once, without waiting for its tenant's turn in the sweep.
 */
function withSlotsFree(job: Job, tenant: Tenant, now: Date): Explanation | undefined {
  const isOver =
    job.reason !== 'limit' && (job.reason === undefined || OF_THE_ROW.has(job.reason) || hasItsGroup(job, tenant));
  return isOver ? { reason: 'limit', nextTry: now.toISOString() } : undefined;
}

/** The job's own reason to wait, until a time in the future. */
function ownWait(
  job: Job,
  tenant: Tenant,
  now: Date,
): { readonly reason: JobReason; readonly nextTry: string } | undefined {
  const { reason, nextTry } = job;
  if (reason === undefined || nextTry === undefined || !isAhead(nextTry, now)) return undefined;
  if (isOfTheTenant(job)) return isExhausted(job, now) ? { reason: 'relaunch-limit', nextTry } : undefined;
  return OF_THE_ROW.has(reason) || hasItsGroup(job, tenant) ? undefined : { reason, nextTry };
}

/**
 * The index on due jobs finds it then, and it expires. The hourly pause, which bounds a job's cost, outlasts a
 * suspension.
 */
function whileTenantIsAway(job: Job, now: Date): string {
  const { nextTry } = job;
  const isKept = nextTry !== undefined && (isExhausted(job, now) || !isBeforeTooOld(job, nextTry));
  return isKept ? nextTry : plus(new Date(job.queuedAt), JOB_QUEUE_LIFETIME + MINUTE).toISOString();
}

/** After too many wasted machines it is retried hourly, and the hour is not over. */
function isExhausted(job: Job, now: Date): boolean {
  const { nextTry, reason, restarts } = job;
  if (restarts <= MAX_RESTARTS || nextTry === undefined || !isAhead(nextTry, now)) return false;
  return reason === 'relaunch-limit' || (isOfTheTenant(job) && isBeforeTooOld(job, nextTry));
}

function isBeforeTooOld({ queuedAt }: Job, time: string): boolean {
  return Date.parse(time) < Date.parse(queuedAt) + JOB_QUEUE_LIFETIME;
}

function isOfTheTenant({ reason }: Job): boolean {
  return reason !== undefined && OF_THE_TENANT.has(reason);
}

function hasItsGroup({ reason }: Job, { securityGroupId }: Tenant): boolean {
  return reason === 'no-security-group' && securityGroupId !== undefined;
}

function isAhead(time: string | undefined, now: Date): boolean {
  return time !== undefined && Date.parse(time) > now.getTime();
}
