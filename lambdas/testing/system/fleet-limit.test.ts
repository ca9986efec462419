import { FLEET_SHARES, fleetWaitOf, shareOfWait, sizeOfShare, type Job } from '@multi-tenant-runner/core';
import { launch } from '@multi-tenant-runner/testing';
import { createSystem, type System } from './system';

const LARGE = 1001;
const SMALL = 1002;
const THIRD = 1003;

/** Three tenants that may have ten machines each, of which the fleet has few. */
function fleetOf(maxRunnersTotal: number): System {
  const system = createSystem({ settings: { maxRunnersTotal } });
  for (const installation_id of [LARGE, SMALL, THIRD])
    system.harness.addTenant({ installation_id, org_name: `org-${installation_id}`, max_runners: 10 });
  return system;
}

const queue = async (system: System, installationId: number, jobIds: readonly number[]): Promise<void> => {
  for (const jobId of jobIds) await system.queueJob(jobId, { installationId, owner: `org-${installationId}` });
};
const held = (system: System): string[] =>
  system.harness.state.fleetSlots
    .all()
    .flatMap(({ slots }) => [...slots])
    .sort();
const waiting = (system: System): string[] =>
  system.harness.state.fleetSlots.all().flatMap((share) => [...share.waiting]);
const ofJob = (system: System, jobId: number, installationId = LARGE): Pick<Job, 'state' | 'reason'> => {
  const { state, reason } = system.job(jobId, installationId);
  return { state, ...(reason && { reason }) };
};
const machineOf = (system: System, jobId: number): string =>
  system.harness.state.launches.all().find((one) => one.jobId === jobId && one.state !== 'ended')?.instanceId ?? '';
/** The job is over, and its machine gone. */
const end = (system: System, jobId: number): Promise<void> => {
  system.harness.state.github.jobs.set(jobId, { status: 'completed', conclusion: 'success' });
  return system.shutDown(machineOf(system, jobId));
};
const alive = (system: System): number => system.harness.state.fleet.alive().length;

test('jobs beyond the limit over all tenants wait with a reason of their own, and start later', async () => {
  const system = fleetOf(2);
  await queue(system, LARGE, [1, 2, 3, 4]);
  expect(alive(system)).toBe(2);
  expect(held(system)).toEqual([`${LARGE}/1-1`, `${LARGE}/2-1`]);
  expect(ofJob(system, 3)).toEqual({ state: 'parked', reason: 'fleet-limit' });
  expect(system.slots()).toHaveLength(2);
  expect(system.harness.metrics.total('FleetLimitReached')).toBeGreaterThan(0);
  await end(system, 1);
  await system.drain();
  expect(ofJob(system, 3)).toEqual({ state: 'starting' });
  expect(alive(system)).toBe(2);
  expect(held(system)).toEqual([`${LARGE}/2-1`, `${LARGE}/3-1`]);
});

test("a tenant at its own limit has that as the reason, and holds no other's slot", async () => {
  const system = fleetOf(2);
  system.harness.addTenant({ installation_id: LARGE, max_runners: 1 });
  await queue(system, LARGE, [1, 2]);
  expect(ofJob(system, 2)).toEqual({ state: 'parked', reason: 'limit' });
  await queue(system, SMALL, [3]);
  expect(ofJob(system, 3, SMALL)).toEqual({ state: 'starting' });
});

test('a flood of one tenant does not keep its slots: whoever has fewer machines is next', async () => {
  const system = fleetOf(3);
  await queue(system, LARGE, [1, 2, 3, 4, 5, 6, 7, 8]);
  await queue(system, SMALL, [11, 12]);
  await queue(system, THIRD, [21]);
  expect(ofJob(system, 11, SMALL)).toEqual({ state: 'parked', reason: 'fleet-limit' });
  await end(system, 1);
  await system.drain();
  expect(ofJob(system, 11, SMALL)).toEqual({ state: 'starting' });
  // New jobs of the flood find no slot while another tenant waits.
  await queue(system, LARGE, [9]);
  await end(system, 2);
  await queue(system, LARGE, [10]);
  await system.drain();
  expect(ofJob(system, 21, THIRD)).toEqual({ state: 'starting' });
  expect(held(system)).toEqual([`${LARGE}/3-1`, `${SMALL}/11-1`, `${THIRD}/21-1`]);
  // With one machine each, they take turns.
  await end(system, 11);
  await system.drain();
  expect(held(system)).toContain(`${SMALL}/12-1`);
});

test('a slot that no release gave away goes to a waiting tenant by the sweep, as after a higher total', async () => {
  const system = fleetOf(1);
  await queue(system, LARGE, [1, 2]);
  await queue(system, SMALL, [11]);
  Object.assign(system.harness.settings, { maxRunnersTotal: 3 });
  await system.sweep();
  await system.drain();
  expect(alive(system)).toBe(3);
  // A wait that was written while another invocation let its job in stays until a slot is free.
  await end(system, 1);
  await system.sweep();
  expect(waiting(system)).toEqual([]);
});

test('a tenant that waits and has no job any more keeps nobody from a slot', async () => {
  const system = fleetOf(1);
  await system.harness.state.fleetSlots.join(shareOfWait(SMALL), fleetWaitOf(SMALL, system.harness.clock.now()));
  system.harness.clock.advance(1_000);
  await queue(system, LARGE, [1]);
  expect(ofJob(system, 1)).toEqual({ state: 'parked', reason: 'fleet-limit' });
  await system.sweep();
  await system.drain();
  await system.sweep();
  await system.drain();
  expect(ofJob(system, 1)).toEqual({ state: 'starting' });
  expect(waiting(system)).toEqual([]);
});

test('the sweep frees the slots of launches that ended, and counts those from before the limit', async () => {
  const system = fleetOf(5);
  const { fleetSlots, launches } = system.harness.state;
  await launches.create(launch({ launchId: '7-1', jobId: 7, state: 'ended', fleetShare: 4 }));
  await fleetSlots.restore(4, `${LARGE}/7-1`);
  await fleetSlots.restore(6, `${LARGE}/8-1`);
  Object.assign(system.harness.settings, { maxRunnersTotal: undefined });
  await queue(system, LARGE, [1]);
  expect(held(system)).toEqual([`${LARGE}/7-1`, `${LARGE}/8-1`]);
  Object.assign(system.harness.settings, { maxRunnersTotal: 5 });
  system.harness.clock.advance(11 * 60_000);
  system.harness.state.github.registrations
    .all()
    .forEach((runner) => Object.assign(runner, { busy: true, online: true }));
  await system.sweep();
  expect(held(system)).toEqual([`${LARGE}/1-1`]);
  expect(system.launchOf(1).fleetShare).toBeGreaterThanOrEqual(0);
  await end(system, 1);
  expect(held(system)).toEqual([]);
});

test('a lower total ends no job, and its shares are even again after a sweep', async () => {
  const system = fleetOf(64);
  const { fleetSlots } = system.harness.state;
  await queue(system, LARGE, [1, 2, 3]);
  for (const jobId of [1, 2, 3]) {
    const row = system.launchOf(jobId);
    await fleetSlots.move(
      { slot: `${LARGE}/${jobId}-1`, from: row.fleetShare ?? 0, to: 9, below: 9 },
      { installationId: LARGE, launchId: row.launchId },
    );
  }
  Object.assign(system.harness.settings, { maxRunnersTotal: 4 });
  await queue(system, SMALL, [11]);
  expect(ofJob(system, 11, SMALL)).toEqual({ state: 'parked', reason: 'fleet-limit' });
  await system.sweep();
  await system.drain();
  expect(held(system)).toEqual([`${LARGE}/1-1`, `${LARGE}/2-1`, `${LARGE}/3-1`, `${SMALL}/11-1`]);
  for (const { index, slots } of fleetSlots.all()) {
    expect(slots.size).toBeLessThanOrEqual(sizeOfShare(index, 4));
    expect(index).toBeLessThan(FLEET_SHARES);
  }
  for (const jobId of [1, 2, 3]) await end(system, jobId);
  expect(held(system)).toEqual([`${SMALL}/11-1`]);
});

test('a total of 0 starts nothing', async () => {
  const system = fleetOf(0);
  await queue(system, LARGE, [1]);
  expect(ofJob(system, 1)).toEqual({ state: 'parked', reason: 'fleet-limit' });
  await system.sweep();
  expect(alive(system)).toBe(0);
});

test('without a total nothing is read or written for it', async () => {
  const system = createSystem();
  system.harness.addTenant();
  await system.queueJob(1);
  await system.shutDown(system.machineOf(1).instanceId);
  await system.sweep();
  expect(system.harness.calls.filter(({ port }) => port === 'fleetSlots')).toEqual([]);
});
