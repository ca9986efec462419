import type { JobReason } from '../model/job';
import { HOUR, MINUTE, SECOND } from '../model/time';

/** Milliseconds: the first wait, and the maximum that it doubles up to with each start of the same job. */
interface BackOff {
  readonly first: number;
  readonly longest: number;
}

/** Waits of launches that cost nothing. Any other reason does not wait for a time. */
const CHEAP: Partial<Record<JobReason, BackOff>> = {
  'no-security-group': { first: 30 * SECOND, longest: 10 * MINUTE },
  capacity: { first: MINUTE, longest: 5 * MINUTE },
  'ec2-throttled': { first: 15 * SECOND, longest: 5 * MINUTE },
  'github-unavailable': { first: MINUTE, longest: 10 * MINUTE },
  'github-refused': { first: 10 * MINUTE, longest: HOUR },
  'no-runner-group': { first: 10 * MINUTE, longest: HOUR },
  error: { first: 5 * MINUTE, longest: HOUR },
};

/** Waits after a wasted machine: the last one bounds what a job can cost in its 24 hours. */
const COSTLY: Partial<Record<JobReason, BackOff>> = {
  'ssm-throttled': { first: 30 * SECOND, longest: HOUR },
  'github-unavailable': { first: MINUTE, longest: HOUR },
  'github-refused': { first: 10 * MINUTE, longest: HOUR },
};

export interface Wait {
  readonly reason: JobReason;
  /** Starts of the job so far, including the failed one. */
  readonly starts: number;
  readonly hadMachine: boolean;
  /** Slots that its tenant holds: after a throttle, tenants with more slots wait longer. */
  readonly slots: number;
  /** Spreads launches that failed together; the same launch always waits equally long. */
  readonly launchId: string;
}

/** Milliseconds until a parked job is retried; undefined: it does not wait for a time. */
export function backOff({ reason, starts, hadMachine, slots, launchId }: Wait): number | undefined {
  const rule = (hadMachine ? COSTLY[reason] : undefined) ?? CHEAP[reason] ?? COSTLY[reason];
  if (rule === undefined) return undefined;
  const share = reason === 'ec2-throttled' || reason === 'ssm-throttled' ? Math.max(1, slots) : 1;
  const whole = Math.min(rule.longest, rule.first * share * 2 ** Math.min(30, Math.max(0, starts - 1)));
  return Math.round(whole * (1 + spread(launchId) / 2));
}

/** 0 to 1, derived from the string: deterministic, so that a run can be repeated. */
const spread = (text: string): number => hashOf(text) / 0xffff_ffff;

/** 32 bits: FNV-1a. */
export function hashOf(text: string): number {
  let hash = 2_166_136_261;
  for (let index = 0; index < text.length; index += 1)
    hash = Math.imul(hash ^ text.charCodeAt(index), 16_777_619) >>> 0;
  return hash;
}
