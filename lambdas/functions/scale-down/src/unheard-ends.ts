import { MINUTE, ageOf, hasLiveLease, lastWordAt, type Launch } from '@multi-tenant-runner/core';
import type { Snapshot, SweepLimits } from './snapshot';

/**
 * Most machines are listed a few seconds after their start, and a run lists them before it reads a row. One that comes
 * later costs a question a minute.
 */
const LISTED_WITHIN = 3 * MINUTE;

/**
 * EC2 named its machine longer ago than a list may lag behind, and lists it no more: its end was not heard of, however
 * lately its job was. No invocation is at work on it, and EC2's word on the id decides.
 */
export function isGoneUnheard(launch: Launch, { machineOf }: Snapshot, now: Date): boolean {
  if (!mayHaveMachine(launch) || machineOf(launch) !== undefined || hasLiveLease(launch, now)) return false;
  return launch.instanceId !== undefined && ageOf(launch.launchedAt, now) >= LISTED_WITHIN;
}

/**
 * The job that its runner took is open no more, and the machine lives on. Where that was the launch's own job, its end
 * stands in the job's row alone. Asked once nobody has said anything for as long as a machine may be idle.
 */
export function mayOutlastItsJob(
  launch: Launch,
  { isJobOver, machineOf }: Snapshot,
  now: Date,
  { idleTimeout }: Pick<SweepLimits, 'idleTimeout'>,
): boolean {
  const { takenBy, takenAt, jobEndedAt } = launch;
  if (!mayHaveMachine(launch) || machineOf(launch) === undefined) return false;
  if (takenBy === undefined || jobEndedAt !== undefined || !isJobOver(takenBy)) return false;
  const words = [takenAt, lastWordAt(launch)].filter((at) => at !== undefined);
  return words.every((at) => ageOf(at, now) >= idleTimeout);
}

const mayHaveMachine = ({ state }: Launch): boolean => state === 'launching' || state === 'running';
