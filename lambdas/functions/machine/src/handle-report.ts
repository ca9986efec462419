import {
  hasLetGo,
  recordReports,
  recordReportsNamed,
  type Launch,
  type MachineReports,
} from '@multi-tenant-runner/core';
import { hashSecret } from '@multi-tenant-runner/runtime';
import { decideReport, type ReportDecision, type ReportLine } from './decide-report';
import type { MachineDeps } from './deps';
import type { ReportRequest } from './parse-request';
import { readLaunch } from './read-launch';

/** How often the row is read again when another write reached it meanwhile. */
const LOOKS = 4;

/** `said`: what it has reported by now, for its next report. */
export type ReportAnswer =
  | { readonly kind: 'recorded'; readonly said: MachineReports }
  | Exclude<ReportDecision, { readonly kind: 'record' }>;

/** Writes what a machine says of itself on its launch's row and into the log. */
export async function handleReport(request: ReportRequest, deps: MachineDeps): Promise<ReportAnswer> {
  const named = await recordByName(request, deps);
  if (named?.ok === true) return named.answer;
  let launch = named?.row ?? (await readLaunch(request.instanceId, deps));
  for (let look = 1; look <= LOOKS; look += 1) {
    const decision = decideReport(launch, request, deps.clock.now());
    if (decision.kind !== 'record' || launch === undefined)
      return decision.kind === 'record' ? { kind: 'refuse', reason: 'wrong-secret' } : decision;
    // It reports, so it has its configuration.
    if (!hasLetGo(launch)) await deps.configs.remove(launch.installationId, [launch.launchId]);
    const recorded = await recordReports(launch, decision.reports, deps);
    if (recorded.ok) {
      writeLines(launch, decision.lines, deps);
      return { kind: 'recorded', said: decision.reports };
    }
    launch = recorded.row;
  }
  return { kind: 'too-many', retryAfter: 1 };
}

type Named = { readonly ok: true; readonly answer: ReportAnswer } | { readonly ok: false; readonly row: Launch };

/**
 * Judged by what the machine says its row is, and written only if that is so. Undefined: it names no launch, another
 * machine's, or says what would be refused.
 */
async function recordByName(request: ReportRequest, deps: MachineDeps): Promise<Named | undefined> {
  const { key, instanceId, secret, said } = request;
  if (key === undefined) return undefined;
  const guard = { instanceId, reportHash: hashSecret(secret), reports: said };
  const { reportHash } = guard;
  const assumed = { instanceId, state: 'running', claim: { reportHash }, ...(said && { reports: said }) } as const;
  const decision = decideReport(assumed, request, deps.clock.now());
  if (decision.kind !== 'record') return undefined;
  const { ok, row } = await recordReportsNamed(key, decision.reports, guard, deps);
  if (row?.instanceId !== instanceId) return undefined;
  if (!ok) return { ok, row };
  // Before the answer, without which the machine can't know what it has said.
  if (said === undefined) await deps.configs.remove(row.installationId, [row.launchId]);
  writeLines(row, decision.lines, deps);
  return { ok, answer: { kind: 'recorded', said: decision.reports } };
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
