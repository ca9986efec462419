import type { Job } from '../model/job';
import type { Launch } from '../model/launch';
import type { Prices } from '../model/prices';
import { HOUR, SECOND } from '../model/time';
import type { LifePrice, MachineLife } from '../model/usage';

/** A launch that had a machine, which has ended. */
export type EndedLaunch = Launch & Required<Pick<Launch, 'instanceId' | 'launchedAt' | 'machineEndedAt'>>;

export function isEndedLaunch(launch: Launch): launch is EndedLaunch {
  return launch.instanceId !== undefined && launch.launchedAt !== undefined && launch.machineEndedAt !== undefined;
}

/** Each machine is billed for a minute at least. https://aws.amazon.com/ec2/pricing/on-demand/ */
const LEAST_BILLED = 60;
const HOURS_A_MONTH = 730;
const MICROS = 1_000_000;

export interface LifeContext {
  /** The job that it ran, or else the one that it was started for. */
  readonly job?: Job;
  readonly accountId?: number;
  readonly prices: Prices;
}

/** The ledger's row of a machine's life. Pure. */
export function buildMachineLife(launch: EndedLaunch, { job, accountId, prices }: LifeContext): MachineLife {
  const { installationId, launchId, instanceId, tier } = launch;
  const seconds = secondsBetween(launch.launchedAt, launch.machineEndedAt);
  const machine = { tier, instanceType: launch.intent?.instanceType ?? 'unknown', spot: launch.intent?.spot === true };
  const price = priceOf(machine, prices);
  const account = job?.ownerId ?? accountId;
  return {
    installationId,
    launchId,
    instanceId,
    ...(account !== undefined && { accountId: account }),
    jobId: launch.takenBy ?? launch.jobId,
    ...(job !== undefined && { repository: `${job.owner}/${job.repo}` }),
    ...(job?.workflow !== undefined && { workflow: job.workflow }),
    ...machine,
    startedAt: launch.launchedAt,
    endedAt: launch.machineEndedAt,
    seconds,
    diskGb: prices.diskGb.get(tier) ?? 0,
    idlePercent: idlePercentOf(launch, seconds),
    ...(price !== undefined && { price }),
    costMicros: costOfLife(price, seconds),
  };
}

/** Millionths of a dollar of a machine that has ended; 0 without a price. */
export function costOfLife(price: LifePrice | undefined, seconds: number): number {
  return price === undefined ? 0 : costOf(price, Math.max(LEAST_BILLED, seconds));
}

/** Millionths of a dollar that a machine has cost which still runs. */
export function costSoFar(launch: Launch, seconds: number, prices: Prices): number {
  const { tier, intent } = launch;
  const price = intent && priceOf({ tier, instanceType: intent.instanceType, spot: intent.spot }, prices);
  return price === undefined ? 0 : costOf(price, seconds);
}

export function secondsBetween(from: string, to: string): number {
  return Math.max(0, Math.round((Date.parse(to) - Date.parse(from)) / SECOND));
}

function priceOf(
  { tier, instanceType, spot }: Pick<MachineLife, 'tier' | 'instanceType' | 'spot'>,
  { asOf, machineHour, spotShare, diskGbMonth, diskGb }: Prices,
): LifePrice | undefined {
  const onDemand = machineHour.get(instanceType);
  const bySpot = machineHour.get(`spot/${instanceType}`) ?? (onDemand === undefined ? undefined : onDemand * spotShare);
  const hour = spot ? bySpot : onDemand;
  if (hour === undefined) return undefined;
  return { machineHour: hour, diskHour: ((diskGb.get(tier) ?? 0) * diskGbMonth) / HOURS_A_MONTH, asOf };
}

function costOf({ machineHour, diskHour }: LifePrice, seconds: number): number {
  return Math.round(((machineHour + diskHour) * MICROS * seconds * SECOND) / HOUR);
}

function idlePercentOf({ takenAt, jobEndedAt, machineEndedAt }: EndedLaunch, seconds: number): number {
  if (takenAt === undefined || seconds === 0) return 100;
  const busy = Math.min(seconds, secondsBetween(takenAt, jobEndedAt ?? machineEndedAt));
  return Math.round((1 - busy / seconds) * 100);
}
