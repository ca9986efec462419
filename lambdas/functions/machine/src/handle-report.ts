import { recordReports, type Launch } from '@multi-tenant-runner/core';
import { decideReport, type ReportDecision, type ReportLine } from './decide-report';
import type { MachineDeps } from './deps';
import type { ReportRequest } from './parse-request';
import { readLaunch } from './read-launch';

/** How often the row is read again when another write reached it meanwhile. */
const LOOKS = 4;

export type ReportAnswer = { readonly kind: 'recorded' } | Exclude<ReportDecision, { readonly kind: 'record' }>;

/** Writes what a machine says of itself on its launch's row and into the log. */
export async function handleReport(request: ReportRequest, deps: MachineDeps): Promise<ReportAnswer> {
  let launch = await readLaunch(request.instanceId, deps);
  for (let look = 1; look <= LOOKS; look += 1) {
    const decision = decideReport(launch, request, deps.clock.now());
    if (decision.kind !== 'record' || launch === undefined)
      return decision.kind === 'record' ? { kind: 'refuse', reason: 'wrong-secret' } : decision;
    // It reports, so it has its configuration. Removed before the row says that it reported: a release relies on that.
    if (launch.reports === undefined) await deps.configs.remove(launch.installationId, [launch.launchId]);
    const recorded = await recordReports(launch, decision.reports, deps);
    if (recorded.ok) {
      writeLines(launch, decision.lines, deps);
      return { kind: 'recorded' };
    }
    launch = recorded.row;
  }
  return { kind: 'too-many', retryAfter: 1 };
}

/** Every line is one JSON object with names of ours, so that nothing in it can be a metric. */
function writeLines(launch: Launch, lines: readonly ReportLine[], deps: MachineDeps): void {
  const log = deps.log.with({
    tenant_id: launch.installationId,
    launch_id: launch.launchId,
    instance_id: launch.instanceId,
    tier: launch.tier,
  });
  for (const line of lines) log.info('A machine reports', line);
}
