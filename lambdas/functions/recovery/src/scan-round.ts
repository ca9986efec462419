import type { ScanState } from '@multi-tenant-runner/core';
import { sideBySide } from '@multi-tenant-runner/runtime';
import type { OutOfTime, RecoveryDeps } from './deps';
import type { Overview } from './overview';
import { planScans } from './plan-scans';
import { scanTenant } from './scan-tenant';
import { secondsBehind } from './scan-turns';

/**
 * Tenants searched in parallel; each has its own rate limit. GitHub allows 100 requests at once:
 * https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api#about-secondary-rate-limits
 * At 300 ms a request these are 133 a second, about half of what 512 MB can process.
 */
const AT_ONCE = 40;

export interface ScanReport {
  readonly scanned: number;
  readonly failed: number;
}

/** Searches for missed jobs of the tenants that are due. A failure affects only its tenant. */
export async function scanRound(deps: RecoveryDeps, overview: Overview, outOfTime: OutOfTime): Promise<ScanReport> {
  const { lookups, states } = await overview.read();
  const { inactive, due } = planScans(lookups, states, deps.clock.now());
  for (const state of inactive) await overview.write(state);
  const report = { scanned: 0, failed: 0 };
  const queue = [...due];
  await sideBySide(queue, { atOnce: AT_ONCE, isOver: outOfTime }, ({ state }) =>
    visit(state, report, { ...deps, overview }, outOfTime),
  );
  deps.metrics.measureSeconds('ScansBehind', secondsBehind(queue, deps.clock.now()));
  return report;
}

async function visit(
  state: ScanState,
  report: { scanned: number; failed: number },
  deps: RecoveryDeps & { readonly overview: Overview },
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
  await deps.overview.write(next).catch(fail);
}
