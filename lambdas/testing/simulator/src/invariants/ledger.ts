import {
  NO_USAGE,
  addUsage,
  secondsBetween,
  usageOf,
  type Launch,
  type MachineLife,
  type UsageSum,
} from '@multi-tenant-runner/core';
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
export function watchMachines(events: SimulationBus): Map<string, SimMachine> {
  const started = new Map<string, SimMachine>();
  events.on('machine.started', ({ machine }) => void started.set(machine.record.instanceId, machine));
  return started;
}

/** What machines and their rows came to that agreed with each other and were forgotten since. */
export interface Forgotten {
  machines: number;
  usage: UsageSum;
  /** Seconds by EC2, and by the launches' rows. */
  ec2: number;
  ofLaunches: number;
}
export const NOTHING_FORGOTTEN: Forgotten = { machines: 0, usage: NO_USAGE, ec2: 0, ofLaunches: 0 };

/**
 * Each machine has one row, no row is without a machine, no machine is charged for less time than it lived, and the
 * seconds are to the second those between the start and the end on the launches' rows. The sums are those of the rows.
 */
export function checkLedger(
  started: ReadonlyMap<string, SimMachine>,
  state: State,
  violations: Violations,
  forgotten = NOTHING_FORGOTTEN,
): LedgerCheck {
  const lives = [...state.usage.lives.values()];
  const byInstance = new Map(lives.map((life) => [life.instanceId, life]));
  const wrong = (what: string): void => violations.record('miscounted', what);
  let { ec2 } = forgotten;
  for (const machine of started.values()) {
    ec2 += lifetimeOf(machine);
    const fault = wrongLifeOf(machine, byInstance.get(machine.record.instanceId));
    if (fault !== undefined) wrong(fault);
  }
  if (byInstance.size !== lives.length) wrong(`${lives.length - byInstance.size} machines have a second row`);
  for (const { instanceId } of lives) if (!started.has(instanceId)) wrong(`${instanceId} never was a machine`);
  const sum = lives.map(usageOf).reduce(addUsage, forgotten.usage);
  const rows = [...state.launches.rows.values()];
  const ofLaunches = rows.reduce((total, row) => total + secondsOfLaunch(row), forgotten.ofLaunches);
  if (sum.seconds !== ofLaunches) wrong(`the ledger has ${sum.seconds} s, the launches ${ofLaunches} s`);
  const ofDays = [...state.usage.sums.values()].reduce(addUsage, NO_USAGE);
  if (JSON.stringify(ofDays) !== JSON.stringify(sum)) wrong(`the sums are not those of the lives`);
  return { machines: forgotten.machines + lives.length, seconds: { ledger: sum.seconds, ec2 } };
}

/** Milliseconds that a terminating call may take after the end that it records. */
const SKEW = 0;

export const lifetimeOf = ({ record: { launchedAt, endedAt } }: SimMachine): number =>
  endedAt === undefined ? 0 : secondsBetween(launchedAt, endedAt);

/**
 * What is wrong with a machine's row in the ledger. Whose it is, said by what was asked for: one of a shared call may
 * end before its tags say so.
 */
export function wrongLifeOf(
  { launchId, record: { instanceId, endedAt } }: SimMachine,
  life: MachineLife | undefined,
): string | undefined {
  if (life === undefined) return `${instanceId} of ${launchId} has no row in the ledger`;
  if (life.launchId !== launchId) return `${instanceId} is charged to ${life.launchId}`;
  if (endedAt !== undefined && Date.parse(life.endedAt) < Date.parse(endedAt) - SKEW)
    return `${instanceId} ended at ${endedAt}, by the ledger at ${life.endedAt}`;
  return undefined;
}

export const secondsOfLaunch = ({ instanceId, launchedAt, machineEndedAt }: Launch): number =>
  instanceId === undefined || launchedAt === undefined || machineEndedAt === undefined
    ? 0
    : secondsBetween(launchedAt, machineEndedAt);
