import { HOUR, MARK_REST, MINUTE, SLOT_STATES } from '@multi-tenant-runner/core';
import { job, launch, tenantRow } from '@multi-tenant-runner/testing';
import { clearMark } from '@multi-tenant-runner/scale-down/open-mark';
import { createFunctions } from './functions';
import { createSystem, type System } from './system';

const ID = 1001;
const JOB = job({ installationId: ID, jobId: 9, launchId: '9-1' });
const KEY = { installationId: ID, jobId: 1, launchId: '1-1' };

/** A system whose round of all rows rests: from now on the sweep finds a tenant by what is open alone. */
async function restingSystem(): Promise<System> {
  const system = createSystem();
  system.harness.addTenant();
  await system.sweep();
  return system;
}

const isMarked = async ({ harness }: System): Promise<boolean> =>
  (await harness.state.tenants.get(ID)).mark !== undefined;
const looks = async (system: System): Promise<number> => (await system.sweep()).tenants;

/** Its launch is held, and its message is lost: no machine and no index of jobs names it. */
async function holdLaunch({ harness }: System): Promise<void> {
  const key = { installationId: ID, jobId: 1, launchId: '1-1' };
  const row = job({ ...key, state: 'queued' });
  await harness.admissions.admit({ job: { kind: 'new', row }, launch: launch({ ...key, state: 'held' }) });
}

test('a tenant with an admitted launch is looked at, and an idle one is not', async () => {
  const system = await restingSystem();
  expect(await looks(system)).toBe(0);
  await holdLaunch(system);
  await expect(system.harness.state.jobs.tenantsWithUnadmitted()).resolves.toEqual([]);
  expect(await looks(system)).toBe(1);
});

describe('once nothing is open', () => {
  const over = async (): Promise<System> => {
    const system = await restingSystem();
    const { tenants } = system.harness.state;
    tenants.takeSlot(ID);
    tenants.giveSlotBack(ID);
    return system;
  };

  test('the mark goes after its rest, and the tenant costs nothing any more', async () => {
    const system = await over();
    expect(await looks(system)).toBe(1);
    expect(await isMarked(system)).toBe(true);
    system.harness.clock.advance(MARK_REST);
    expect(await looks(system)).toBe(1);
    expect(await isMarked(system)).toBe(false);
    expect(await looks(system)).toBe(0);
  });

  test.each(['launches.pageOpen', 'registry.clearMark'])('an admission before %s keeps it', async (where) => {
    const system = await over();
    system.harness.clock.advance(MARK_REST);
    let left = where === 'launches.pageOpen' ? 2 : 1;
    system.harness.faults.before(where, () => {
      // The second listing is the one that the mark's end rests on.
      if ((left -= 1) === 0) system.harness.state.tenants.takeSlot(ID);
    });
    expect(await looks(system)).toBe(1);
    expect([left, await isMarked(system)]).toEqual([0, true]);
  });

  test('a launch that ends between the two looks leaves it, as its job is open', async () => {
    const system = await over();
    const { state, admissions, faults, clock } = system.harness;
    const row = job({ installationId: ID, jobId: 1, launchId: '1-1', state: 'running' });
    await admissions.admit({ job: { kind: 'new', row }, launch: launch({ ...KEY, state: 'held' }) });
    await admissions.release({ ...KEY, guard: { from: SLOT_STATES }, changes: { state: 'ending' } });
    clock.advance(MARK_REST);
    // A visit found neither, as they came after its reading; this is the look that the mark's end rests on.
    let looks = 0;
    const end = async (): Promise<void> => {
      if ((looks += 1) > 1) return;
      const jobBack = { jobId: row.jobId, queuedAt: row.queuedAt, guard: { from: ['running'] } } as const;
      const changes = { state: 'ended', endedAt: clock.now().toISOString() } as const;
      await admissions.release({ ...KEY, guard: { from: ['ending'] }, changes, jobBack });
    };
    for (const look of ['launches.pageOpen', 'jobs.pageIndexed']) faults.after(look, end);
    const { mark } = await state.tenants.get(ID);
    await clearMark(ID, mark ?? {}, system.scaleDown());
    expect(await isMarked(system)).toBe(true);
  });

  test('a slot that nothing explains is freed first', async () => {
    const system = await over();
    system.harness.state.tenants.takeSlot(ID);
    system.harness.clock.advance(MARK_REST);
    await system.sweep();
    expect(await isMarked(system)).toBe(true);
    await system.sweep();
    expect(await isMarked(system)).toBe(false);
  });

  test('also of a tenant that is uninstalled and cleaned up', async () => {
    const system = await over();
    system.harness.clock.advance(MARK_REST);
    const row = system.harness.state.tenants.rows.get(ID);
    system.harness.state.tenants.rows.set(ID, { ...row, status: 'deleted', cleanup: 'done' });
    expect(await looks(system)).toBe(1);
    expect(await isMarked(system)).toBe(false);
  });
});

describe('a row without its mark', () => {
  test('that a hand wrote anew gets it back within the hour, by the round of all rows', async () => {
    const system = await restingSystem();
    await holdLaunch(system);
    const { open_shard: _mark, ...row } = system.harness.state.tenants.rows.get(ID) ?? {};
    system.harness.state.tenants.rows.set(ID, row);
    expect(await looks(system)).toBe(0);
    system.harness.clock.advance(HOUR);
    expect(await looks(system)).toBe(1);
    expect(await isMarked(system)).toBe(true);
  });

  test('of an earlier revision gets it from the first look', async () => {
    const system = await restingSystem();
    await system.harness.state.jobs.create({ ...JOB, state: 'starting' });
    expect(await looks(system)).toBe(1);
    expect(await isMarked(system)).toBe(true);
  });

  test('that a hand removed comes back as the mark alone, and goes on to be looked at', async () => {
    const system = await restingSystem();
    await holdLaunch(system);
    const { tenants } = system.harness.state;
    const before = tenants.rows.get(ID) ?? {};
    tenants.rows.delete(ID);
    expect(await looks(system)).toBe(0);
    await createFunctions(system).stream([{ installationId: ID, before }]);
    expect(await looks(system)).toBe(1);
    expect(tenants.rows.get(ID)).toEqual({ installation_id: ID, open_shard: ID % 16 });
  });

  test('that had nothing open stays removed', async () => {
    const system = await restingSystem();
    system.harness.state.tenants.rows.delete(ID);
    await createFunctions(system).stream([{ installationId: ID, before: tenantRow() }]);
    expect(system.harness.state.tenants.rows.has(ID)).toBe(false);
  });
});

test('a job that is first heard of as it runs, after the mark went, is found all the same', async () => {
  const system = await restingSystem();
  await system.harness.state.jobs.create({ ...JOB, state: 'running' });
  expect(await isMarked(system)).toBe(false);
  expect(await looks(system)).toBe(1);
  system.harness.clock.advance(MINUTE);
  expect(await looks(system)).toBe(1);
});
