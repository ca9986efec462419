import {
  SLOT_STATES,
  type AdmissionRequest,
  type Admissions,
  type Job,
  type JobStore,
  type Launch,
  type LaunchReleaseRequest,
  type LaunchStore,
  type TenantRegistry,
  type UsageLedger,
} from '@multi-tenant-runner/core';
import { job, launch, tenantRow } from '../factories';
import type { TenantRow } from '../fakes/tenant-registry';
import type { TestClock } from '../test-clock';

export interface AdmissionsUnderTest {
  readonly admissions: Admissions;
  readonly tenants: TenantRegistry;
  readonly jobs: JobStore;
  readonly launches: LaunchStore;
  readonly ledger: UsageLedger;
  readonly clock: TestClock;
  /** Writes a tenant's row as an operator does. */
  write(row: TenantRow): Promise<void>;
}

/** What every admission keeps: job, launch and slot change together, or nothing does. */
export function admissionsContract(make: () => Promise<AdmissionsUnderTest>, nextId: () => number): void {
  let tables: AdmissionsUnderTest;
  let id: number;
  const tenant = (overrides: TenantRow = {}): Promise<void> =>
    tables.write(tenantRow({ ...overrides, installation_id: id }));
  const jobOf = (jobId: number, overrides: Partial<Job> = {}): Job =>
    job({ installationId: id, jobId, launchId: `${jobId}-1`, state: 'starting', ...overrides });
  const launchOf = (jobId: number, overrides: Partial<Launch> = {}): Launch =>
    launch({ installationId: id, jobId, launchId: `${jobId}-1`, ...overrides });
  const asNew = (jobId: number): AdmissionRequest => ({
    job: { kind: 'new', row: jobOf(jobId) },
    launch: launchOf(jobId),
  });
  const asKnown = (jobId: number, launchId = `${jobId}-1`): AdmissionRequest => ({
    job: {
      kind: 'known',
      installationId: id,
      jobId,
      guard: { from: ['parked'], startNumber: 1, launchId },
      changes: { state: 'starting', reason: null, nextTry: null },
    },
    launch: launchOf(jobId, { launchId }),
  });
  const slots = async (): Promise<number> => {
    const lookup = await tables.tenants.get(id);
    return lookup.kind === 'tenant' ? lookup.tenant.slotsHeld : 0;
  };

  beforeEach(async () => {
    tables = await make();
    id = nextId();
  });

  it('reads the rows of a launch together', async () => {
    await tenant({ org_name: 'acme' });
    await tables.admissions.admit(asNew(1));
    await tables.jobs.create(jobOf(2, { state: 'queued' }));
    const read = await tables.admissions.read({ installationId: id, launchId: '1-1', jobIds: [1, 2, 2, 3] });
    expect(read.lookup).toEqual(await tables.tenants.get(id));
    expect(read.launch).toEqual(await tables.launches.get(id, '1-1'));
    expect([...read.jobs.keys()].sort()).toEqual([1, 2]);
    expect(read.jobs.get(1)).toEqual(await tables.jobs.get(id, 1));
    const nothing = await tables.admissions.read({ installationId: nextId(), launchId: '1-1', jobIds: [1] });
    expect(nothing).toMatchObject({ lookup: { kind: 'none' }, jobs: new Map() });
    expect(nothing.launch).toBeUndefined();
    expect((await tables.admissions.read({ installationId: id, jobIds: [1] })).launch).toBeUndefined();
  });

  it('takes a slot only while the row of the tenant is as expected', async () => {
    await tenant({ tier: 'small' });
    const expected = { org_name: 'acme', tier: 'small', max_runners: 2, account_id: 501, runner_group: null };
    const unlike: readonly (readonly [string, unknown])[] = [
      ['tier', 'large'],
      ['max_runners', 3],
      ['account_id', null],
      ['runner_group', 'own'],
    ];
    for (const [name, value] of unlike) {
      const refused = await tables.admissions.admit({ ...asNew(1), expected: { ...expected, [name]: value } });
      expect(refused).toEqual({ kind: 'tenant', lookup: await tables.tenants.get(id) });
    }
    await expect(tables.jobs.get(id, 1)).resolves.toBeUndefined();
    await expect(tables.admissions.admit({ ...asNew(1), expected })).resolves.toEqual({ kind: 'admitted' });
    await expect(tables.admissions.admit({ ...asNew(2), expected })).resolves.toEqual({ kind: 'admitted' });
    await expect(tables.admissions.admit({ ...asNew(3), expected })).resolves.toMatchObject({ kind: 'tenant' });
    expect(await slots()).toBe(2);
  });

  describe('of several at once', () => {
    const some = (jobIds: readonly number[], rowLimit = 2): AdmissionRequest[] =>
      jobIds.map((jobId) => ({ ...asNew(jobId), rowLimit }));
    const jobsWithRow = async (jobIds: readonly number[]): Promise<number[]> => {
      const rows = await Promise.all(jobIds.map((jobId) => tables.jobs.get(id, jobId)));
      return rows.flatMap((row) => row?.jobId ?? []);
    };

    it('admits all that have room, each with its rows and its slot', async () => {
      const jobIds = Array.from({ length: 60 }, (_, index) => index + 1);
      await tenant({ max_runners: 60 });
      const answers = await tables.admissions.admitAll(some(jobIds, 60));
      expect(answers).toEqual(jobIds.map(() => ({ kind: 'admitted' })));
      expect(await slots()).toBe(60);
      await expect(tables.tenants.get(id)).resolves.toMatchObject({ tenant: { slotChanges: 60 } });
      expect(await jobsWithRow(jobIds)).toEqual(jobIds);
      expect((await tables.launches.pageOpen(id, { limit: 99 })).rows).toHaveLength(60);
    });

    it('admits the first where there is no room for all', async () => {
      await tenant({ max_runners: 2 });
      const answers = await tables.admissions.admitAll(some([1, 2, 3, 4]));
      expect(answers.map(({ kind }) => kind)).toEqual(['admitted', 'admitted', 'tenant', 'tenant']);
      expect(answers[3]).toMatchObject({ lookup: { tenant: { slotsHeld: 2, maxRunners: 2 } } });
      expect([await slots(), await jobsWithRow([1, 2, 3, 4])]).toEqual([2, [1, 2]]);
      const full = await tables.admissions.admitAll(some([5, 6]));
      const lookup = await tables.tenants.get(id);
      expect(full).toEqual([5, 6].map(() => ({ kind: 'tenant', lookup })));
    });

    it('admits a job once whose message came twice', async () => {
      await tenant({ max_runners: 9 });
      const answers = await tables.admissions.admitAll(some([1, 2, 1, 1], 9));
      const row = await tables.jobs.get(id, 1);
      const again = { kind: 'job', row };
      expect(answers).toEqual([{ kind: 'admitted' }, { kind: 'admitted' }, again, again]);
      expect(await slots()).toBe(2);
    });

    it('goes by the limit that the row has by now', async () => {
      await tenant({ max_runners: 3 });
      const answers = await tables.admissions.admitAll(some([1, 2, 3, 4], 9));
      expect(answers.map(({ kind }) => kind)).toEqual(['admitted', 'admitted', 'admitted', 'tenant']);
      expect(await slots()).toBe(3);
    });

    it('answers each that has a row by that row, and admits the others', async () => {
      await tenant({ max_runners: 9 });
      await tables.jobs.create(jobOf(1, { state: 'queued' }));
      await tables.admissions.admit({ ...asNew(5), launch: launchOf(5, { launchId: '3-1' }) });
      const answers = await tables.admissions.admitAll([...some([1, 2, 3], 9), { ...asKnown(4), rowLimit: 9 }]);
      expect(answers).toEqual([
        { kind: 'job', row: await tables.jobs.get(id, 1) },
        { kind: 'admitted' },
        { kind: 'launch', row: await tables.launches.get(id, '3-1') },
        { kind: 'job' },
      ]);
      expect(await slots()).toBe(2);
    });

    it.each([
      ['is not as expected', {}, { tier: 'large' }],
      ['is suspended', { status: 'suspended' }, undefined],
      ['is deleted', { deleted_at: '2026-01-15T12:00:00.000Z' }, undefined],
      ['has no usable count', { slots_held: 'two' }, undefined],
    ])('admits none where the tenant’s row %s', async (_how, changes, expected) => {
      await tenant({ max_runners: 9, ...changes });
      const requests = some([1, 2], 9).map((request) => ({ ...request, ...(expected && { expected }) }));
      const lookup = await tables.tenants.get(id);
      await expect(tables.admissions.admitAll(requests)).resolves.toEqual(
        requests.map(() => ({ kind: 'tenant', lookup })),
      );
      expect(await jobsWithRow([1, 2])).toEqual([]);
    });

    it('never takes a slot too many beside others', async () => {
      await tenant({ max_runners: 10 });
      const rounds = [1, 2, 3, 4].map((round) =>
        some(
          [1, 2, 3, 4, 5].map((jobId) => 10 * round + jobId),
          10,
        ),
      );
      const answers = await Promise.all(rounds.map((requests) => tables.admissions.admitAll(requests)));
      expect(answers.flat().filter(({ kind }) => kind === 'admitted')).toHaveLength(10);
      expect(await slots()).toBe(10);
    });
  });

  it('writes a new job, its launch and the slot', async () => {
    await tenant();
    await expect(tables.admissions.admit(asNew(1))).resolves.toEqual({ kind: 'admitted' });
    await expect(tables.jobs.get(id, 1)).resolves.toEqual(jobOf(1));
    await expect(tables.launches.get(id, '1-1')).resolves.toEqual(launchOf(1));
    expect(await slots()).toBe(1);
    await expect(tables.tenants.get(id)).resolves.toMatchObject({ tenant: { slotChanges: 1 } });
    expect((await tables.jobs.pageOpen(id, { limit: 9 })).rows).toEqual([jobOf(1)]);
    expect((await tables.launches.pageOpen(id, { limit: 9 })).rows).toEqual([launchOf(1)]);
  });

  it('has an open job in the index exactly until its launch leads to it', async () => {
    await tenant();
    const indexed = async (): Promise<number[]> =>
      (await tables.jobs.pageIndexed(id, { limit: 9 })).rows.map(({ jobId }) => jobId);
    const open = async (): Promise<number[]> => (await tables.jobs.listOpen(id)).map(({ jobId }) => jobId);
    await tables.jobs.create(jobOf(2, { state: 'parked', queuedAt: '2026-01-15T08:00:00Z' }));
    await tables.jobs.create(jobOf(3, { state: 'running', queuedAt: '2026-01-15T09:00:00Z' }));
    expect(await indexed()).toEqual([2, 3]);
    await tables.admissions.admit(asNew(1));
    await tables.admissions.admit(asKnown(2));
    expect(await indexed()).toEqual([3]);
    expect(await open()).toEqual([2, 3, 1]);
    expect((await tables.jobs.listOpen(id, { states: ['starting'], limit: 1 })).map(({ jobId }) => jobId)).toEqual([2]);
    await tables.jobs.change(id, 1, { from: ['starting'] }, { state: 'running' });
    await tables.jobs.change(id, 3, { from: ['running'] }, { state: 'starting' });
    expect(await indexed()).toEqual([3]);
    await tables.jobs.change(id, 1, { from: ['running'] }, { state: 'completed', endedAt: '2026-01-15T12:00:00.000Z' });
    expect(await open()).toEqual([2, 3]);
    await tables.jobs.change(id, 2, { from: ['starting'] }, { state: 'parked' });
    expect(await indexed()).toEqual([2, 3]);
    expect((await tables.jobs.pageWaiting(id, { limit: 9 })).rows.map(({ jobId }) => jobId)).toEqual([2]);
    await tables.jobs.change(id, 1, { from: ['completed'] }, { state: 'running', endedAt: null });
    expect(await indexed()).toEqual([2, 3, 1]);
  });

  it('leaves a job in the index whose launch bears the id of another', async () => {
    await tenant();
    await tables.jobs.create(jobOf(1, { state: 'parked', launchId: '2-1' }));
    await expect(tables.admissions.admit(asKnown(1, '2-1'))).resolves.toEqual({ kind: 'admitted' });
    expect((await tables.jobs.pageIndexed(id, { limit: 9 })).rows.map(({ jobId }) => jobId)).toEqual([1]);
    expect((await tables.jobs.listOpen(id)).map(({ jobId }) => jobId)).toEqual([1]);
  });

  it('reads open jobs of both kinds page by page, each once', async () => {
    await tenant({ max_runners: 9 });
    for (const jobId of [1, 2, 3, 4, 5, 6, 7]) {
      const queuedAt = `2026-01-15T0${jobId}:00:00Z`;
      if (jobId % 2 === 0) await tables.jobs.create(jobOf(jobId, { state: 'parked', queuedAt }));
      else
        await tables.admissions.admit({
          job: { kind: 'new', row: jobOf(jobId, { queuedAt }) },
          launch: launchOf(jobId),
        });
    }
    const pages: number[][] = [];
    for (let after: string | undefined; ; ) {
      const { rows, next } = await tables.jobs.pageOpen(id, { limit: 2, ...(after !== undefined && { after }) });
      pages.push(rows.map(({ jobId }) => jobId));
      if (next === undefined) break;
      after = next;
    }
    expect(pages).toEqual([[1, 2], [3, 4], [5, 6], [7]]);
  });

  it('takes a job that waits out of the line', async () => {
    await tenant();
    const waiting = jobOf(1, { state: 'parked', reason: 'limit', nextTry: '2026-01-15T12:05:00.000Z' });
    await tables.jobs.create(waiting);
    await expect(tables.admissions.admit(asKnown(1))).resolves.toEqual({ kind: 'admitted' });
    const { reason: _reason, nextTry: _nextTry, ...rest } = waiting;
    await expect(tables.jobs.get(id, 1)).resolves.toEqual({
      ...rest,
      state: 'starting',
      updatedAt: tables.clock.now().toISOString(),
    });
    expect((await tables.jobs.pageWaiting(id, { limit: 9 })).rows).toEqual([]);
    expect(await slots()).toBe(1);
  });

  it.each([
    ['that is full', { max_runners: 1, slots_held: 1 }],
    ['that is suspended', { status: 'suspended' }],
    ['that was deleted', { status: 'deleted' }],
  ])('writes nothing for a tenant %s, and answers its row', async (_what, overrides) => {
    await tenant(overrides);
    await tables.jobs.create(jobOf(2, { state: 'parked' }));
    const before = await slots();
    for (const request of [asNew(1), asKnown(2)]) {
      const answer = await tables.admissions.admit(request);
      expect(answer).toEqual({ kind: 'tenant', lookup: await tables.tenants.get(id) });
    }
    expect(await slots()).toBe(before);
    await expect(tables.jobs.get(id, 1)).resolves.toBeUndefined();
    await expect(tables.jobs.get(id, 2)).resolves.toEqual(jobOf(2, { state: 'parked' }));
    await expect(tables.launches.get(id, '1-1')).resolves.toBeUndefined();
    await expect(tables.launches.get(id, '2-1')).resolves.toBeUndefined();
  });

  it('writes nothing over a job that has a row, and answers that', async () => {
    await tenant();
    await tables.jobs.create(jobOf(1, { state: 'cancelled', endedAt: '2026-01-15T12:00:00.000Z' }));
    const answer = await tables.admissions.admit(asNew(1));
    expect(answer).toEqual({ kind: 'job', row: await tables.jobs.get(id, 1) });
    await expect(tables.admissions.admit(asKnown(1))).resolves.toEqual(answer);
    await expect(tables.launches.get(id, '1-1')).resolves.toBeUndefined();
    expect(await slots()).toBe(0);
  });

  it.each([
    ['goes on to another start number', { launchId: '1-2', startNumber: 2 }],
    ['is no longer parked', { state: 'queued' as const }],
  ])('writes nothing for a job that %s', async (_what, change) => {
    await tenant();
    await tables.jobs.create(jobOf(1, { state: 'parked', ...change }));
    await expect(tables.admissions.admit(asKnown(1))).resolves.toMatchObject({ kind: 'job', row: change });
    expect(await slots()).toBe(0);
  });

  it('writes nothing for a job without a row where one is expected', async () => {
    await tenant();
    await expect(tables.admissions.admit(asKnown(1))).resolves.toEqual({ kind: 'job' });
    expect(await slots()).toBe(0);
  });

  it('begins no launch twice, whatever became of the first', async () => {
    await tenant();
    await tables.admissions.admit(asNew(1));
    const ending = { installationId: id, launchId: '1-1', guard: { from: SLOT_STATES }, changes: { state: 'ending' } };
    await tables.admissions.release(ending as LaunchReleaseRequest);
    await tables.jobs.change(id, 1, { from: ['starting'] }, { state: 'parked' });
    const answer = await tables.admissions.admit(asKnown(1));
    expect(answer).toMatchObject({ kind: 'launch', row: { state: 'ending' } });
    expect(await slots()).toBe(0);
    expect(await tables.jobs.get(id, 1)).toMatchObject({ state: 'parked' });
  });

  it('of two at once for one job one wins, and the other takes no slot', async () => {
    await tenant({ max_runners: 5 });
    const answers = await Promise.all([tables.admissions.admit(asNew(1)), tables.admissions.admit(asNew(1))]);
    expect(answers.map(({ kind }) => kind).sort()).toEqual(['admitted', 'job']);
    expect(await slots()).toBe(1);
  });

  it('gives 40 at once exactly the slots that there are, and each a launch', async () => {
    await tenant({ max_runners: 7 });
    const jobIds = Array.from({ length: 40 }, (_, index) => index + 1);
    const answers = await Promise.all(jobIds.map((jobId) => tables.admissions.admit(asNew(jobId))));
    expect(answers.filter(({ kind }) => kind === 'admitted')).toHaveLength(7);
    const open = (await tables.launches.pageOpen(id, { limit: 99 })).rows.map(({ launchId }) => launchId);
    expect(open).toHaveLength(await slots());
    expect((await tables.jobs.listOpen(id)).map(({ launchId }) => launchId).sort()).toEqual(open.sort());
  });
}
