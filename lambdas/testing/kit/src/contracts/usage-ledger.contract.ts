import {
  NO_USAGE,
  type Admissions,
  type Launch,
  type MachineLife,
  type UsageBooks,
  type UsageCorrections,
  type UsageLedger,
} from '@multi-tenant-runner/core';
import { launch, machineLife as life } from '../factories';

export interface LedgerUnderTest {
  readonly ledger: UsageLedger;
  readonly books: UsageBooks;
  readonly corrections: UsageCorrections;
  readonly admissions: Admissions;
  /** Writes a launch's row, unless there is one. */
  put(row: Launch): Promise<void>;
}

/** As the release of a launch that had the machine writes it. Answers the life that stands. */
export async function recordLife(
  one: MachineLife,
  { admissions, put }: Pick<LedgerUnderTest, 'admissions' | 'put'>,
): Promise<MachineLife> {
  const { installationId, launchId } = one;
  await put(launch({ installationId, launchId, state: 'ending' }));
  const guard = { from: ['ending'] } as const;
  const answer = await admissions.release({
    installationId,
    launchId,
    guard,
    changes: { reason: 'machine-gone' },
    life: one,
  });
  return answer.kind === 'recorded' ? answer.life : one;
}

const JANUARY = { day: '2026-01-15', month: '2026-01' };

/** What every ledger must do. */
export function usageLedgerContract(make: () => Promise<LedgerUnderTest>, nextId: () => number): void {
  it('adds a life to the sums of its day and month', async () => {
    const tables = await make();
    const { ledger } = tables;
    const installationId = nextId();
    await expect(ledger.sumsOf(installationId, JANUARY)).resolves.toEqual({ day: NO_USAGE, month: NO_USAGE });
    await recordLife(life({ installationId }), tables);
    await recordLife(life({ installationId, launchId: '7002-1', tier: 'large', seconds: 60, costMicros: 100 }), tables);
    await recordLife(
      life({ installationId, launchId: '7003-1', endedAt: '2026-01-16T00:00:00.000Z', seconds: 1, costMicros: 1 }),
      tables,
    );
    await expect(ledger.sumsOf(installationId, JANUARY)).resolves.toEqual({
      day: { machines: 2, seconds: 360, costMicros: 3841, unpriced: 0 },
      month: { machines: 3, seconds: 361, costMicros: 3842, unpriced: 0 },
    });
    await expect(ledger.machinesOf(installationId)).resolves.toBe(3);
    await expect(ledger.sumsOf(installationId, { day: '2026-02-01', month: '2026-02' })).resolves.toEqual({
      day: NO_USAGE,
      month: NO_USAGE,
    });
  });

  it('writes a life once: a repeat changes nothing and answers the row that stands', async () => {
    const tables = await make();
    const { ledger } = tables;
    const first = life({ installationId: nextId() });
    await expect(recordLife(first, tables)).resolves.toEqual(first);
    await expect(
      recordLife({ ...first, endedAt: '2026-01-15T13:00:00.000Z', seconds: 3_600 }, tables),
    ).resolves.toEqual(first);
    const { day } = await ledger.sumsOf(first.installationId, JANUARY);
    expect(day).toMatchObject({ machines: 1, seconds: 300 });
  });

  it('writes it once also when several do at the same time, and loses none of several lives', async () => {
    const tables = await make();
    const { ledger } = tables;
    const installationId = nextId();
    const lives = [1, 2, 3, 4, 5].map((number) => life({ installationId, launchId: `${number}-1`, seconds: number }));
    await Promise.all([...lives, ...lives].map((one) => recordLife(one, tables)));
    const { month } = await ledger.sumsOf(installationId, JANUARY);
    expect(month).toMatchObject({ machines: 5, seconds: 15 });
  });

  it('counts a machine without a price, and takes one of which little is known', async () => {
    const tables = await make();
    const { ledger } = tables;
    const installationId = nextId();
    const { price: _price, repository: _repository, workflow: _workflow, accountId: _account, ...bare } = life();
    const poor = { ...bare, installationId, costMicros: 0 };
    await expect(recordLife(poor, tables)).resolves.toEqual(poor);
    await expect(recordLife(poor, tables)).resolves.toEqual(poor);
    const { day } = await ledger.sumsOf(installationId, JANUARY);
    expect(day).toEqual({ machines: 1, seconds: 300, costMicros: 0, unpriced: 1 });
  });

  it('lists the sums of a month, and the lives that ended in it', async () => {
    const tables = await make();
    const { books } = tables;
    const installationId = nextId();
    const inJune = life({
      installationId,
      startedAt: '2026-05-31T23:50:00.000Z',
      endedAt: '2026-06-01T00:10:00.000Z',
      seconds: 1_200,
    });
    const inJuly = {
      ...inJune,
      launchId: '7002-1',
      startedAt: '2026-06-30T23:59:00.000Z',
      endedAt: '2026-07-01T00:00:00.000Z',
    };
    const laterInJune = {
      ...inJune,
      launchId: '7003-1',
      endedAt: '2026-06-02T00:10:00.000Z',
      seconds: 60,
      costMicros: 1,
    };
    await recordLife(inJune, tables);
    await recordLife(inJuly, tables);
    await recordLife(laterInJune, tables);
    const sums = [];
    for await (const sum of books.sumsOfMonth('2026-06')) if (sum.installationId === installationId) sums.push(sum);
    expect(sums).toEqual([
      { installationId, tier: 'small', machines: 2, seconds: 1_260, costMicros: inJune.costMicros + 1, unpriced: 0 },
    ]);
    const lives = [];
    for await (const one of books.livesOf(installationId, '2026-06')) lives.push(one);
    expect(lives).toEqual([inJune, laterInJune]);
  });

  it('lists the sums of a month page by page', async () => {
    const tables = await make();
    const { books } = tables;
    const [one, other] = [nextId(), nextId()];
    const ended = { startedAt: '2026-08-01T00:00:00.000Z', endedAt: '2026-08-01T00:05:00.000Z' };
    await recordLife(life({ ...ended, installationId: one }), tables);
    await recordLife(life({ ...ended, installationId: one, launchId: '7002-1', tier: 'large' }), tables);
    await recordLife(life({ ...ended, installationId: other }), tables);
    const found = [];
    let page = await books.pageOfMonth('2026-08', { limit: 2 });
    expect(page.sums).toHaveLength(2);
    for (found.push(...page.sums); page.next !== undefined; found.push(...page.sums))
      page = await books.pageOfMonth('2026-08', { limit: 2, after: page.next });
    const own = found.filter(({ installationId }) => [one, other].includes(installationId));
    expect(own.map(({ installationId, tier }) => `${installationId} ${tier}`).sort()).toEqual(
      [`${one} large`, `${one} small`, `${other} small`].sort(),
    );
  });

  it("lists a tenant's sums of a month's days", async () => {
    const tables = await make();
    const { books } = tables;
    const installationId = nextId();
    await recordLife(life({ installationId, costMicros: 5 }), tables);
    await recordLife(
      life({ installationId, launchId: '7002-1', endedAt: '2026-01-16T00:00:00.000Z', seconds: 1, costMicros: 1 }),
      tables,
    );
    await recordLife(life({ installationId, launchId: '7003-1', endedAt: '2026-02-01T00:00:00.000Z' }), tables);
    const found = [];
    for await (const sum of books.daysOf(installationId, '2026-01')) found.push(sum);
    const of = { tier: 'small', unpriced: 0 };
    expect(found).toEqual([
      { ...of, day: '2026-01-15', machines: 1, seconds: 300, costMicros: 5 },
      { ...of, day: '2026-01-16', machines: 1, seconds: 1, costMicros: 1 },
    ]);
  });

  it("keeps one tenant's sums from another's", async () => {
    const tables = await make();
    const { ledger } = tables;
    const [one, other] = [nextId(), nextId()];
    await recordLife(life({ installationId: one }), tables);
    await expect(ledger.sumsOf(other, JANUARY)).resolves.toEqual({ day: NO_USAGE, month: NO_USAGE });
  });
}
