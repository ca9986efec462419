import { TAG, type Machine } from '@multi-tenant-runner/core';
import { dispatchDueJobs } from './due-jobs';
import { oldestDispatchable, olderOf } from './oldest-job';
import { createMachineRotation, createTableRotation, type Round } from './tenant-rotation';
import { sweepTenant, type Visit } from './sweep-tenant';
import { readNote, writeNote } from './visit-note';
import type { ScaleDownDeps } from './deps';

export interface SweepReport {
  readonly tenants: number;
  readonly repaired: number;
  /** Tenants of whom something failed. */
  readonly failed: number;
  /** Actions that wait for a later try. */
  readonly setAside: number;
  /** Whether the round over the table came to its end in this run. */
  readonly finished: boolean;
  /** By tier, the seconds that the oldest job has waited although its tenant may have a runner for it. */
  readonly oldestJobs: Readonly<Record<string, number>>;
}

type Tally = { -readonly [K in keyof Omit<SweepReport, 'finished'>]: SweepReport[K] };

/**
 * Settles what rows, slots, machines and jobs of tenants disagree on. First come the jobs that are due. Then the
 * tenants that have machines, and those of the table, page by page over several runs, take turns until the time is up,
 * so that neither waits for the other. What a run costs is bounded, however many tenants there are. One tenant's
 * failure is that tenant's alone.
 *
 * @param outOfTime asked between tenants
 */
export async function sweep(deps: ScaleDownDeps, outOfTime: () => boolean): Promise<SweepReport> {
  await dispatchDueJobs(deps, outOfTime);
  const machines = groupByTenant(await deps.fleet.list());
  const report: Tally = { tenants: 0, repaired: 0, failed: 0, setAside: 0, oldestJobs: {} };
  const seen = new Set<number>();
  const table = await createTableRotation(deps);
  let rounds: readonly Round[] = [await createMachineRotation([...machines.keys()], deps), table];
  while (rounds.length > 0) {
    for (const round of rounds) {
      if (outOfTime()) return { ...report, finished: false };
      const chunk = await round.next();
      if (chunk === undefined) rounds = rounds.filter((one) => one !== round);
      const fresh = (chunk ?? []).filter((installationId) => !seen.has(installationId));
      for (const installationId of fresh) seen.add(installationId);
      await Promise.all(
        fresh.map((installationId) => sweepOne(installationId, machines.get(installationId) ?? [], report, deps)),
      );
    }
  }
  return { ...report, finished: table.finished() };
}

async function sweepOne(
  installationId: number,
  machines: readonly Machine[],
  report: Tally,
  deps: ScaleDownDeps,
): Promise<void> {
  report.tenants += 1;
  const own = { ...deps, log: deps.log.with({ tenant_id: installationId }) };
  try {
    const [launches, jobs, note] = await Promise.all([
      deps.launches.listOpen(installationId),
      deps.jobs.listOpen(installationId),
      readNote(installationId, deps.launches),
    ]);
    // After them, so that no slot is missed that explains a launch.
    const lookup = await deps.tenants.get(installationId);
    report.oldestJobs = olderOf(report.oldestJobs, oldestDispatchable(lookup, jobs, deps.clock.now()));
    const visit = await sweepTenant({ lookup, machines, launches, jobs }, note.failures, own);
    await writeNote(installationId, { before: note, after: { failures: visit.failures } }, deps.launches);
    countVisit(installationId, visit, deps);
    report.repaired += visit.repaired;
    report.failed += visit.failed > 0 ? 1 : 0;
    report.setAside += visit.setAside;
  } catch (cause) {
    report.failed += 1;
    deps.metrics.count('SweepFailed', { properties: { tenant_id: installationId } });
    own.log.error('The sweep of a tenant failed; the next run tries again', { cause });
  }
}

function countVisit(installationId: number, { repaired, setAside }: Visit, { metrics }: ScaleDownDeps): void {
  const properties = { tenant_id: installationId };
  if (repaired > 0) metrics.count('SweepRepaired', { value: repaired, properties });
  if (setAside > 0) metrics.count('SweepSetAside', { value: setAside, properties });
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
