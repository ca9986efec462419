import {
  TAG,
  type Clock,
  type EndState,
  type Intent,
  type LaunchAnswer,
  type LaunchRequest,
  type Machine,
  type MachineState,
  type RunnerFleet,
} from '@multi-tenant-runner/core';
import { createEventuallyConsistentView, type Lag } from '../eventually-consistent';

export interface InMemoryMachine {
  readonly instanceId: string;
  state: MachineState;
  readonly clientToken: string;
  readonly launchedAt: string;
  /** When it began to shut down. */
  endedAt?: string;
  /** EC2's code for its end. https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_StateReason.html */
  stateReason?: string;
  readonly tags: Record<string, string>;
  /** Of a machine of a pool that was taken, with its owner. */
  request: LaunchRequest;
  /** EC2 refuses to end it. */
  isProtected?: boolean;
}

type Refusal = Exclude<LaunchAnswer, { readonly kind: 'started' }>;

export interface InMemoryFleet extends RunnerFleet {
  readonly machines: Map<string, InMemoryMachine>;
  /** What `describe`, `findByToken` and `list` read. */
  readonly view: Lag;
  /** Answers matching candidates without a machine until undone. */
  refuse(matches: (intent: Intent) => boolean, refusal?: Refusal): () => void;
  /** The next call answers `unknown`, whether or not its machine comes to be. */
  answerUnknownOnce(options: { readonly machineStarts: boolean }): void;
  /** Machines not yet gone, of one tenant or of all. */
  alive(installationId?: number): InMemoryMachine[];
  /** A machine that no call of ours started: a stranger to sweep, or one whose launch was lost. */
  plant(machine: {
    readonly instanceId: string;
    readonly state?: MachineState;
    readonly clientToken?: string;
    readonly tags?: Record<string, string>;
    readonly request: LaunchRequest;
  }): InMemoryMachine;
}

const NO_CAPACITY: Refusal = {
  kind: 'refused',
  code: 'InsufficientInstanceCapacity',
  message: 'no capacity for this type in this zone',
};
const UNKNOWN: LaunchAnswer = { kind: 'unknown', code: 'TimeoutError', message: 'no answer in time' };
const isAlive = (state: MachineState): boolean => state !== 'shutting-down' && state !== 'terminated';

export function createInMemoryFleet({
  clock,
  environment,
}: {
  readonly clock: Clock;
  readonly environment: string;
}): InMemoryFleet {
  const machines = new Map<string, InMemoryMachine>();
  // Outlives the machines: EC2 forgets those within the hour, their tokens later.
  const started = new Map<string, InMemoryMachine>();
  const capacityErrors = new Set<{ readonly matches: (intent: Intent) => boolean; readonly refusal: Refusal }>();
  const view = createEventuallyConsistentView<ReadonlyMap<string, InMemoryMachine>>(() => machines);
  let unknownOnce: { readonly machineStarts: boolean } | undefined;
  let count = 0;

  const tagsOf = (request: LaunchRequest): Record<string, string> => ({
    [TAG.tenantId]: String(request.installationId),
    [TAG.tenantTier]: request.intent.tenantTier,
    [TAG.environment]: environment,
    [TAG.runnerTier]: request.tier,
    [TAG.launchId]: request.launchId,
  });
  const start = (request: LaunchRequest): LaunchAnswer => {
    const { intent } = request;
    // EC2 remembers a token per zone: the same token in another subnet starts another machine.
    const standing = started.get(`${intent.clientToken}/${intent.subnetId}`);
    if (standing !== undefined) {
      const same = JSON.stringify(standing.request) === JSON.stringify(request);
      const { instanceId, state, launchedAt, stateReason } = standing;
      if (same)
        return { kind: 'started', instanceId, state, launchedAt, ...(stateReason !== undefined && { stateReason }) };
      return {
        kind: 'unknown',
        code: 'IdempotentParameterMismatch',
        message: 'the token was used with other parameters',
      };
    }
    const refused = [...capacityErrors].find(({ matches }) => matches(intent));
    if (refused !== undefined) return refused.refusal;
    const instanceId = `i-${String((count += 1)).padStart(17, '0')}`;
    const { launchedAt } = fleet.plant({
      instanceId,
      state: 'pending',
      clientToken: intent.clientToken,
      request,
      tags: tagsOf(request),
    });
    return { kind: 'started', instanceId, state: 'pending', launchedAt };
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
    alive: (installationId) =>
      [...machines.values()].filter(
        (machine) =>
          isAlive(machine.state) &&
          (installationId === undefined || machine.tags[TAG.tenantId] === String(installationId)),
      ),
    plant: ({ instanceId, state = 'running', clientToken, tags, request }) => {
      const machine: InMemoryMachine = {
        instanceId,
        state,
        clientToken: clientToken ?? request.intent.clientToken,
        launchedAt: clock.now().toISOString(),
        tags: tags ?? tagsOf(request),
        request: structuredClone(request),
      };
      machines.set(instanceId, machine);
      started.set(`${machine.clientToken}/${request.intent.subnetId}`, machine);
      return machine;
    },
    run: async (request) => {
      const fault = unknownOnce;
      unknownOnce = undefined;
      if (fault?.machineStarts === false) return UNKNOWN;
      const answer = start(request);
      return fault === undefined ? answer : UNKNOWN;
    },
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

function toMachine({
  instanceId,
  state,
  clientToken,
  launchedAt,
  endedAt,
  stateReason,
  tags,
}: InMemoryMachine): Machine {
  return {
    instanceId,
    state,
    clientToken,
    launchedAt,
    ...(endedAt !== undefined && { endedAt }),
    ...(stateReason !== undefined && { stateReason }),
    tags: { ...tags },
  };
}
