import { MINUTE, type Claim, type Launch, type MachineReports } from '@multi-tenant-runner/core';
import { isSecret } from '@multi-tenant-runner/runtime';
import type { MachineEvent, ReportRequest } from './parse-request';

/** What one machine may send; the boot script stays well below, docs/limits.md has the figures. */
export const REPORT_LIMITS = { perMinute: 20, total: 120, logBytes: 128 * 1_024 } as const;

/** What is logged of one event: names are ours, values are the machine's. */
export type ReportLine = Readonly<Record<string, unknown>> & { readonly event: MachineEvent['kind'] };

/**
 * `refuse`: for good, as what asks is not the machine, or its launch is over, or it has said enough. `too-many`: later
 * again. `record`: by a write on the row, and a line of the log for each event.
 */
export type ReportDecision =
  | { readonly kind: 'refuse'; readonly reason: 'wrong-secret' | 'over' | 'said-enough' }
  | { readonly kind: 'too-many'; readonly retryAfter: number }
  | { readonly kind: 'record'; readonly reports: MachineReports; readonly lines: readonly ReportLine[] };

/** All of a launch's row that decides about a report. */
export type Reporter = Pick<Launch, 'instanceId' | 'state' | 'reports'> & {
  readonly claim?: Pick<Claim, 'reportHash'>;
};

/** @param launch the one that names the machine's id, undefined if none does */
export function decideReport(launch: Reporter | undefined, request: ReportRequest, now: Date): ReportDecision {
  if (launch?.claim === undefined || launch.instanceId !== request.instanceId)
    return { kind: 'refuse', reason: 'wrong-secret' };
  if (!isSecret(request.secret, launch.claim.reportHash)) return { kind: 'refuse', reason: 'wrong-secret' };
  if (launch.state !== 'running') return { kind: 'refuse', reason: 'over' };
  const minute = Math.floor(now.getTime() / MINUTE);
  const before = launch.reports?.received ?? { minute, inMinute: 0, total: 0, logBytes: 0 };
  if (before.total >= REPORT_LIMITS.total) return { kind: 'refuse', reason: 'said-enough' };
  const inMinute = before.minute === minute ? before.inMinute : 0;
  if (inMinute >= REPORT_LIMITS.perMinute)
    return { kind: 'too-many', retryAfter: Math.ceil(((minute + 1) * MINUTE - now.getTime()) / 1_000) };
  const { events, logBytes } = withinBudget(request.events, before.logBytes);
  const received = { minute, inMinute: inMinute + 1, total: before.total + 1, logBytes };
  const reports = events.reduce(apply, { ...launch.reports, received });
  return { kind: 'record', reports, lines: events.map(lineOf) };
}

/** Lines beyond the machine's share of the log are dropped; what else a report says still counts. */
function withinBudget(
  events: readonly MachineEvent[],
  spent: number,
): { readonly events: readonly MachineEvent[]; readonly logBytes: number } {
  let logBytes = spent;
  const kept = events.filter((event) => {
    if (event.kind !== 'log') return true;
    const size = Buffer.byteLength(JSON.stringify(event.lines));
    if (logBytes + size > REPORT_LIMITS.logBytes) return false;
    logBytes += size;
    return true;
  });
  return { events: kept, logBytes };
}

function apply(facts: MachineReports, event: MachineEvent): MachineReports {
  switch (event.kind) {
    case 'boot':
      return { ...facts, ...(event.version !== undefined && { runnerVersion: event.version }) };
    case 'busy':
    case 'idle':
      return { ...facts, activity: event.kind };
    case 'end':
      return { ...facts, end: event.reason };
    case 'log':
      return facts;
  }
}

function lineOf(event: MachineEvent): ReportLine {
  switch (event.kind) {
    case 'boot':
      return {
        event: event.kind,
        timings: event.timings,
        runner_version: event.version ?? null,
        runner_age_days: event.ageDays ?? null,
      };
    case 'busy':
    case 'idle':
      return { event: event.kind };
    case 'end':
      return { event: event.kind, reason: event.reason, timings: event.timings };
    case 'log':
      return { event: event.kind, lines: event.lines.map(printable) };
  }
}

/** Without what a terminal obeys or what hides text; JSON escapes the other control characters. */
function printable(line: string): string {
  return line.replace(/[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g, '\ufffd');
}
