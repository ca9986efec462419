import { MARK_REST, MINUTE, admit, newJob } from '@multi-tenant-runner/core';
import { job, jobMessage } from '@multi-tenant-runner/testing';
import { createSystem, type System } from './system';

const ID = 1001;

function systemWith(limit: number): System {
  const system = createSystem();
  system.harness.addTenant({ max_runners: limit });
  return system;
}

const waitFor = async (system: System, count: number, tier = 'small'): Promise<void> => {
  for (let jobId = 1; jobId <= count; jobId += 1) {
    const queuedAt = new Date(Date.UTC(2026, 0, 15, 10, 0, jobId)).toISOString();
    await system.harness.state.jobs.create(job({ jobId, tier, queuedAt, state: 'parked', reason: 'limit' }));
  }
};

/** Calls of a store's method, by port. */
const countOf = (system: System, port: string, method: string): number =>
  system.harness.calls.filter((call) => call.port === port && call.method === method).length;

describe('a job that is new', () => {
  test('has a slot and a launch after a look at its tenant and one write, and its machine by another one', async () => {
    const system = systemWith(1);
    await system.queueJob(1);
    const names = system.harness.calls.map(({ port, method }) => `${port}.${method}`);
    expect(names.slice(0, 2)).toEqual(['registry.get', 'admissions.admit']);
    expect(names.filter((name) => /^(jobs|launches)\.(create|change)$/.test(name))).toEqual(['launches.change']);
    process.stdout.write(`calls of a job that starts at once: ${names.length}\n`);
  });

  test('and finds no slot has one row, no launch, and asks for no slot in vain', async () => {
    const system = systemWith(0);
    await system.queueJob(1);
    expect(system.job(1)).toMatchObject({ state: 'parked', reason: 'limit', startNumber: 1 });
    expect(system.harness.state.launches.all()).toEqual([]);
    expect(countOf(system, 'admissions', 'admit')).toBe(0);
    expect(system.harness.calls.map(({ port, method }) => `${port}.${method}`)).toEqual([
      'registry.get',
      'jobs.create',
      'registry.get',
    ]);
  });
});

describe('a wake', () => {
  test('reads as many waiting jobs as it has slots for, and a page at the least', async () => {
    const system = systemWith(3);
    await waitFor(system, 1_000);
    await system.sweep();
    await system.drain();
    expect(system.slots()).toEqual(['1-1', '2-1', '3-1']);
    expect(countOf(system, 'jobs', 'pageWaiting')).toBe(1);
    expect(countOf(system, 'jobs', 'listOpen')).toBe(0);
  });

  test('finds no more than it may read, and the sweep wakes what is behind', async () => {
    const system = systemWith(1);
    await waitFor(system, 300);
    for (let jobId = 1; jobId <= 299; jobId += 1)
      await system.harness.state.jobs.change(ID, jobId, { from: ['parked'] }, { reason: 'capacity', nextTry: later });
    await system.sweep();
    expect(system.slots()).toEqual(['300-1']);
    expect(countOf(system, 'jobs', 'pageWaiting')).toBeLessThanOrEqual(8);
  });
  const later = '2026-01-15T20:00:00.000Z';
});

describe('a job that has changed since it was read', () => {
  test.each([
    ['has another start number', { startNumber: 2, launchId: '1-2' }],
    ['is over', { state: 'cancelled', endedAt: '2026-01-15T12:00:00.000Z' } as const],
  ])('and %s takes no slot', async (_what, change) => {
    const system = systemWith(1);
    const { harness } = system;
    const read = newJob(jobMessage({ jobId: 1 }), harness.clock.now(), 'queued');
    await harness.state.jobs.create({ ...read, state: 'parked', ...change });
    const admission = await admit(read, await harness.registry.get(ID), {}, { ...harness });
    expect(admission).toMatchObject({ kind: 'known', job: change });
    expect(system.slots()).toEqual([]);
    expect(harness.state.launches.all()).toEqual([]);
  });
});

test('slots that are counted anew have not that of a launch that ends meanwhile', async () => {
  const system = systemWith(2);
  await system.queueJob(1);
  await system.queueJob(2);
  const { tenants } = system.harness.state;
  tenants.rows.set(ID, { ...tenants.rows.get(ID), slots_held: 1 });
  system.harness.clock.advance(11 * MINUTE);
  const undo = system.harness.faults.after('launches.listOpen', async () => {
    undo();
    await system.shutDown(system.machineOf(1).instanceId);
  });
  await system.sweep();
  // GitHub still has job 1, which goes on under its next number: counted again once that admission has rested.
  system.harness.clock.advance(MARK_REST);
  await system.sweep();
  expect(system.slots()).toEqual(['1-2', '2-1']);
});
