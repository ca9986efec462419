import { DAY, HOUR, MINUTE, ageOf } from '@multi-tenant-runner/core';
import type { SweepAction } from './decide-sweep';

/** How often in a row an action of the sweep failed. */
export interface Failure {
  readonly times: number;
  /** The last time. ISO 8601. */
  readonly at: string;
}

/** Of one tenant, by the name of the action and of what it is about. */
export type Failures = Readonly<Record<string, Failure>>;

/** After so many failures in a row an action is set aside. */
export const TRIES = 5;
const FIRST_PAUSE = 10 * MINUTE;
const LONGEST_PAUSE = 6 * HOUR;
/** More can't be told apart by a person, and the note has to fit into a row. */
const MOST = 100;

/** Whether an action waits for its next try; those that failed seldom are tried in every visit. */
export function isSetAside(failure: Failure | undefined, now: Date): boolean {
  if (failure === undefined || failure.times < TRIES) return false;
  return ageOf(failure.at, now) < Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (failure.times - TRIES));
}

export function addFailure(failures: Failures, key: string, now: Date): Failures {
  const { [key]: last, ...others } = failures;
  const kept = Object.entries(others).slice(-(MOST - 1));
  return { ...Object.fromEntries(kept), [key]: { times: (last?.times ?? 0) + 1, at: now.toISOString() } };
}

/** Without what succeeded, and without what no visit has tried for a day: the sweep no longer wants it. */
export function withoutSettled(failures: Failures, settled: ReadonlySet<string>, now: Date): Failures {
  return Object.fromEntries(
    Object.entries(failures).filter(([key, { at }]) => !settled.has(key) && ageOf(at, now) < DAY),
  );
}

export function keyOf(action: SweepAction): string {
  return [action.kind, ...Object.values(subjectOf(action)).map(String)].join(' ');
}

/** What an action is about, as fields of a log line. */
export function subjectOf(action: SweepAction): Readonly<Record<string, string | number>> {
  if ('launch' in action) return { launch_id: action.launch.launchId };
  if ('job' in action) return { job_id: action.job.jobId };
  if ('machine' in action) return { instance_id: action.machine.instanceId };
  return 'launchId' in action ? { launch_id: action.launchId } : {};
}
