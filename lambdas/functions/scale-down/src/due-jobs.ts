import {
  SECOND,
  endJob,
  explainWait,
  isTooOld,
  reasonNow,
  dispatchNextJobs,
  type TenantLookup,
} from '@multi-tenant-runner/core';
import type { ScaleDownDeps } from './deps';

const DUE_AT_ONCE = 100;
/** So many times a hundred entries in one run, for so long; what is left is the next run's first. */
const BATCHES = 10;
const TIME = 10 * SECOND;
/** Jobs of one tenant. */
const SIDE_BY_SIDE = 10;

type DueJob = Awaited<ReturnType<ScaleDownDeps['jobs']['listDue']>>[number];

/**
 * Wakes the tenants whose parked jobs are due. Each entry leaves the head of the index, whatever came of it: a tenant
 * at its limit with hundreds of due jobs would stand before everybody else's for ever. Those whose jobs are behind a
 * flood of due ones are woken by their own visit.
 */
export async function dispatchDueJobs(deps: ScaleDownDeps, outOfTime: () => boolean): Promise<void> {
  const seen = new Set<string>();
  const woken = new Set<number>();
  const until = deps.clock.now().getTime() + TIME;
  const isOver = (): boolean => outOfTime() || deps.clock.now().getTime() >= until;
  for (let batch = 0; batch < BATCHES; batch += 1) {
    const listed = await deps.jobs.listDue(deps.clock.now(), DUE_AT_ONCE);
    // The index lags: what was settled a moment ago may still be listed.
    const due = listed.filter((entry) => !seen.has(keyOf(entry)));
    for (const entry of due) seen.add(keyOf(entry));
    const tenants = [...byTenant(due)].map(([installationId, entries]) => ({
      installationId,
      entries,
      isWoken: woken.has(installationId),
    }));
    for (const { installationId } of tenants) woken.add(installationId);
    await Promise.all(tenants.map((tenant) => wakeTenant(tenant, isOver, deps)));
    if (due.length === 0 || listed.length < DUE_AT_ONCE || isOver()) return;
  }
}

const keyOf = ({ installationId, jobId }: DueJob): string => `${installationId}/${jobId}`;

function byTenant(due: readonly DueJob[]): Map<number, DueJob[]> {
  const groups = new Map<number, DueJob[]>();
  for (const entry of due) groups.set(entry.installationId, [...(groups.get(entry.installationId) ?? []), entry]);
  return groups;
}

interface DueTenant {
  readonly installationId: number;
  readonly entries: readonly DueJob[];
  /** In this run already. */
  readonly isWoken: boolean;
}

/** A tenant's failure must not keep the others' jobs waiting. */
async function wakeTenant(
  { installationId, entries, isWoken }: DueTenant,
  isOver: () => boolean,
  deps: ScaleDownDeps,
): Promise<void> {
  try {
    if (!isWoken) await dispatchNextJobs(installationId, deps);
    const lookup = await deps.tenants.get(installationId);
    for (let from = 0; from < entries.length && !isOver(); from += SIDE_BY_SIDE) {
      await Promise.all(entries.slice(from, from + SIDE_BY_SIDE).map((entry) => settleDue(entry, lookup, deps)));
    }
  } catch (cause) {
    deps.log.error('Due jobs of a tenant could not be woken; the next run tries again', {
      tenant_id: installationId,
      cause,
    });
  }
}

async function settleDue(entry: DueJob, lookup: TenantLookup, deps: ScaleDownDeps): Promise<void> {
  const job = await deps.jobs.get(entry.installationId, entry.jobId);
  const now = deps.clock.now();
  if (job?.state !== 'parked') return;
  // A job of an installation that never became a tenant has no row but its own to be found by.
  if (isTooOld(job, now)) {
    await endJob(job, { state: 'expired', reason: 'too-old', stillIn: 'parked' }, deps);
    return;
  }
  if (job.nextTry === undefined || Date.parse(job.nextTry) > now.getTime()) return;
  // Its last launch is being settled: due still, but behind all others.
  await explainWait(job, reasonNow(job, lookup, now) ?? { nextTry: now.toISOString() }, deps);
}
