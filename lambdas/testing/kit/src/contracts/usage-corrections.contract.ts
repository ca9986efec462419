import {
  NO_USAGE,
  addUsage,
  correctUsage,
  usageOf,
  usageOfCorrection,
  type CorrectionAnswer,
  type CorrectionRequest,
  type MachineLife,
  type UsageSum,
} from '@multi-tenant-runner/core';
import fc from 'fast-check';
import { machineLife as life } from '../factories';
import { createInMemoryAuditTrail } from '../fakes/audit-trail';
import { recordLife, type LedgerUnderTest } from './usage-ledger.contract';

const JANUARY = { day: '2026-01-15', month: '2026-01' };
const NOTE = { by: 'arn:aws:iam::123456789012:user/ops', reason: 'it ended earlier', via: 'mtr' } as const;

/** As `mtr usage correct` and the API do it. */
function correct(machine: MachineLife, request: CorrectionRequest, tables: LedgerUnderTest): Promise<CorrectionAnswer> {
  const { installationId, launchId, startedAt } = machine;
  const note = { ...NOTE, at: new Date('2026-02-03T12:00:00.000Z'), requestId: request.id };
  const deps = { corrections: tables.corrections, audit: createInMemoryAuditTrail() };
  return correctUsage({ key: { installationId, launchId, startedAt }, request, note }, deps);
}

/** What the rows come to. */
async function sumOfRows(lives: readonly MachineLife[], { corrections }: LedgerUnderTest): Promise<UsageSum> {
  const added: UsageSum[] = lives.map(usageOf);
  const [first] = lives;
  if (first !== undefined)
    for await (const row of corrections.ofMonth(first.installationId, JANUARY.month))
      added.push(usageOfCorrection(row));
  return added.reduce(addUsage, NO_USAGE);
}

/** What every ledger must do with what was wrong in it. */
export function usageCorrectionsContract(make: () => Promise<LedgerUnderTest>, nextId: () => number): void {
  it('adds a row, leaves the life as it is, and the sums of its day and month follow', async () => {
    const tables = await make();
    const wrong = life({ installationId: nextId(), seconds: 3_600, costMicros: 44_900 });
    await recordLife(wrong, tables);
    const answer = await correct(wrong, { id: 'ticket-1', seconds: 300, costMicros: 3_741 }, tables);
    expect(answer).toMatchObject({ kind: 'recorded', correction: { number: 1, seconds: -3_300, costMicros: -41_159 } });
    const sum = { machines: 1, seconds: 300, costMicros: 3_741, unpriced: 0 };
    await expect(tables.ledger.sumsOf(wrong.installationId, JANUARY)).resolves.toEqual({ day: sum, month: sum });
    const { installationId, launchId, startedAt } = wrong;
    const found = await tables.corrections.find({ installationId, launchId, startedAt });
    expect(found).toMatchObject({ life: wrong, corrections: [{ id: 'ticket-1', by: NOTE.by, reason: NOTE.reason }] });
  });

  it('counts an id once, however often it is asked and at the same time', async () => {
    const tables = await make();
    const installationId = nextId();
    const [one, other] = [life({ installationId }), life({ installationId, launchId: '7002-1' })];
    await recordLife(one, tables);
    await recordLife(other, tables);
    const ask = () => correct(one, { id: 'ticket-1', seconds: 60, costMicros: 100 }, tables);
    const kinds = (await Promise.all([ask(), ask(), ask()])).map(({ kind }) => kind);
    expect(kinds.sort()).toEqual(['nothing', 'nothing', 'recorded']);
    for (const [machine, request] of [
      [one, { id: 'ticket-1', seconds: 61 }],
      [other, { id: 'ticket-1', seconds: 60 }],
    ] as const)
      expect(await correct(machine, request, tables)).toMatchObject({ kind: 'refuse' });
    const { month } = await tables.ledger.sumsOf(installationId, JANUARY);
    expect(month).toMatchObject({ machines: 2, seconds: 360 });
  });

  it('lets each of several at the same time count with those before', async () => {
    const tables = await make();
    const machine = life({ installationId: nextId() });
    await recordLife(machine, tables);
    const wanted = [10, 20, 30];
    await Promise.all(wanted.map((seconds) => correct(machine, { id: `ticket-${seconds}`, seconds }, tables)));
    const { day } = await tables.ledger.sumsOf(machine.installationId, JANUARY);
    expect(wanted).toContain(day.seconds);
    await expect(sumOfRows([machine], tables)).resolves.toEqual(day);
  });

  it('gives a cost to a machine that had no price', async () => {
    const tables = await make();
    const { price: _price, ...bare } = life({ installationId: nextId(), costMicros: 0 });
    await recordLife(bare, tables);
    await correct(bare, { id: 'priced', costMicros: 500 }, tables);
    const { month } = await tables.ledger.sumsOf(bare.installationId, JANUARY);
    expect(month).toEqual({ machines: 1, seconds: 300, costMicros: 500, unpriced: 0 });
  });

  it('knows no machine that is not in the ledger', async () => {
    const tables = await make();
    expect(await correct(life({ installationId: nextId() }), { id: 'x', seconds: 1 }, tables)).toMatchObject({
      kind: 'none',
    });
  });

  it('has sums that are those of the lives and their corrections, in whatever order', async () => {
    const tables = await make();
    const order = fc.record({
      machine: fc.nat(2),
      id: fc.integer({ min: 1, max: 6 }).map((id) => `ticket-${id}`),
      seconds: fc.option(fc.nat(5_000), { nil: undefined }),
      costMicros: fc.option(fc.nat(90_000), { nil: undefined }),
    });
    const property = fc.asyncProperty(fc.array(fc.array(order, { maxLength: 3 }), { maxLength: 4 }), async (rounds) => {
      const installationId = nextId();
      const lives = [0, 1, 2].map((number) =>
        life({ installationId, launchId: `${number}-1`, tier: `size-${number}` }),
      );
      for (const one of lives) await recordLife(one, tables);
      for (const round of rounds)
        await Promise.all(
          round.map(({ machine, id, seconds, costMicros }) => {
            const request = {
              id,
              ...(seconds !== undefined && { seconds }),
              ...(costMicros !== undefined && { costMicros }),
            };
            return correct(lives[machine] ?? life(), request, tables);
          }),
        );
      const { day, month } = await tables.ledger.sumsOf(installationId, JANUARY);
      expect(day).toEqual(month);
      expect(await sumOfRows(lives, tables)).toEqual(month);
      expect(Math.min(month.seconds, month.costMicros, month.unpriced)).toBeGreaterThanOrEqual(0);
    });
    await fc.assert(property, { numRuns: 15 });
  });
}
