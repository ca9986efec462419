import {
  ENDED_BY_HAND,
  MINUTE,
  ageOf,
  hasLiveLease,
  saysBusy,
  type Launch,
  type Machine,
} from '@multi-tenant-runner/core';

/** Milliseconds each. */
export interface RunnerLimits {
  readonly bootTimeout: number;
  readonly idleTimeout: number;
  /** Of a job, from its start. */
  readonly maxLifetime: number;
}

/**
 * GitHub ends a job at its own time-out and gives it five minutes for that
 * (https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-cancellation), the machine ends it after
 * ten, its watchdog after twelve.
 */
const OTHERS_FIRST = 15 * MINUTE;

export type RunnerEnd = 'boot-timeout' | 'idle' | 'max-lifetime' | 'suspended' | 'job-ended' | typeof ENDED_BY_HAND;

/** `none`: there is no such tenant. `isJobOver`: no open job is left that the machine was started for. */
export interface RunnerContext {
  readonly tenant: 'active' | 'suspended' | 'none';
  readonly isJobOver: boolean;
}

/**
 * Whether a living machine's time is up. This only asks for its end: GitHub's refusal to delete a busy runner's
 * registration still saves it, except at the maximum lifetime and where an operator forces the end. `busy: false` in
 * GitHub's list is not asked: it has been seen wrong for minutes at a time.
 */
export function decideRunnerEnd(
  { launch, machine, tenant, isJobOver }: RunnerContext & { readonly launch: Launch; readonly machine: Machine },
  now: Date,
  limits: RunnerLimits,
): RunnerEnd | undefined {
  if (launch.instanceId === undefined || hasLiveLease(launch, now)) return undefined;
  if (launch.state !== 'launching' && launch.state !== 'running') return undefined;
  if (isOverdue(launch, machine, now, limits)) return 'max-lifetime';
  if (launch.endForced === true) return ENDED_BY_HAND;
  if (machine.state === 'stopped' || machine.state === 'stopping') return 'boot-timeout';
  const ended = launch.jobEndedAt !== undefined;
  if (launch.takenBy !== undefined && !ended) return undefined;
  if (saysBusy(launch)) return undefined;
  if (launch.endRequestedAt !== undefined) return ENDED_BY_HAND;
  if (tenant === 'suspended' && launch.takenBy === undefined) return 'suspended';
  if (isJobOver && launch.takenBy === undefined) return 'job-ended';
  if (ended) return ageOf(launch.jobEndedAt, now) > limits.idleTimeout ? 'idle' : undefined;
  const since = launch.runningAt ?? launch.launchedAt ?? machine.launchedAt;
  if (launch.state === 'launching') return ageOf(since, now) > limits.bootTimeout ? 'boot-timeout' : undefined;
  return ageOf(since, now) > limits.bootTimeout + limits.idleTimeout ? 'idle' : undefined;
}

/**
 * Where no event reported a start, the job may have begun in the last minute in which the machine could wait for one.
 */
function isOverdue(launch: Launch, machine: Machine, now: Date, limits: RunnerLimits): boolean {
  const most = limits.maxLifetime + OTHERS_FIRST;
  if (launch.takenAt !== undefined) return ageOf(launch.takenAt, now) > most;
  // A machine of a pool waited before that.
  return ageOf(launch.launchedAt ?? machine.launchedAt, now) > most + limits.bootTimeout + limits.idleTimeout;
}
