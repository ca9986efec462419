import { HOUR, type Pool, type Pools } from '@multi-tenant-runner/core';
import { createMachineSide } from './machine-side';
import type { Functions } from './functions';
import type { System } from './system';

/** A pool of the size `small`, in which all jobs of these tests run. */
export function poolOf(pool: Partial<Pool> = {}): Pools {
  const defaults = { size: 1, schedule: [], maxIdle: 12 * HOUR, dedicated: new Map(), template: 'lt-small/1' };
  return new Map([['small', { ...defaults, ...pool }]]);
}

/** Has the pool filled; its machines boot and announce themselves. */
export async function fillAndBoot(system: System, functions: Functions): Promise<void> {
  await functions.fill('small');
  await announceAll(system);
}

export async function announceAll(system: System): Promise<void> {
  const { pool, fleet } = system.harness.state;
  for (const { instanceId = '' } of pool.blanks.values()) {
    const machine = fleet.machines.get(instanceId);
    if (machine?.state === 'pending') machine.state = 'running';
    if (machine?.state === 'running') await createMachineSide(system).claim(instanceId);
  }
}
