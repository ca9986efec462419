import {
  MINUTE,
  fleetSlotOf,
  isEnded,
  isOpenLaunch,
  type Job,
  type Launch,
  runnerName,
} from '@multi-tenant-runner/core';
import type { InMemoryMachine } from '@multi-tenant-runner/testing';
import type { Functions } from '../functions';
import { countedSlots, holdersOf } from '../slots';
import type { System } from '../system';

/** Past every lease, grace, boot and idle limit. */
export const PAST_GRACE = 17 * MINUTE;

/** Handles what is on the tier queues; a failed delivery comes back once its lease has run out. */
export async function drain(system: System, functions: Functions): Promise<void> {
  const { queue } = system.harness.state;
  for (const tier of queue.fills.splice(0)) await functions.fill(tier);
  for (let message = queue.takeJob(); message !== undefined; message = queue.takeJob()) {
    for (let receiveCount = 1; receiveCount <= 5; receiveCount += 1) {
      const { batchItemFailures } = await functions.scaleUp(message, receiveCount);
      if (batchItemFailures.length === 0) break;
      system.harness.clock.advance(6 * MINUTE);
    }
  }
}

/** Everything that no worker, message or sweep will finish. */
export function unexplained(system: System): string[] {
  const { state, clock } = system.harness;
  const alive = new Map(state.fleet.alive().map((machine) => [machine.instanceId, machine]));
  const launches = state.launches.all().filter((launch) => isOpenLaunch(launch.state));
  const jobs = state.jobs.all().filter((job) => !isEnded(job.state));
  const queued = new Set(state.queue.jobs.map(({ jobId }) => jobId));
  const nameOf = (instanceId: string): string => runnerName(system.harness.environment, instanceId);
  const names = new Set([...alive.keys()].map(nameOf));
  return [
    ...[...alive.values()]
      .filter((machine) => !launches.some((launch) => launch.instanceId === machine.instanceId))
      .filter((machine) => !waits(machine, system))
      .map((machine) => `machine ${machine.instanceId} of no launch`),
    ...[...state.tenants.rows.keys()]
      .filter((installationId) => countedSlots(installationId, state) !== holdersOf(installationId, state).length)
      .map(
        (id) => `${countedSlots(id, state)} slots of ${id}, and ${holdersOf(id, state).length} launches that hold one`,
      ),
    ...fleetSlots(system)
      .filter((slot) => !launches.some((launch) => fleetSlotOf(launch) === slot))
      .map((slot) => `slot ${slot} of the fleet of no launch`),
    ...launches
      .filter((launch) => system.harness.settings.maxRunnersTotal !== undefined && !isCounted(launch, system))
      .map((launch) => `launch ${launch.launchId} without a slot of the fleet`),
    ...launches
      .filter((launch) => !moves(launch, queued, alive))
      .map((launch) => `launch ${launch.launchId} ${launch.state}`),
    ...[...state.configs.entries.values()]
      .filter(({ launchId }) => !launches.some((launch) => launch.launchId === launchId))
      .map(({ launchId }) => `configuration of ${launchId}`),
    // Of a busy runner GitHub itself ends the job and the registration.
    ...state.github.registrations
      .all()
      .filter(({ name, busy }) => !busy && !names.has(name))
      .map(({ name }) => `registration ${name}`),
    ...jobs
      .filter((job) => !isProvidedFor(job, launches, queued, system))
      .map((job) => `job ${job.jobId} ${job.state} ${job.reason ?? ''} at ${clock.now().toISOString()}`),
    ...groupsOfNobody(system),
  ];
}

/** In its place of a pool. */
function waits({ instanceId }: InMemoryMachine, system: System): boolean {
  return [...system.harness.state.pool.blanks.values()].some((blank) => blank.instanceId === instanceId);
}

/** A machine will end it, or a message goes on with it. */
function moves(launch: Launch, queued: ReadonlySet<number>, alive: ReadonlyMap<string, InMemoryMachine>): boolean {
  switch (launch.state) {
    case 'held':
      return queued.has(launch.jobId);
    case 'launching':
    case 'running':
      return launch.instanceId !== undefined && alive.has(launch.instanceId);
    default:
      return false;
  }
}

function isProvidedFor(job: Job, launches: readonly Launch[], queued: ReadonlySet<number>, system: System): boolean {
  if (queued.has(job.jobId)) return true;
  const launch = launches.find(({ launchId }) => launchId === job.launchId);
  // GitHub's own word ends what runs on a machine that is not ours any more.
  if (job.state === 'running') return system.harness.state.github.jobs.get(job.jobId)?.status === 'in_progress';
  if (job.state !== 'parked') return launch !== undefined;
  const row = system.harness.state.tenants.rows.get(job.installationId);
  const full = countedSlots(job.installationId, system.harness.state) >= Number(row?.['max_runners'] ?? 0);
  const due = job.nextTry === undefined || Date.parse(job.nextTry) <= system.harness.clock.now().getTime();
  const { maxRunnersTotal } = system.harness.settings;
  const noneLeft = maxRunnersTotal !== undefined && fleetSlots(system).length >= maxRunnersTotal;
  return row?.['status'] !== 'active' || full || noneLeft || !due;
}

const fleetSlots = (system: System): string[] =>
  system.harness.state.fleetSlots.all().flatMap(({ slots: held }) => [...held]);

const isCounted = (launch: Launch, system: System): boolean => {
  const share = system.harness.state.fleetSlots.all().find(({ index }) => index === launch.fleetShare);
  return share?.slots.has(fleetSlotOf(launch)) === true;
};

function groupsOfNobody(system: System): string[] {
  const { tenants, securityGroups } = system.harness.state;
  const deleted = [...tenants.rows]
    .filter(([, row]) => row['status'] === 'deleted')
    .map(([installationId]) => String(installationId));
  const gone = [...securityGroups.groups.values()].filter((group) =>
    deleted.includes(group.tags['ghr:tenant_id'] ?? ''),
  );
  const pending = [...tenants.rows].filter(([, row]) => row['status'] === 'deleted' && row['cleanup'] !== 'done');
  return [
    ...gone.map(({ groupId }) => `security group ${groupId} of a deleted tenant`),
    ...pending.map(([id]) => `clean-up of ${id} not done`),
  ];
}

/** Everything that must be gone once all jobs have ended. */
export function leftovers(system: System): string[] {
  const { state } = system.harness;
  return [
    ...state.fleet
      .alive()
      .filter((machine) => !waits(machine, system))
      .map(({ instanceId }) => `machine ${instanceId}`),
    ...[...state.pool.blanks.values()]
      .filter(({ instanceId = '' }) => !state.fleet.alive().some((machine) => machine.instanceId === instanceId))
      .map(({ blankId }) => `place of ${blankId} without a machine`),
    ...[...state.tenants.rows.keys()]
      .filter((installationId) => countedSlots(installationId, state) !== 0)
      .map((installationId) => `${countedSlots(installationId, state)} slots of ${installationId}`),
    ...fleetSlots(system).map((slot) => `slot ${slot} of the fleet`),
    ...state.launches
      .all()
      .filter((launch) => isOpenLaunch(launch.state))
      .map((launch) => `launch ${launch.launchId} ${launch.state}`),
    ...state.configs.entries.keys(),
    ...state.github.registrations
      .all()
      .filter(({ busy }) => !busy)
      .map(({ name }) => `registration ${name}`),
    ...state.queue.jobs.map(({ jobId }) => `message of job ${jobId}`),
    ...groupsOfNobody(system),
  ];
}
