import type { Instance } from '@aws-sdk/client-ec2';
import type { Machine, MachineState } from '@multi-tenant-runner/core';

export const ALIVE: readonly MachineState[] = ['pending', 'running', 'shutting-down', 'stopping', 'stopped'];

/** The reason of a starting machine is `pending`, which explains nothing. */
export const isReason = (code: string | undefined): code is string =>
  code !== undefined && /^(Client|Server)\./.test(code);

export function parseMachine({ InstanceId, State, StateReason, ClientToken, LaunchTime, Tags }: Instance): Machine[] {
  if (InstanceId === undefined) return [];
  const tags = Object.fromEntries((Tags ?? []).map(({ Key, Value }) => [Key ?? '', Value ?? '']));
  return [
    {
      instanceId: InstanceId,
      state: parseState(State?.Name),
      ...(ClientToken !== undefined && { clientToken: ClientToken }),
      launchedAt: (LaunchTime ?? new Date(0)).toISOString(),
      ...(isReason(StateReason?.Code) && { stateReason: StateReason.Code }),
      tags,
    },
  ];
}

/** A missing or unknown state counts as alive: it must not release anything. */
export function parseState(name: string | undefined): MachineState {
  return [...ALIVE, 'terminated' as const].find((state) => state === name) ?? 'pending';
}
