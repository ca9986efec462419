import type { JobMessage } from '../model/messages';
import { newJob, isGated, type Job, type JobReason } from '../model/job';
import { decideJobPolicy, type AdmissionSettings, type Verdict } from '../decisions/job-policy';
import type { JobQueue, JobStore, Metrics, Written } from '../ports';
import { explainWait, refuseParkedJob, requeueJob } from '../transitions';
import { isNews } from './gate';
import type { TenantLookup } from '../model/tenant';
import type { TenantNote } from '../model/tenant-note';
import { chooseTier } from '../decisions/choose-tier';
import type { Tier } from '../model/tier';
import { JOB_QUEUE_LIFETIME, type Clock } from '../model/time';

/** A job whose size is not chosen yet: of several that fit, the tenant's own comes first. */
export type UnroutedJob = Omit<JobMessage, 'tier'>;

export interface RouteDeps {
  readonly tenants: {
    /** What was read a moment ago, if anything: good enough to let a job pass, never to stop one. */
    recent(installationId: number): TenantLookup | undefined;
    /** The row as it is now. */
    read(installationId: number): Promise<TenantLookup>;
    /** What the message of a job may say of it. Absent: nothing. */
    note?(installationId: number): TenantNote | undefined;
  };
  readonly jobs: Pick<JobStore, 'create' | 'change'>;
  readonly queue: Pick<JobQueue, 'sendJob'>;
  readonly settings: AdmissionSettings;
  readonly clock: Clock;
  readonly metrics: Metrics;
}

/** `known`: the job's row was written by an earlier delivery and stays as it is. */
export type Routed =
  | { readonly kind: 'sent'; readonly tier: string }
  | { readonly kind: 'parked' | 'refused'; readonly tier: string; readonly reason: JobReason }
  | { readonly kind: 'known'; readonly tier: string };

interface Judged {
  readonly verdict: Verdict;
  readonly message: JobMessage;
}

/** Sends a queued job to its tier, or leaves a row that says why not. Throws when neither could be written. */
export async function routeJob(job: UnroutedJob, fitting: readonly Tier[], deps: RouteDeps): Promise<Routed> {
  const remembered = passByMemory(job, fitting, deps);
  if (remembered !== undefined) return send(remembered, deps);
  const judged = judge(job, fitting, await deps.tenants.read(job.installationId), deps.settings);
  switch (judged.verdict.kind) {
    case 'pass':
      return send(judged.message, deps);
    case 'refuse':
      return refuse(judged.message, judged.verdict.reason, deps);
    case 'park':
      return park(job, fitting, { message: judged.message, reason: judged.verdict.reason }, deps);
  }
}

/**
 * A remembered row decides only where the present one could not decide otherwise to the job's cost: it passes, and its
 * labels leave one size. Of several sizes the tenant's tier chooses, and an upgrade counts from the next job on.
 */
function passByMemory(job: UnroutedJob, fitting: readonly Tier[], deps: RouteDeps): JobMessage | undefined {
  const lookup = deps.tenants.recent(job.installationId);
  if (lookup === undefined || fitting.length > 1) return undefined;
  const { verdict, message } = judge(job, fitting, lookup, deps.settings);
  return verdict.kind === 'pass' ? message : undefined;
}

function judge(job: UnroutedJob, fitting: readonly Tier[], lookup: TenantLookup, settings: AdmissionSettings): Judged {
  const message = { ...job, tier: tierOf(fitting, lookup, settings.defaultTier) };
  return { verdict: decideJobPolicy(lookup, message, settings), message };
}

export function tierOf(fitting: readonly Tier[], lookup: TenantLookup | undefined, defaultTier: string): string {
  const own = lookup?.kind === 'tenant' ? lookup.tenant.tier : undefined;
  return chooseTier(fitting, own, defaultTier)?.name ?? defaultTier;
}

async function send(message: JobMessage, deps: RouteDeps): Promise<Routed> {
  const tenant = deps.tenants.note?.(message.installationId);
  await deps.queue.sendJob({ ...message, ...(tenant && { tenant }) });
  deps.metrics.count('JobQueued', { tier: message.tier, properties: propertiesOf(message) });
  return { kind: 'sent', tier: message.tier };
}

async function refuse(message: JobMessage, reason: JobReason, deps: RouteDeps): Promise<Routed> {
  const now = deps.clock.now();
  const written = await deps.jobs.create({ ...newJob(message, now, 'refused', reason), endedAt: now.toISOString() });
  if (!written.ok) return known(message, written, deps);
  deps.metrics.count('JobRefused', { tier: message.tier, properties: { ...propertiesOf(message), reason } });
  return { kind: 'refused', tier: message.tier, reason };
}

/** A row stands. A job that its gate may have let through goes to scale-up, which asks GitHub and judges it anew. */
async function known(message: JobMessage, { row }: Written<Job>, deps: RouteDeps): Promise<Routed> {
  return row !== undefined && isGated(row) && isNews(row, message.deliveryId)
    ? send(message, deps)
    : { kind: 'known', tier: message.tier };
}

interface Parking {
  readonly message: JobMessage;
  readonly reason: JobReason;
}

/**
 * The wake-up of a tenant that became active between the read and the write has found no row. So the tenant is read
 * once more after the write: from then on every wake-up finds it.
 */
async function park(
  job: UnroutedJob,
  fitting: readonly Tier[],
  { message, reason }: Parking,
  deps: RouteDeps,
): Promise<Routed> {
  // The sweep goes from tenant to tenant; what has none is found by its time alone.
  const nextTry = new Date(Date.parse(message.queuedAt) + JOB_QUEUE_LIFETIME).toISOString();
  const parked = await deps.jobs.create({ ...newJob(message, deps.clock.now(), 'parked', reason), nextTry });
  if (!parked.ok) return known(message, parked, deps);
  const again = judge(job, fitting, await deps.tenants.read(job.installationId), deps.settings);
  switch (again.verdict.kind) {
    case 'pass':
      return unpark(again.message, { state: 'queued' }, deps);
    case 'refuse':
      return unpark(again.message, { state: 'refused', reason: again.verdict.reason }, deps);
    case 'park':
      return stayParked(message, parked.row, again.verdict.reason, deps);
  }
}

/**
 * The row says what the tenant's second reading says: a change in between has restated the jobs before this one was
 * there.
 */
async function stayParked(message: JobMessage, row: Job, reason: JobReason, deps: RouteDeps): Promise<Routed> {
  if (reason !== row.reason) await explainWait(row, { reason: reason }, deps);
  deps.metrics.count('JobParked', { tier: message.tier, properties: { ...propertiesOf(message), reason } });
  return { kind: 'parked', tier: message.tier, reason };
}

/**
 * The row goes first: scale-up takes a message of a parked job for a repetition. A lost message is found by the sweep.
 */
async function unpark(
  message: JobMessage,
  next: { readonly state: 'queued' } | { readonly state: 'refused'; readonly reason: JobReason },
  deps: RouteDeps,
): Promise<Routed> {
  const written =
    next.state === 'queued'
      ? await requeueJob(message, message.tier, deps)
      : await refuseParkedJob(message, { reason: next.reason, tier: message.tier }, deps);
  if (!written.ok) return { kind: 'known', tier: message.tier };
  if (next.state === 'queued') return send(message, deps);
  deps.metrics.count('JobRefused', {
    tier: message.tier,
    properties: { ...propertiesOf(message), reason: next.reason },
  });
  return { kind: 'refused', tier: message.tier, reason: next.reason };
}

function propertiesOf(message: JobMessage): Readonly<Record<string, unknown>> {
  return { tenant_id: message.installationId, job_id: message.jobId };
}
