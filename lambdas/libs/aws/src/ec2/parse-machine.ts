import type { Instance } from '@aws-sdk/client-ec2';
import type { LaunchAnswer, Machine, MachineState } from '@multi-tenant-runner/core';

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
      launchedAt: (LaunchTime ?? new Date(0)).toISOString(),
      ...(endedAt !== undefined && { endedAt }),
      ...(isReason(StateReason?.Code) && { stateReason: StateReason.Code }),
      tags,
    },
  ];
}

/** What RunInstances says of the machine that it started. */
export function parseStarted(instance: Instance | undefined): LaunchAnswer {
  if (instance?.InstanceId === undefined)
    return { kind: 'unknown', code: 'NoInstance', message: 'RunInstances answered without an instance' };
  const { InstanceId: instanceId, LaunchTime, State, StateReason: { Code: stateReason } = {} } = instance;
  return {
    kind: 'started',
    instanceId,
    state: parseState(State?.Name),
    ...(LaunchTime !== undefined && { launchedAt: LaunchTime.toISOString() }),
    ...(isReason(stateReason) && { stateReason }),
  };
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
