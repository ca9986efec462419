import {
  DAY,
  ENDED_ROW_LIFETIME,
  FAILURES_TO_OPEN,
  HOUR,
  JOB_QUEUE_LIFETIME,
  MAX_RESTARTS,
} from '@multi-tenant-runner/core';
import { read } from './documents';

export interface Claim {
  readonly document: string;
  /** Matches the sentence and captures its figure; at least one sentence must match. Line breaks count as spaces. */
  readonly says: RegExp;
  readonly value: number;
}

/** The figures in the documents. When you reword such a sentence, reword its pattern here. */
export const CLAIMS: readonly Claim[] = [
  {
    document: 'docs/monitoring.md',
    says: /`TenantCircuitOpened` \| yes \| (\w+) launches in a row/g,
    value: FAILURES_TO_OPEN,
  },
  { document: 'docs/architecture.md', says: /After (\w+) in a row the circuit opens/g, value: FAILURES_TO_OPEN },
  { document: 'docs/operations.md', says: /(\w+) launches in a row failed/g, value: FAILURES_TO_OPEN },
  {
    document: 'docs/troubleshooting.md',
    says: /`relaunch-limit` \| parked, 1 h \| (\w+) machines failed/g,
    value: MAX_RESTARTS + 1,
  },
  { document: 'docs/limits.md', says: /machines that fail for one job \| (\d+),/g, value: MAX_RESTARTS + 1 },
  { document: 'docs/limits.md', says: /a job's wait \| (\d+) hours/g, value: JOB_QUEUE_LIFETIME / HOUR },
  {
    document: 'docs/limits.md',
    says: /ended rows of jobs and launches \| (\d+) days/g,
    value: ENDED_ROW_LIFETIME / DAY,
  },
  {
    document: 'docs/architecture.md',
    says: /launches are forgotten after (\d+) days/g,
    value: ENDED_ROW_LIFETIME / DAY,
  },
  {
    document: 'docs/limits.md',
    says: /scale-up functions on one size's queue \| (\d+) \|/g,
    value: defaultOf('variables.options.tf', 'lambda', 'scale_up_concurrency'),
  },
  {
    document: 'docs/limits.md',
    says: /webhooks \| (\d+) a second/g,
    value: defaultOf('variables.options.tf', 'webhook', 'rate_limit'),
  },
  {
    document: 'docs/limits.md',
    says: /webhooks \| \d+ a second, (\d+) at once/g,
    value: defaultOf('variables.options.tf', 'webhook', 'burst_limit'),
  },
  {
    document: 'docs/runners.md',
    says: /`runner\.max_age_days` \((\d+)\)/g,
    value: defaultOf('variables.runners.tf', 'runner', 'max_age_days'),
  },
  {
    document: 'docs/operations.md',
    says: /\| (\w+) refusals or more in each of three periods/g,
    value: alarmFigure('capacity', 'threshold'),
  },
  {
    document: 'docs/operations.md',
    says: /refusals or more in each of (\w+) periods/g,
    value: alarmFigure('capacity', 'periods'),
  },
  {
    document: 'docs/operations.md',
    says: /`<prefix>-webhook-5xx` \| (\w+) or more in 5 minutes/g,
    value: alarmFigure('webhook-5xx', 'threshold'),
  },
  {
    document: 'docs/operations.md',
    says: /a job has waited (\d+) minutes although/g,
    value: defaultOf('variables.options.tf', 'observability', 'oldest_job_seconds') / 60,
  },
  { document: 'docs/cost.md', says: /\| alarms \| (\d+) \|/g, value: numberOfAlarms() },
  { document: 'docs/cost.md', says: /\| alarms \| \d+ \| ([\d.]+) \|/g, value: numberOfAlarms() / 10 },
];

/**
 * With three sizes: each has a dead-letter queue, and each such queue an alarm. Without events, callbacks or a limit
 * over all tenants.
 */
export function numberOfAlarms(): number {
  const alarms = read('modules/observability/alarms.tf').replaceAll(
    / {2}(?:fleet|event|callback)_alarms = [\s\S]*?\n {2}\} : \{\}/g,
    '',
  );
  const named = [...alarms.matchAll(/^ {4,6}"[\w-]+" = \{$/gm)].length;
  const [, others = ''] =
    /dead_letter_queues = merge\([\s\S]*?\n {4}\{\n([\s\S]*?)\n {4}\}/.exec(read('observability.tf')) ?? [];
  return named + 3 + others.split('\n').length;
}

/** The default of one optional attribute of an input, as its type has it. */
function defaultOf(file: string, input: string, attribute: string): number {
  const [block = ''] = new RegExp(`^variable "${input}" \\{[\\s\\S]*?^\\}`, 'm').exec(read(file)) ?? [];
  const [, figure] = new RegExp(`\\b${attribute} *= optional\\(number, (\\d+)\\)`).exec(block) ?? [];
  return Number(figure);
}

function alarmFigure(alarm: string, attribute: string): number {
  const [entry = ''] =
    new RegExp(`"${alarm}" = \\{[^}]*?\\n    \\}|"${alarm}" = \\{[\\s\\S]*?\\n      \\}`).exec(
      read('modules/observability/alarms.tf'),
    ) ?? [];
  return Number(new RegExp(`\\b${attribute} *= (\\d+)`).exec(entry)?.[1]);
}
