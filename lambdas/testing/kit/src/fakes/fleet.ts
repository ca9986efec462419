import {
  TAG,
  isMachineOf,
  type Clock,
  type EndState,
  type GroupAnswer,
  type GroupRequest,
  type Intent,
  type LaunchAnswer,
  type LaunchRequest,
  type MachineState,
  type NotStarted,
} from '@multi-tenant-runner/core';
import { createEventuallyConsistentView } from '../eventually-consistent';
import { copyOf } from './copy-of';
import {
  MISMATCH,
  NO_CAPACITY,
  UNKNOWN,
  toMachine,
  toStarted,
  type InMemoryFleet,
  type InMemoryMachine,
} from './fleet-model';

/** What one call started. */
interface Reservation {
  readonly asked: LaunchRequest | GroupRequest;
  readonly machines: readonly InMemoryMachine[];
}

interface Placing {
  readonly instanceId: string;
  readonly state: MachineState;
  readonly clientToken: string;
  readonly launchIndex: number;
  readonly tags?: Record<string, string>;
  readonly request: LaunchRequest;
}

const isAlive = (state: MachineState): boolean => state !== 'shutting-down' && state !== 'terminated';

const isSameCall = (one: LaunchRequest | GroupRequest, other: LaunchRequest | GroupRequest): boolean =>
  JSON.stringify(one) === JSON.stringify(other);

export function createInMemoryFleet({
  clock,
  environment,
}: {
  readonly clock: Clock;
  readonly environment: string;
}): InMemoryFleet {
  const machines = new Map<string, InMemoryMachine>();
  // Outlives the machines: EC2 forgets those within the hour, their tokens later.
  const started = new Map<string, Reservation>();
  const rooms = new Set<{ readonly matches: (intent: Intent) => boolean; readonly machines: number }>();
  const capacityErrors = new Set<{ readonly matches: (intent: Intent) => boolean; readonly refusal: NotStarted }>();
  const view = createEventuallyConsistentView<ReadonlyMap<string, InMemoryMachine>>(() => machines);
  let unknownOnce: { readonly machineStarts: boolean } | undefined;
  let count = 0;

  const tagsOf = (request: LaunchRequest): Record<string, string> => ({
    [TAG.tenantId]: String(request.installationId),
    [TAG.tenantTier]: request.intent.tenantTier,
    [TAG.environment]: environment,
    [TAG.runnerTier]: request.tier,
    ...(request.intent.group === undefined && { [TAG.launchId]: request.launchId }),
  });
  /** @param requests one for each machine that is asked for */
  const start = (asked: LaunchRequest | GroupRequest, requests: readonly LaunchRequest[]): Reservation | NotStarted => {
    const { intent } = asked;
    // EC2 remembers a token per zone: the same token in another subnet starts other machines.
    const key = `${intent.clientToken}/${intent.subnetId}`;
    const standing = started.get(key);
    if (standing !== undefined) return isSameCall(standing.asked, asked) ? standing : MISMATCH;
    const refused = [...capacityErrors].find(({ matches }) => matches(intent));
    if (refused !== undefined) return refused.refusal;
    const room = [...rooms].find(({ matches }) => matches(intent))?.machines ?? requests.length;
    if (room < 1) return NO_CAPACITY;
    const machines = requests.slice(0, room).map((request, launchIndex) => {
      const instanceId = `i-${String((count += 1)).padStart(17, '0')}`;
      return place({ instanceId, state: 'pending', clientToken: intent.clientToken, launchIndex, request });
    });
    const reservation = { asked, machines };
    started.set(key, reservation);
    return reservation;
  };
  const place = ({ instanceId, state, clientToken, launchIndex, tags, request }: Placing): InMemoryMachine => {
    const machine: InMemoryMachine = {
      instanceId,
      state,
      clientToken,
      launchIndex,
      interfaceId: instanceId.replace(/^i-/, 'eni-'),
      launchedAt: clock.now().toISOString(),
      tags: tags ?? tagsOf(request),
      request,
    };
    machines.set(instanceId, machine);
    return machine;
  };
  /** With the fault that the next call meets. */
  const answer = <A>(call: () => A): A | NotStarted => {
    const fault = unknownOnce;
    unknownOnce = undefined;
    if (fault?.machineStarts === false) return UNKNOWN;
    const given = call();
    return fault === undefined ? given : UNKNOWN;
  };

  const fleet: InMemoryFleet = {
    machines,
    view,
    refuse: (matches, refusal = NO_CAPACITY) => {
      const entry = { matches, refusal };
      capacityErrors.add(entry);
      return () => capacityErrors.delete(entry);
    },
    answerUnknownOnce: (options) => {
      unknownOnce = options;
    },
    machineOf: ({ instanceId, intent }) =>
      [...machines.values()].find((machine) =>
        instanceId === undefined
          ? intent !== undefined && isMachineOf(machine, intent)
          : machine.instanceId === instanceId,
      ),
    alive: (installationId) =>
      [...machines.values()].filter(
        (machine) =>
          isAlive(machine.state) &&
          (installationId === undefined || machine.tags[TAG.tenantId] === String(installationId)),
      ),
    makeRoomFor: (matches, machines) => {
      const entry = { matches, machines };
      rooms.add(entry);
      return () => rooms.delete(entry);
    },
    forget: ({ instanceId, clientToken, request }) => {
      machines.delete(instanceId);
      started.delete(`${clientToken}/${request.intent.subnetId}`);
    },
    plant: ({ instanceId, state = 'running', clientToken, tags, request: given }) => {
      const request = copyOf(given);
      const token = clientToken ?? request.intent.clientToken;
      const machine = place({ instanceId, state, clientToken: token, launchIndex: 0, request, ...(tags && { tags }) });
      started.set(`${token}/${request.intent.subnetId}`, { asked: request, machines: [machine] });
      return machine;
    },
    run: async (asked) =>
      answer((): LaunchAnswer => {
        const request = copyOf(asked);
        const given = start(request, [request]);
        const [machine] = 'machines' in given ? given.machines : [];
        return 'kind' in given ? given : { kind: 'started', ...toStarted(machine) };
      }),
    runGroup: async (asked) =>
      answer((): GroupAnswer => {
        const request = copyOf(asked);
        const { launchIds, ...shared } = request;
        const requests = launchIds.map((launchId, index) => {
          const group = { index, size: launchIds.length };
          return { ...shared, launchId, intent: { ...shared.intent, group } };
        });
        const given = start(request, requests);
        if ('kind' in given) return given;
        return { kind: 'started', machines: new Map(given.machines.map((one) => [one.launchIndex, toStarted(one)])) };
      }),
    terminate: async (instanceIds) =>
      new Map(
        instanceIds.flatMap((id): [string, EndState][] => {
          const machine = machines.get(id);
          // Forgotten within the hour, or too young for the part of EC2 that is asked.
          if (machine === undefined || !view.read().has(id)) return [];
          if (machine.state !== 'terminated' && machine.state !== 'shutting-down') {
            if (machine.isProtected === true) return [[id, 'protected']];
            machine.state = 'shutting-down';
            machine.endedAt ??= clock.now().toISOString();
            machine.stateReason ??= 'Client.UserInitiatedShutdown';
          }
          return [[id, machine.state]];
        }),
      ),
    describe: async (instanceIds) =>
      [...new Set(instanceIds)].flatMap((id) => view.read().get(id) ?? []).map(toMachine),
    findByToken: async (clientToken) =>
      [...view.read().values()].filter((machine) => machine.clientToken === clientToken).map(toMachine),
    list: async (installationId) =>
      [...view.read().values()]
        .filter((machine) => machine.state !== 'terminated' && machine.tags[TAG.environment] === environment)
        .filter((machine) => installationId === undefined || machine.tags[TAG.tenantId] === String(installationId))
        .map(toMachine),
  };
  return fleet;
}
