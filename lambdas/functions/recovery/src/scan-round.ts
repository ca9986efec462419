import type { ScanState, TenantLookup } from '@multi-tenant-runner/core';
import { planScans } from './plan-scans';
import type { OutOfTime, RecoveryDeps } from './deps';
import { scanTenant } from './scan-tenant';
import { secondsBehind } from './scan-turns';

/** Tenants searched in parallel; each has its own rate limit at GitHub. */
const AT_ONCE = 8;

export interface ScanReport {
  readonly scanned: number;
  readonly failed: number;
}

/** Searches for missed jobs of the tenants that are due. A failure affects only its tenant. */
export async function scanRound(deps: RecoveryDeps, outOfTime: OutOfTime): Promise<ScanReport> {
  const lookups = await listTenants(deps);
  const { inactive, due } = planScans(lookups, await deps.recovery.listScans(), deps.clock.now());
  for (const state of inactive) await deps.recovery.writeScan(state, deps.clock.now());
  const report = { scanned: 0, failed: 0 };
  const queue = [...due];
  const work = async (): Promise<void> => {
    while (!outOfTime()) {
      const next = queue.shift();
      if (next === undefined) return;
      await visit(next.state, report, deps, outOfTime);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  deps.metrics.measureSeconds('ScansBehind', secondsBehind(queue, deps.clock.now()));
  return report;
}

async function visit(
  state: ScanState,
  report: { scanned: number; failed: number },
  deps: RecoveryDeps,
  outOfTime: OutOfTime,
): Promise<void> {
  report.scanned += 1;
  const log = deps.log.with({ tenant_id: state.installationId });
  const fail = (cause: unknown): void => {
    report.failed += 1;
    deps.metrics.count('RecoveryFailed', { properties: { part: 'jobs', tenant_id: state.installationId } });
    log.error("The search for a tenant's missed jobs failed; a later run tries again", { cause });
  };
  const next = await scanTenant(state, { ...deps, log }, outOfTime).catch((cause: unknown) => {
    fail(cause);
    // The turn is over all the same: a search that always fails must not stay at the head of its queue.
    return { ...state, notBefore: deps.clock.now().toISOString() };
  });
  await deps.recovery.writeScan(next, deps.clock.now()).catch(fail);
}

export async function listTenants(deps: Pick<RecoveryDeps, 'tenants'>): Promise<TenantLookup[]> {
  const lookups: TenantLookup[] = [];
  let cursor: string | undefined;
  do {
    const page = await deps.tenants.list(cursor);
    lookups.push(...page.lookups);
    cursor = page.cursor;
  } while (cursor !== undefined);
  return lookups;
}
