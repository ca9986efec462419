import { MARK_REST, isRested, type Job, type OpenMark } from '@multi-tenant-runner/core';
import { job, launch, tenantRow } from '../factories';
import type { AdmissionsUnderTest } from './admissions.contract';

/** Every open launch and job is found: by its tenant's mark, or by the index of jobs that no admission covers. */
export function openMarksContract(make: () => Promise<AdmissionsUnderTest>, nextId: () => number): void {
  let tables: AdmissionsUnderTest;
  let id: number;
  const launchId = '1-1';
  const startingJob = (): Job => job({ installationId: id, jobId: 1, launchId, state: 'starting' });
  const admit = (row = startingJob()) =>
    tables.admissions.admit({ job: { kind: 'new', row }, launch: launch({ installationId: id, jobId: 1, launchId }) });
  const markOf = async (): Promise<OpenMark | undefined> => (await tables.tenants.get(id)).mark;
  const isMarked = async (): Promise<boolean> => (await tables.tenants.tenantsWithMark()).includes(id);
  const isUnadmitted = async (): Promise<boolean> => (await tables.jobs.tenantsWithUnadmitted()).includes(id);
  const seen = async (): Promise<OpenMark> => {
    const mark = await markOf();
    if (mark === undefined) throw new Error('the row has no mark');
    return mark;
  };

  beforeEach(async () => {
    tables = await make();
    id = nextId();
    await tables.write(tenantRow({ installation_id: id }));
  });

  it('an admission marks the tenant, with its time, and its new job is in no index of those without', async () => {
    expect(await markOf()).toBeUndefined();
    expect(await isMarked()).toBe(false);
    await admit();
    expect(await markOf()).toEqual({ admittedAt: tables.clock.now().toISOString(), changes: 1 });
    expect(await isMarked()).toBe(true);
    expect(await isUnadmitted()).toBe(false);
  });

  it('an admission takes a job that waited out of the index', async () => {
    await tables.jobs.create({ ...startingJob(), state: 'parked' });
    expect(await isUnadmitted()).toBe(true);
    await tables.admissions.admit({
      job: {
        kind: 'known',
        installationId: id,
        jobId: 1,
        guard: { from: ['parked'], startNumber: 1, launchId },
        changes: { state: 'queued' },
      },
      launch: launch({ installationId: id, jobId: 1, launchId }),
    });
    expect([await isUnadmitted(), await isMarked()]).toEqual([false, true]);
  });

  it('an admission that is refused changes neither', async () => {
    await tables.jobs.create({ ...startingJob(), state: 'parked' });
    await expect(admit()).resolves.toMatchObject({ kind: 'job' });
    expect([await isUnadmitted(), await isMarked()]).toEqual([true, false]);
  });

  it('an admitted job stays out of the index until it waits again, or is opened again', async () => {
    await admit();
    await tables.jobs.change(id, 1, { from: ['starting'] }, { state: 'running' });
    expect(await isUnadmitted()).toBe(false);
    await tables.jobs.change(id, 1, { from: ['running'] }, { state: 'starting' });
    expect(await isUnadmitted()).toBe(false);
    await tables.jobs.change(id, 1, { from: ['starting'] }, { state: 'parked' });
    expect(await isUnadmitted()).toBe(true);
    await tables.jobs.change(id, 1, { from: ['parked'] }, { state: 'queued' });
    expect(await isUnadmitted()).toBe(true);
    const ended = { state: 'cancelled', endedAt: '2026-01-15T12:00:00.000Z' } as const;
    await tables.jobs.change(id, 1, { from: ['queued'] }, ended);
    expect(await isUnadmitted()).toBe(false);
    await tables.jobs.change(id, 1, { from: ['cancelled'] }, { state: 'running', endedAt: null });
    expect(await isUnadmitted()).toBe(true);
  });

  it('the mark goes only if no slot was taken or given back since it was read', async () => {
    await admit();
    const before = await seen();
    await tables.admissions.release({
      installationId: id,
      launchId,
      guard: { from: ['held'] },
      changes: { state: 'ended', endedAt: '2026-01-15T12:00:00.000Z' },
    });
    await expect(tables.tenants.clearMark(id, before)).resolves.toBe(false);
    expect(await isMarked()).toBe(true);
    await expect(tables.tenants.clearMark(id, await seen())).resolves.toBe(true);
    expect([await markOf(), await isMarked()]).toEqual([undefined, false]);
    await expect(tables.tenants.clearMark(id, { changes: 2 })).resolves.toBe(false);
  });

  it('the next admission marks it again', async () => {
    await admit();
    await tables.tenants.clearMark(id, await seen());
    const next = { installationId: id, jobId: 2, launchId: '2-1' };
    await tables.admissions.admit({ job: { kind: 'new', row: job(next) }, launch: launch(next) });
    expect(await isMarked()).toBe(true);
  });

  it('a row that has none gets one, and keeps everything else', async () => {
    const row = await tables.tenants.get(id);
    await tables.tenants.markOpen(id);
    expect(await tables.tenants.get(id)).toEqual({ ...row, mark: {} });
    expect(await isMarked()).toBe(true);
    await expect(tables.tenants.clearMark(id, {})).resolves.toBe(true);
    expect(await tables.tenants.get(id)).toEqual(row);
  });

  it('where there is no row it stands alone, and its end makes no tenant', async () => {
    const gone = nextId();
    await expect(tables.tenants.clearMark(gone, {})).resolves.toBe(false);
    await tables.tenants.markOpen(gone);
    expect(await tables.tenants.get(gone)).toEqual({ kind: 'none', installationId: gone, problems: [], mark: {} });
    expect(await tables.tenants.tenantsWithMark()).toContain(gone);
    await expect(tables.tenants.clearMark(gone, {})).resolves.toBe(true);
    expect(await tables.tenants.get(gone)).toEqual({ kind: 'none', installationId: gone, problems: [] });
  });

  it('a mark that the index does not show is none', async () => {
    await tables.write(tenantRow({ installation_id: id, open_shard: 16 }));
    expect([await markOf(), await isMarked()]).toEqual([undefined, false]);
  });

  it('the mark of a late admission rests', async () => {
    await admit();
    const mark = await seen();
    expect(isRested(mark, new Date(tables.clock.now().getTime() + MARK_REST - 1))).toBe(false);
    expect(isRested(mark, new Date(tables.clock.now().getTime() + MARK_REST))).toBe(true);
    expect(isRested({}, tables.clock.now())).toBe(true);
  });
}
