import {
  endMachine,
  failureOf,
  hasWorked,
  instantOf,
  isObject,
  jobEndOf,
  jobIdOfLaunch,
  object,
  oneOf,
  parse,
  release,
  string,
  takeLease,
  type Job,
  type Launch,
  type Parsed,
  type SlotRows,
} from '@multi-tenant-runner/core';
import { handleInterruption } from './handle-interruption';
import { GONE, explainEnd, type Explained } from './machine-end';
import type { ScaleDownDeps } from './deps';
import type { LaunchKey } from './known-machines';

export interface InstanceEvent {
  readonly instanceId: string;
  /** `interrupted`: AWS takes the spot machine back in two minutes. */
  readonly state: 'shutting-down' | 'terminated' | 'stopped' | 'interrupted';
  /** When its end began, where the event says so. ISO 8601. */
  readonly endedAt?: string;
}

const INTERRUPTION = 'EC2 Spot Instance Interruption Warning';

const interruption = object({ detail: object({ 'instance-id': string }) });
const stateChange = object({
  'detail-type': string,
  detail: object({ 'instance-id': string, state: oneOf(['shutting-down', 'terminated', 'stopped']) }),
});

/** EC2's events carry the id and the state, or the action that follows a warning, no tags. */
export function parseInstanceEvent(value: unknown): Parsed<InstanceEvent> {
  if (isObject(value) && value['detail-type'] === INTERRUPTION) {
    const warned = parse(interruption, value);
    if (!warned.ok) return warned;
    return { ok: true, value: { instanceId: warned.value.detail['instance-id'], state: 'interrupted' } };
  }
  const changed = parse(stateChange, value);
  if (!changed.ok) return changed;
  const { 'instance-id': instanceId, state } = changed.value.detail;
  const endedAt = state === 'shutting-down' ? instantOf(isObject(value) ? value['time'] : undefined) : undefined;
  return { ok: true, value: { instanceId, state, ...(endedAt !== undefined && { endedAt }) } };
}

/**
 * Events come for every instance of the account: one that belongs to no launch is none of ours, or the sweep's to find.
 */
export async function handleInstanceEvent(event: InstanceEvent, deps: ScaleDownDeps): Promise<void> {
  if (event.state === 'interrupted') return handleInterruption(event.instanceId, deps);
  const { launch, ...seen } = await findLaunch(event, deps);
  if (launch === undefined) return;
  // EC2 reports `terminated` after `shutting-down`. Of a runner that had a job no registration is left either.
  if (launch.state === 'ended' && launch.takenBy !== undefined && event.state !== 'stopped') return;
  if (event.state !== 'stopped') {
    const ended = event.endedAt === undefined ? {} : { endedAt: event.endedAt };
    const why = isAfterItsJob(launch, event, seen.jobs ?? NO_JOBS)
      ? { reason: GONE, worked: hasWorked(launch) }
      : await explain(launch, deps);
    await release(launch, { ...why, ...ended, ...(isSeen(seen) && { seen }), followUp: { kind: 'ask' } }, deps);
    return;
  }
  const leased = await takeLease(launch, deps.lease, deps);
  if (leased === undefined)
    throw new Error(`Launch ${launch.launchId} is leased by another invocation; its stopped machine is ended later`);
  // Ended by us it would say so, and not why it stopped.
  const { reason, worked = false } = await explain(leased, deps);
  const how = {
    reason: reason === GONE ? 'machine-stopped' : reason,
    worked,
    followUp: { kind: 'ask' },
    lease: deps.lease,
    registration: 'whatever',
  } as const;
  await endMachine({ ...leased, instanceId: event.instanceId }, how, deps);
}

type Found = Partial<Omit<SlotRows, 'launch'>> & { readonly launch?: Launch | undefined };

/** The launch that names the machine. */
async function findLaunch(event: InstanceEvent, deps: ScaleDownDeps): Promise<Found> {
  const known = deps.known.find(event.instanceId);
  const found = known && (await readLaunch(known, event, deps));
  if (found?.launch !== undefined) return found;
  const key = await deps.launches.findByInstance(event.instanceId);
  return key === undefined ? {} : readLaunch(key, event, deps);
}

/** With what its release rests on, unless that has come before. */
async function readLaunch(key: LaunchKey, { instanceId, state }: InstanceEvent, deps: ScaleDownDeps): Promise<Found> {
  const found: Found =
    state === 'shutting-down'
      ? await deps.admissions.read({ ...key, jobIds: [jobIdOfLaunch(key.launchId)] })
      : { launch: await deps.launches.get(key.installationId, key.launchId) };
  return found.launch?.instanceId === instanceId ? found : {};
}

function isSeen(found: Found): found is Found & Pick<SlotRows, 'lookup' | 'jobs'> {
  return found.lookup !== undefined && found.jobs !== undefined;
}

const NO_JOBS: ReadonlyMap<number, Job> = new Map();

/** It ran its job, and then ended itself as it should: EC2 would have nothing to add. */
function isAfterItsJob(launch: Launch, { endedAt }: InstanceEvent, jobs: ReadonlyMap<number, Job>): boolean {
  const taken = launch.takenBy === undefined ? undefined : jobs.get(launch.takenBy);
  return (
    endedAt !== undefined &&
    jobEndOf(launch, taken) !== undefined &&
    launch.interruptedAt === undefined &&
    failureOf(launch) === undefined
  );
}

/** The explanation must not keep the slot: without EC2's answer the machine is simply gone. */
async function explain(launch: Launch, deps: ScaleDownDeps): Promise<Explained> {
  if (launch.instanceId === undefined || launch.state === 'ended') return { reason: launch.reason ?? GONE };
  try {
    const [machine] = await deps.fleet.describe([launch.instanceId]);
    return await explainEnd(launch, machine, deps);
  } catch (cause) {
    deps.log.warn('Why a machine ended could not be found out', { launch_id: launch.launchId, cause });
    return { reason: GONE };
  }
}
