import { NO_USAGE, addUsage, secondsBetween, usageOf, type UsageSum } from '@multi-tenant-runner/core';
import type { SimMachine } from '../scenario/model';
import type { State } from '../services/backend';
import type { SimulationBus } from '../services/events';
import type { Violations } from './violations';

/** The ledger against the machines that EC2 ever started. */
export interface LedgerCheck {
  readonly machines: number;
  /** In seconds: of the ledger, and of the machines as EC2 had them. */
  readonly seconds: { readonly ledger: number; readonly ec2: number };
}

/** Keeps every machine that EC2 starts: EC2 itself forgets them within the hour. */
export function watchMachines(events: SimulationBus): readonly SimMachine[] {
  const started: SimMachine[] = [];
  events.on('machine.started', ({ machine }) => void started.push(machine));
  return started;
}

/**
 * Each machine has one row, no row is without a machine, no machine is charged for less time than it lived, and the
 * seconds are to the second those between the start and the end on the launches' rows. The sums are those of the rows.
 */
export function checkLedger(started: readonly SimMachine[], state: State, violations: Violations): LedgerCheck {
  const lives = [...state.usage.lives.values()];
  const byInstance = new Map(lives.map((life) => [life.instanceId, life]));
  const wrong = (what: string): void => violations.record('miscounted', what);
  let ec2 = 0;
  // Whose it is, said by what was asked for: one of a shared call may end before its tags say so.
  for (const { launchId, record } of started) {
    const { instanceId, launchedAt, endedAt } = record;
    const life = byInstance.get(instanceId);
    if (endedAt !== undefined) ec2 += secondsBetween(launchedAt, endedAt);
    if (life === undefined) wrong(`${instanceId} of ${launchId} has no row in the ledger`);
    else if (life.launchId !== launchId) wrong(`${instanceId} is charged to ${life.launchId}`);
    else if (endedAt !== undefined && Date.parse(life.endedAt) < Date.parse(endedAt) - SKEW)
      wrong(`${instanceId} ended at ${endedAt}, by the ledger at ${life.endedAt}`);
  }
  if (byInstance.size !== lives.length) wrong(`${lives.length - byInstance.size} machines have a second row`);
  const known = new Set(started.map(({ record }) => record.instanceId));
  for (const { instanceId } of lives) if (!known.has(instanceId)) wrong(`${instanceId} never was a machine`);
  const sum = lives.map(usageOf).reduce(addUsage, NO_USAGE);
  const ofLaunches = secondsOfLaunches(state);
  if (sum.seconds !== ofLaunches) wrong(`the ledger has ${sum.seconds} s, the launches ${ofLaunches} s`);
  for (const length of ['2026-01-15'.length, '2026-01'.length])
    if (JSON.stringify(sumOf(state, length)) !== JSON.stringify(sum)) wrong(`the sums are not those of the lives`);
  return { machines: lives.length, seconds: { ledger: sum.seconds, ec2 } };
}

/** Milliseconds that a terminating call may take after the end that it records. */
const SKEW = 0;

function secondsOfLaunches({ launches }: State): number {
  return [...launches.rows.values()].reduce(
    (total, { instanceId, launchedAt, machineEndedAt }) =>
      instanceId === undefined || launchedAt === undefined || machineEndedAt === undefined
        ? total
        : total + secondsBetween(launchedAt, machineEndedAt),
    0,
  );
}

/** @param length of the period's name */
function sumOf({ usage }: State, length: number): UsageSum {
  return [...usage.sums]
    .filter(([key]) => key.slice(key.indexOf('/') + 1, key.indexOf('#')).length === length)
    .reduce((sum, [, own]) => addUsage(sum, own), NO_USAGE);
}
