import { JOB_QUEUE_LIFETIME, TAG, ageOf, endJob, readBootReport, wake, type Machine, type TenantLookup } from '@multi-tenant-runner/core';
import { oldestDispatchable, olderOf } from './oldest-job';
import { sweepTenant } from './sweep-tenant';
import type { ScaleDownDeps } from './deps';

const CURSOR = 'sweep';
const AT_ONCE = 8;
const DUE_AT_ONCE = 100;

export interface SweepReport {
  readonly tenants: number;
  readonly repaired: number;
  readonly failed: number;
  readonly finished: boolean;
  /** By tier, the seconds that the oldest job has waited although its tenant may have a runner for it. */
  readonly oldestJobs: Readonly<Record<string, number>>;
}

type Tally = { -readonly [K in keyof Omit<SweepReport, 'finished'>]: SweepReport[K] };

/**
 * Looks at every tenant once and settles what rows, slots, machines and jobs disagree on. Where the time doesn't
 * suffice, the next run goes on from a stored cursor. One tenant's failure is that tenant's alone.
 *
 * @param outOfTime asked between tenants
 */
export async function sweep(deps: ScaleDownDeps, outOfTime: () => boolean): Promise<SweepReport> {
  await wakeDue(deps);
  const all = await deps.fleet.list();
  reportRunnerAge(all, deps);
  const machines = groupByTenant(all);
  const seen = new Set<number>();
  const report: Tally = { tenants: 0, repaired: 0, failed: 0, oldestJobs: {} };
  let cursor = await deps.launches.readCursor(CURSOR);
  const resumed = cursor !== undefined;
  do {
    const page = await deps.tenants.list(cursor);
    for (let start = 0; start < page.lookups.length; start += AT_ONCE) {
      if (outOfTime()) {
        await deps.launches.writeCursor(CURSOR, cursor);
        return { ...report, finished: false };
      }
      await Promise.all(page.lookups.slice(start, start + AT_ONCE).map((lookup) => sweepOne(lookup, machines, report, deps)));
    }
    for (const lookup of page.lookups) seen.add(idOf(lookup));
    cursor = page.cursor;
  } while (cursor !== undefined);
  // Only a run that saw every row knows which machines have none.
  if (!resumed) await sweepRowless(machines, seen, report, deps);
  await deps.launches.writeCursor(CURSOR, undefined);
  return { ...report, finished: true };
}

const idOf = (lookup: TenantLookup): number => (lookup.kind === 'tenant' ? lookup.tenant.installationId : lookup.installationId);

async function sweepOne(lookup: TenantLookup, machines: ReadonlyMap<number, readonly Machine[]>, report: Tally, deps: ScaleDownDeps): Promise<void> {
  const installationId = idOf(lookup);
  report.tenants += 1;
  // What was cleaned up stays in the table for ever, and most rows may be such: no reads for them.
  if (isCleanedUp(lookup) && !machines.has(installationId)) return;
  const own = { ...deps, log: deps.log.with({ tenant_id: installationId }) };
  try {
    const [launches, jobs] = await Promise.all([deps.launches.listOpen(installationId), deps.jobs.listOpen(installationId)]);
    // Read again: the page may be older than the rows that were just read.
    const fresh = await deps.tenants.get(installationId);
    report.oldestJobs = olderOf(report.oldestJobs, oldestDispatchable(fresh, jobs, deps.clock.now()));
    const repaired = await sweepTenant({ lookup: fresh, machines: machines.get(installationId) ?? [], launches, jobs }, own);
    if (repaired > 0) deps.metrics.count('SweepRepaired', { value: repaired, properties: { tenant_id: installationId } });
    report.repaired += repaired;
  } catch (cause) {
    report.failed += 1;
    deps.metrics.count('SweepFailed', { properties: { tenant_id: installationId } });
    own.log.error('The sweep of a tenant failed; the next run tries again', { cause });
  }
}

function isCleanedUp(lookup: TenantLookup): boolean {
  if (lookup.kind === 'tombstone') return lookup.cleanup === 'done';
  return lookup.kind === 'tenant' && lookup.tenant.status === 'deleted' && lookup.tenant.cleanup === 'done';
}

async function sweepRowless(machines: ReadonlyMap<number, readonly Machine[]>, seen: ReadonlySet<number>, report: Tally, deps: ScaleDownDeps): Promise<void> {
  for (const installationId of machines.keys()) {
    if (!seen.has(installationId)) await sweepOne({ kind: 'none', installationId, problems: [] }, machines, report, deps);
  }
}

/** A tenant's failure must not keep the others' jobs waiting. */
async function wakeDue(deps: ScaleDownDeps): Promise<void> {
  const due = await deps.jobs.listDue(deps.clock.now(), DUE_AT_ONCE);
  for (const installationId of new Set(due.map((entry) => entry.installationId))) {
    try {
      for (const entry of due.filter((one) => one.installationId === installationId)) await expireOld(entry, deps);
      await wake(installationId, deps);
    } catch (cause) {
      deps.log.error('Due jobs of a tenant could not be woken; the next run tries again', { tenant_id: installationId, cause });
    }
  }
}

/** A job of an installation that never became a tenant has no row but its own to be found by. */
async function expireOld(entry: { readonly installationId: number; readonly jobId: number }, deps: ScaleDownDeps): Promise<void> {
  const job = await deps.jobs.get(entry.installationId, entry.jobId);
  if (job === undefined || ageOf(job.queuedAt, deps.clock.now()) <= JOB_QUEUE_LIFETIME) return;
  await endJob(job, { state: 'expired', reason: 'too-old', from: ['parked'] }, deps);
}

/** The oldest runner in use: an image that nobody bakes anew shows itself before GitHub refuses its runner. */
function reportRunnerAge(machines: readonly Machine[], deps: ScaleDownDeps): void {
  const ages = machines.flatMap(({ tags }) => {
    const report = readBootReport(tags);
    return report?.kind === 'ok' && report.runnerAgeDays !== undefined ? [report.runnerAgeDays] : [];
  });
  if (ages.length > 0) deps.metrics.count('RunnerVersionAgeDays', { value: Math.max(...ages) });
}

function groupByTenant(machines: readonly Machine[]): Map<number, Machine[]> {
  const groups = new Map<number, Machine[]>();
  for (const machine of machines) {
    const installationId = Number(machine.tags[TAG.tenantId]);
    if (!Number.isSafeInteger(installationId) || machine.state === 'shutting-down') continue;
    groups.set(installationId, [...(groups.get(installationId) ?? []), machine]);
  }
  return groups;
}
