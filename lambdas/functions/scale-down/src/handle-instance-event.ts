import { Decoder, decoded, endMachine, release, takeLease, type Decoded } from '@multi-tenant-runner/core';
import type { ScaleDownDeps } from './deps';

export interface InstanceEvent {
  readonly instanceId: string;
  readonly state: 'shutting-down' | 'terminated' | 'stopped';
}

/** EC2's state-change event carries the id and the state, no tags. */
export function decodeInstanceEvent(value: unknown): Decoded<InstanceEvent> {
  const detail = Decoder.of(value).object('detail');
  return decoded(detail, {
    instanceId: detail.text('instance-id'),
    state: detail.oneOf('state', ['shutting-down', 'terminated', 'stopped'] as const),
  });
}

/** Events come for every instance of the account: one that belongs to no launch is none of ours, or the sweep's to find. */
export async function handleInstanceEvent(event: InstanceEvent, deps: ScaleDownDeps): Promise<void> {
  const key = await deps.launches.findByInstance(event.instanceId);
  if (key === undefined) return;
  const launch = await deps.launches.get(key.installationId, key.launchId);
  if (launch === undefined || launch.instanceId !== event.instanceId) return;
  if (event.state !== 'stopped') {
    await release(launch, { reason: 'machine-gone', afterwards: { kind: 'ask' } }, deps);
    return;
  }
  const leased = await takeLease(launch, deps.lease, deps);
  if (leased === undefined) throw new Error(`Launch ${launch.launchId} is in other hands; its stopped machine is ended later`);
  const how = { reason: 'machine-stopped', afterwards: { kind: 'ask' }, lease: deps.lease, registration: 'whatever' } as const;
  await endMachine({ ...leased, instanceId: event.instanceId }, how, deps);
}
