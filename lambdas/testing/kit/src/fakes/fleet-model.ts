import type {
  Intent,
  Launch,
  LaunchRequest,
  Machine,
  MachineState,
  NotStarted,
  RunnerFleet,
  StartedMachine,
} from '@multi-tenant-runner/core';
import type { Lag } from '../eventually-consistent';

export interface InMemoryMachine {
  readonly instanceId: string;
  state: MachineState;
  readonly clientToken: string;
  /** Its number among those of one call. */
  readonly launchIndex: number;
  readonly interfaceId: string;
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

export interface InMemoryFleet extends RunnerFleet {
  readonly machines: Map<string, InMemoryMachine>;
  /** What `describe`, `findByToken` and `list` read. */
  readonly view: Lag;
  /** Answers matching candidates without a machine until undone. */
  refuse(matches: (intent: Intent) => boolean, refusal?: NotStarted): () => void;
  /** Answers matching candidates with so many machines at most, of one call, until undone. */
  makeRoomFor(matches: (intent: Intent) => boolean, machines: number): () => void;
  /** The next call answers `unknown`, whether or not its machine comes to be. */
  answerUnknownOnce(options: { readonly machineStarts: boolean }): void;
  /** Also one that its row does not name yet. */
  machineOf(launch: Pick<Launch, 'instanceId' | 'intent'>): InMemoryMachine | undefined;
  /** Machines not yet gone, of one tenant or of all. */
  alive(installationId?: number): InMemoryMachine[];
  /** EC2 knows neither the machine nor the token of its call any more. */
  forget(machine: InMemoryMachine): void;
  /** A machine that no call of ours started: a stranger to sweep, or one whose launch was lost. */
  plant(machine: {
    readonly instanceId: string;
    readonly state?: MachineState;
    readonly clientToken?: string;
    readonly tags?: Record<string, string>;
    readonly request: LaunchRequest;
  }): InMemoryMachine;
}

export const NO_CAPACITY: NotStarted = {
  kind: 'refused',
  code: 'InsufficientInstanceCapacity',
  message: 'no capacity for this type in this zone',
};
export const UNKNOWN: NotStarted = { kind: 'unknown', code: 'TimeoutError', message: 'no answer in time' };
export const MISMATCH: NotStarted = {
  kind: 'unknown',
  code: 'IdempotentParameterMismatch',
  message: 'the token was used with other parameters',
};

export function toStarted(machine: InMemoryMachine | undefined): StartedMachine {
  if (machine === undefined) throw new Error('a reservation has a machine');
  const { instanceId, state, interfaceId, launchedAt, stateReason } = machine;
  return { instanceId, state, interfaceId, launchedAt, ...(stateReason !== undefined && { stateReason }) };
}

export function toMachine({ endedAt, stateReason, tags, ...machine }: InMemoryMachine): Machine {
  const { instanceId, state, clientToken, launchIndex, interfaceId, launchedAt } = machine;
  return {
    instanceId,
    state,
    clientToken,
    launchIndex,
    interfaceId,
    launchedAt,
    ...(endedAt !== undefined && { endedAt }),
    ...(stateReason !== undefined && { stateReason }),
    tags: { ...tags },
  };
}
