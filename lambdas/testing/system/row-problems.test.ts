import { MINUTE, dispatchNextJobs } from '@multi-tenant-runner/core';
import { createSystem, type System } from './system';

const edit = (system: System, changes: Record<string, unknown>): void => {
  system.harness.state.tenants.rows.set(1001, { ...system.harness.state.tenants.rows.get(1001), ...changes });
};

describe('a tenant whose status is none that is known', () => {
  test('has jobs that say so, start nothing, and start when it is mended', async () => {
    const system = createSystem();
    system.harness.addTenant({ status: 'paused' });
    await system.queueJob(1);
    expect(system.job(1)).toMatchObject({ state: 'parked', reason: 'tenant-row-invalid' });
    expect(system.harness.state.fleet.machines.size).toBe(0);
    edit(system, { status: 'active' });
    await dispatchNextJobs(1001, system.scaleDown());
    await system.drain();
    expect(system.job(1)).toMatchObject({ state: 'starting' });
    expect(system.harness.state.fleet.machines.size).toBe(1);
  });

  test('has no job that still says what held before, once it was due', async () => {
    const system = createSystem();
    system.harness.addTenant();
    system.harness.state.fleet.refuse(() => true);
    await system.queueJob(1);
    expect(system.job(1)).toMatchObject({ state: 'parked', reason: 'capacity' });
    edit(system, { status: 'paused' });
    system.harness.clock.advance(10 * MINUTE);
    await system.sweep();
    expect(system.job(1)).toMatchObject({ state: 'parked', reason: 'tenant-row-invalid' });
  });
});

describe('a deleted tenant whose status an operator set to active', () => {
  test('starts nothing: its jobs are refused, and what it still had is ended by the sweep', async () => {
    const system = createSystem();
    system.harness.addTenant();
    await system.queueJob(1);
    edit(system, { status: 'active', cleanup: 'done', deleted_at: '2026-01-15T12:00:00.000Z' });
    await system.queueJob(2);
    expect(system.harness.state.fleet.machines.size).toBe(1);
    await system.sweep();
    expect([1, 2].map((id) => system.job(id))).toMatchObject([
      { state: 'refused', reason: 'tenant-deleted' },
      { state: 'refused', reason: 'tenant-deleted' },
    ]);
    expect(system.harness.state.fleet.alive()).toEqual([]);
    expect(system.slots()).toEqual([]);
  });
});
