import * as v from 'valibot';
import { ENDED_JOB_STATES, LAUNCH_STATES, OPEN_JOB_STATES, TENANT_STATUSES, isObject } from '@multi-tenant-runner/core';

type Row = Readonly<Record<string, unknown>>;

const LONGEST = 300;

const text = v.pipe(v.string(), v.minLength(1), v.maxLength(LONGEST));
// Bounds rather than `safeInteger` and `finite`, which JSON Schema does not know.
const whole = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(Number.MAX_SAFE_INTEGER));
const amount = v.pipe(v.number(), v.minValue(0), v.maxValue(Number.MAX_SAFE_INTEGER));
export const time = v.pipe(v.string(), v.isoTimestamp());
const described = <const S extends v.GenericSchema>(schema: S, says: string) => v.pipe(schema, v.description(says));

/** What an event tells of a tenant's row. Rows are edited by hand, so each may be missing. */
export const tenantFields = {
  org_name: v.optional(text),
  org_type: v.optional(v.picklist(['Organization', 'User'])),
  account_id: v.optional(whole),
  status: v.optional(v.picklist(TENANT_STATUSES)),
  suspended_by: v.optional(v.picklist(['github', 'operator', 'approval'])),
  tier: v.optional(text),
  max_runners: v.optional(whole),
  max_minutes_per_day: v.optional(amount),
  limit_minutes: v.optional(amount),
  limit_spend: v.optional(amount),
  allow_public_repositories: v.optional(v.boolean()),
  runner_group: v.optional(text),
};

export const jobFields = {
  job_id: described(whole, 'of GitHub'),
  state: v.picklist([...OPEN_JOB_STATES, ...ENDED_JOB_STATES]),
  reason: v.optional(described(text, 'why it waits, or was refused')),
  run_id: v.optional(whole),
  owner: v.optional(text),
  repo: v.optional(text),
  repo_id: v.optional(whole),
  workflow: v.optional(text),
  tier: v.optional(described(text, 'the size')),
  labels: v.optional(v.array(text)),
  launch_id: v.optional(described(text, 'of the machine that works on it')),
  runner_name: v.optional(text),
  queued_at: v.optional(time),
  starting_at: v.optional(time),
  started_at: v.optional(time),
  ended_at: v.optional(time),
  next_try: v.optional(described(time, 'it waits until then at the longest')),
  conclusion: v.optional(text),
};

export const runnerFields = {
  launch_id: text,
  state: v.picklist(LAUNCH_STATES),
  reason: v.optional(text),
  job_id: v.optional(described(whole, 'that it was started for')),
  taken_by: v.optional(described(whole, 'the job that it took')),
  tier: v.optional(text),
  instance_id: v.optional(text),
  instance_type: v.optional(text),
  spot: v.optional(v.boolean()),
  runner_name: v.optional(text),
  created_at: v.optional(time),
  launched_at: v.optional(time),
  running_at: v.optional(time),
  taken_at: v.optional(time),
  interrupted_at: v.optional(time),
  machine_ended_at: v.optional(time),
  ended_at: v.optional(time),
};

export const lifeFields = {
  launch_id: text,
  instance_id: v.optional(text),
  job_id: v.optional(whole),
  repository: v.optional(text),
  workflow: v.optional(text),
  tier: v.optional(text),
  instance_type: v.optional(text),
  spot: v.optional(v.boolean()),
  started_at: v.optional(time),
  ended_at: v.optional(time),
  seconds: whole,
  disk_gb: v.optional(amount),
  idle_percent: v.optional(amount),
  cost_micros: described(whole, 'millionths of a US dollar'),
};

export const capFields = {
  cap: v.picklist(['minutes-per-day', 'minutes-per-month', 'spend-per-month']),
  period: described(text, 'the day or month (UTC)'),
  used: described(amount, 'minutes, or US dollars'),
  limit: amount,
  until: described(time, 'when the period is over'),
};

/** The fields of a row that are as they should be; the others are left out, and so is what no field names. Pure. */
export function pickFields(fields: v.ObjectEntries, row: unknown): Record<string, unknown> {
  const source: Row = isObject(row) ? row : {};
  return Object.fromEntries(
    Object.entries(fields).flatMap(([name, schema]) => {
      const result = v.safeParse(schema as v.GenericSchema, source[name]);
      return result.success && result.output !== undefined ? [[name, result.output]] : [];
    }),
  );
}
