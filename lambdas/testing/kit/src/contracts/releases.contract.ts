import {
  NO_USAGE,
  OPEN_JOB_STATES,
  SLOT_STATES,
  fleetSlotOf,
  type JobBack,
  type Launch,
  type LaunchReleaseRequest,
} from '@multi-tenant-runner/core';
import { job, launch, machineLife, tenantRow } from '../factories';
import type { TenantRow } from '../fakes/tenant-registry';
import type { FleetSlotsUnderTest } from './fleet-slots.contract';

const JANUARY = { day: '2026-01-15', month: '2026-01' };
const SHARE = 31;
const NEVER_WRITTEN = 99;
const ENDED_AT = '2026-01-15T12:06:00.000Z';

/** What every release keeps: the launch's end, its slot and its machine's life change together, or nothing does. */
export function releasesContract(make: () => Promise<FleetSlotsUnderTest>, nextId: () => number): void {
  let tables: FleetSlotsUnderTest;
  let id: number;
  /** A tenant with a launch that has a slot. */
  const begin = async (overrides: TenantRow = {}): Promise<Launch> => {
    await tables.write(tenantRow({ max_runners: 5, installation_id: id }));
    const row = launch({ installationId: id, jobId: 1, launchId: '1-1' });
    const own = job({ installationId: id, jobId: 1, launchId: '1-1', state: 'starting' });
    await tables.admissions.admit({ job: { kind: 'new', row: own }, launch: row });
    if (Object.keys(overrides).length > 0) await tables.write(tenantRow({ installation_id: id, ...overrides }));
    return row;
  };
  const endOf = ({ installationId, launchId, version }: Launch): LaunchReleaseRequest => ({
    installationId,
    launchId,
    guard: { from: SLOT_STATES, version },
    changes: { state: 'ended', reason: 'machine-gone', endedAt: ENDED_AT, updatedAt: ENDED_AT },
  });
  const backOf = (jobId: number, queuedAt: string): JobBack => ({
    ...{ jobId, queuedAt },
    guard: { from: OPEN_JOB_STATES, queuedAt },
  });
  const lifeOf = ({ installationId, launchId }: Launch) => machineLife({ installationId, launchId });
  const slots = async (): Promise<number> => {
    const lookup = await tables.tenants.get(id);
    return lookup.kind === 'tenant' ? lookup.tenant.slotsHeld : 0;
  };
  /** The same of a launch that has given its slot back. */
  const afterEnding = (row: Launch): LaunchReleaseRequest => {
    const end = endOf({ ...row, version: row.version + 1 });
    return { ...end, guard: { ...end.guard, from: ['ending'] } };
  };
  const machines = async (): Promise<number> => (await tables.ledger.sumsOf(id, JANUARY)).month.machines;

  beforeEach(async () => {
    tables = await make();
    id = nextId();
  });

  it('ends the launch, gives its slot back and has its machine in the ledger', async () => {
    const row = await begin({ slots_held: 2, slot_changes: 2 });
    await expect(tables.admissions.release({ ...endOf(row), life: lifeOf(row) })).resolves.toEqual({
      kind: 'released',
    });
    await expect(tables.launches.get(id, '1-1')).resolves.toEqual({
      ...row,
      state: 'ended',
      reason: 'machine-gone',
      endedAt: ENDED_AT,
      updatedAt: ENDED_AT,
      version: 2,
    });
    expect(await slots()).toBe(1);
    await expect(tables.tenants.get(id)).resolves.toMatchObject({ tenant: { slotChanges: 3 } });
    expect(await machines()).toBe(1);
    expect((await tables.launches.pageOpen(id, { limit: 9 })).rows).toEqual([]);
  });

  it('puts a job that is open back into the index by the same write', async () => {
    const row = await begin();
    const indexed = async () => (await tables.jobs.pageIndexed(id, { limit: 9 })).rows;
    expect(await indexed()).toEqual([]);
    const { queuedAt, ...own } = job({ installationId: id, jobId: 1, launchId: '1-1', state: 'starting' });
    const jobBack = backOf(1, queuedAt);
    await expect(tables.admissions.release({ ...endOf(row), life: lifeOf(row), jobBack })).resolves.toEqual({
      kind: 'released',
    });
    expect(await indexed()).toEqual([{ ...own, queuedAt }]);
    expect(await slots()).toBe(0);
    expect(await machines()).toBe(1);
  });

  it.each([
    ['that is over by now', { state: 'completed' as const, endedAt: ENDED_AT }],
    ['of another place in the line', { state: 'queued' as const, queuedAt: '2026-01-15T11:59:00Z' }],
  ])('writes nothing where the job to be put back is one %s', async (_what, change) => {
    const row = await begin();
    const { queuedAt } = job({});
    await tables.jobs.change(id, 1, { from: ['starting'] }, change);
    const before = await tables.jobs.pageIndexed(id, { limit: 9 });
    const request = { ...endOf(row), life: lifeOf(row), jobBack: backOf(1, queuedAt) };
    await expect(tables.admissions.release(request)).resolves.toEqual({ kind: 'job' });
    await expect(tables.launches.get(id, '1-1')).resolves.toEqual(row);
    await expect(tables.jobs.pageIndexed(id, { limit: 9 })).resolves.toEqual(before);
    expect(await slots()).toBe(1);
    expect(await machines()).toBe(0);
    const gone = { ...request, jobBack: backOf(77, queuedAt) };
    await expect(tables.admissions.release(gone)).resolves.toEqual({ kind: 'job' });
  });

  it('puts a job back beside a slot that is held no more', async () => {
    const row = await begin({ slots_held: 0 });
    const jobBack = backOf(1, job({}).queuedAt);
    const request = { ...endOf(row), life: lifeOf(row), jobBack, fleetShare: NEVER_WRITTEN };
    await expect(tables.admissions.release(request)).resolves.toEqual({ kind: 'released' });
    expect((await tables.jobs.pageIndexed(id, { limit: 9 })).rows).toHaveLength(1);
  });

  it('has nothing in the ledger of a launch without a machine', async () => {
    await expect(tables.admissions.release(endOf(await begin()))).resolves.toEqual({ kind: 'released' });
    expect(await slots()).toBe(0);
    await expect(tables.ledger.sumsOf(id, JANUARY)).resolves.toEqual({ day: NO_USAGE, month: NO_USAGE });
  });

  it.each([
    ['that has changed since', { version: 7 }],
    ['in another state', { from: ['running' as const] }],
    ['whose lease another has', { leaseOwner: 'another' }],
  ])('writes nothing for a launch %s, and answers its row', async (_what, guard) => {
    const row = await begin();
    const request = { ...endOf(row), life: lifeOf(row) };
    await expect(tables.admissions.release({ ...request, guard: { ...request.guard, ...guard } })).resolves.toEqual({
      kind: 'launch',
      row,
    });
    expect(await slots()).toBe(1);
    expect(await machines()).toBe(0);
  });

  it('writes nothing for a launch without a row', async () => {
    await begin();
    const request = { ...endOf(launch({ installationId: id, launchId: '9-1' })) };
    await expect(tables.admissions.release(request)).resolves.toEqual({ kind: 'launch' });
    expect(await slots()).toBe(1);
  });

  it('writes nothing over a life that stands, and answers that', async () => {
    const row = await begin();
    const first = lifeOf(row);
    await tables.admissions.release({ ...endOf(row), changes: { state: 'ending' }, life: first });
    const again = { ...afterEnding(row), life: { ...first, endedAt: '2026-01-15T13:00:00.000Z' } };
    await expect(tables.admissions.release(again)).resolves.toEqual({ kind: 'recorded', life: first });
    await expect(tables.launches.get(id, '1-1')).resolves.toMatchObject({ state: 'ending' });
    expect(await machines()).toBe(1);
  });

  it.each([
    ['whose slots are no number', { slots_held: 'broken' }],
    ['whose changes of slots are no number', { slot_changes: 'broken' }],
    ['whose slots are of an earlier version', { slots: new Set(['1-1']) }],
    ['without a slot', { slots_held: 0 }],
    ['that is no tenant’s', { org_name: undefined }],
  ])('ends a launch in a row %s', async (_what, overrides) => {
    const row = await begin(overrides);
    const before = await slots();
    await expect(tables.admissions.release({ ...endOf(row), life: lifeOf(row) })).resolves.toEqual({
      kind: 'released',
    });
    await expect(tables.launches.get(id, '1-1')).resolves.toMatchObject({ state: 'ended' });
    expect(await slots()).toBe(before);
    expect(await machines()).toBe(1);
  });

  it('gives the slot of a launch back once, however often that is ended', async () => {
    const row = await begin({ slots_held: 3, slot_changes: 3 });
    const ending = { ...endOf(row), changes: { state: 'ending' as const } };
    await expect(tables.admissions.release(ending)).resolves.toEqual({ kind: 'released' });
    await expect(tables.admissions.release(ending)).resolves.toMatchObject({
      kind: 'launch',
      row: { state: 'ending' },
    });
    await expect(tables.admissions.release(afterEnding(row))).resolves.toEqual({ kind: 'released' });
    await expect(tables.tenants.get(id)).resolves.toMatchObject({ tenant: { slotsHeld: 2, slotChanges: 4 } });
  });

  it('counts no slot below none', async () => {
    await tables.admissions.release(endOf(await begin({ slots_held: 0 })));
    await expect(tables.tenants.get(id)).resolves.toMatchObject({ slotsBroken: false, tenant: { slotsHeld: 0 } });
  });

  it('refuses a request that leaves open whether a slot is held', async () => {
    const row = await begin();
    const request = { ...endOf(row), guard: { from: ['held', 'ending'] as const } };
    await expect(tables.admissions.release(request)).rejects.toThrow('not known whether a slot is given back');
    expect(await slots()).toBe(1);
  });

  it('gives the slot of the fleet back too, and needs none', async () => {
    const row = await begin();
    const slot = fleetSlotOf(row);
    const isHeld = async (): Promise<boolean> =>
      (await tables.fleetSlots.read()).some(({ index, slots: held }) => index === SHARE && held.has(slot));
    await tables.fleetSlots.restore(SHARE, slot);
    const ending = { ...endOf(row), changes: { state: 'ending' as const }, fleetShare: SHARE };
    await expect(tables.admissions.release(ending)).resolves.toEqual({ kind: 'released' });
    expect(await isHeld()).toBe(false);
    const ended = { ...afterEnding(row), fleetShare: NEVER_WRITTEN };
    await expect(tables.admissions.release(ended)).resolves.toEqual({ kind: 'released' });
    await expect(tables.launches.get(id, '1-1')).resolves.toMatchObject({ state: 'ended' });
  });

  it('of two at once one writes', async () => {
    const row = await begin();
    const request = { ...endOf(row), life: lifeOf(row) };
    const answers = await Promise.all([tables.admissions.release(request), tables.admissions.release(request)]);
    expect(answers.map(({ kind }) => kind).sort()).toEqual(['launch', 'released']);
    expect(await machines()).toBe(1);
  });

  it('loses no slot and no machine of 20 at once', async () => {
    await tables.write(tenantRow({ max_runners: 20, installation_id: id }));
    const jobIds = Array.from({ length: 20 }, (_, index) => index + 1);
    const rows = jobIds.map((jobId) => launch({ installationId: id, jobId, launchId: `${jobId}-1` }));
    for (const row of rows) {
      const own = job({ installationId: id, jobId: row.jobId, launchId: row.launchId, state: 'starting' });
      await tables.admissions.admit({ job: { kind: 'new', row: own }, launch: row });
    }
    const answers = await Promise.all(
      rows.map((row) => tables.admissions.release({ ...endOf(row), life: lifeOf(row) })),
    );
    expect(answers.every(({ kind }) => kind === 'released')).toBe(true);
    expect(await slots()).toBe(0);
    expect(await machines()).toBe(20);
  });
}
