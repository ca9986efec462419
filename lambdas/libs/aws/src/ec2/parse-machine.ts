import type { Instance } from '@aws-sdk/client-ec2';
import type { GroupAnswer, LaunchAnswer, Machine, MachineState, StartedMachine } from '@multi-tenant-runner/core';

export const ALIVE: readonly MachineState[] = ['pending', 'running', 'shutting-down', 'stopping', 'stopped'];

/** The reason of a starting machine is `pending`, which explains nothing. */
const isReason = (code: string | undefined): code is string => code !== undefined && /^(Client|Server)\./.test(code);

export function parseMachine(instance: Instance): Machine[] {
  const { InstanceId, State, StateReason, ClientToken, LaunchTime, Tags } = instance;
  if (InstanceId === undefined) return [];
  const endedAt = endOf(instance);
  const tags = Object.fromEntries((Tags ?? []).map(({ Key, Value }) => [Key ?? '', Value ?? '']));
  return [
    {
      instanceId: InstanceId,
      state: parseState(State?.Name),
      ...(ClientToken !== undefined && { clientToken: ClientToken }),
      ...interfaceOf(instance),
      ...(instance.AmiLaunchIndex !== undefined && { launchIndex: instance.AmiLaunchIndex }),
      launchedAt: (LaunchTime ?? new Date(0)).toISOString(),
      ...(endedAt !== undefined && { endedAt }),
      ...(isReason(StateReason?.Code) && { stateReason: StateReason.Code }),
      tags,
    },
  ];
}

/** What RunInstances says of the machine that it started. */
export function parseStarted(instance: Instance | undefined): LaunchAnswer {
  const machine = instance && startedMachine(instance);
  return machine === undefined ? NO_INSTANCE : { kind: 'started', ...machine };
}

/** The same of several, by the number that EC2 gives each of a call. */
export function parseStartedGroup(instances: readonly Instance[]): GroupAnswer {
  const machines = new Map(
    instances.flatMap((instance): [number, StartedMachine][] => {
      const machine = startedMachine(instance);
      return machine === undefined || instance.AmiLaunchIndex === undefined ? [] : [[instance.AmiLaunchIndex, machine]];
    }),
  );
  // Whatever can't be told apart may be anybody's of the call.
  return machines.size === 0 || machines.size < instances.length ? NO_INSTANCE : { kind: 'started', machines };
}

const NO_INSTANCE = {
  kind: 'unknown',
  code: 'NoInstance',
  message: 'RunInstances answered without an instance',
} as const;

function startedMachine(instance: Instance): StartedMachine | undefined {
  const { InstanceId: instanceId, LaunchTime, State, StateReason: { Code: stateReason } = {} } = instance;
  if (instanceId === undefined) return undefined;
  return {
    instanceId,
    state: parseState(State?.Name),
    ...interfaceOf(instance),
    ...(LaunchTime !== undefined && { launchedAt: LaunchTime.toISOString() }),
    ...(isReason(stateReason) && { stateReason }),
  };
}

/** Of its one network interface. */
function interfaceOf({ NetworkInterfaces = [] }: Instance): Pick<StartedMachine, 'interfaceId'> {
  const primary = NetworkInterfaces.find(({ Attachment }) => (Attachment?.DeviceIndex ?? 0) === 0);
  return primary?.NetworkInterfaceId === undefined ? {} : { interfaceId: primary.NetworkInterfaceId };
}

/**
 * `User initiated (2026-01-15 12:05:00 GMT)`: only of a machine that ends does it say when that began.
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Instance.html
 */
function endOf({ State, StateTransitionReason }: Instance): string | undefined {
  if (State?.Name !== 'shutting-down' && State?.Name !== 'terminated') return undefined;
  const [, day, time] = /\((\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d) (?:GMT|UTC)\)/.exec(StateTransitionReason ?? '') ?? [];
  const at = Date.parse(`${day}T${time}Z`);
  return Number.isNaN(at) ? undefined : new Date(at).toISOString();
}

/** A missing or unknown state counts as alive: it must not release anything. */
export function parseState(name: string | undefined): MachineState {
  return [...ALIVE, 'terminated' as const].find((state) => state === name) ?? 'pending';
}
