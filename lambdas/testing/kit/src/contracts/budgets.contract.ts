import type { Budgets } from '@multi-tenant-runner/core';
import type { TestClock } from '../test-clock';

const RATE = { perSecond: 10, burst: 30 };

/**
 * @param make buckets on this clock, which may hold those of other tests
 * @param nextId installations that no other test uses
 */
export function budgetsContract(
  make: () => { readonly budgets: Budgets; readonly clock: TestClock },
  nextId: () => number,
): void {
  it('gives what the bucket holds, and then what comes in', async () => {
    const { budgets, clock } = make();
    const id = nextId();
    for (let chunk = 0; chunk < 3; chunk += 1) await expect(budgets.take(id, 10, RATE)).resolves.toBeUndefined();
    const retryAt = await budgets.take(id, 10, RATE);
    expect((retryAt?.getTime() ?? 0) - clock.now().getTime()).toBe(1_000);
    clock.advance(1_000);
    await expect(budgets.take(id, 10, RATE)).resolves.toBeUndefined();
    await expect(budgets.take(id, 10, RATE)).resolves.toBeInstanceOf(Date);
  });

  it("takes nothing from another's bucket", async () => {
    const { budgets } = make();
    const [one, other] = [nextId(), nextId()];
    while ((await budgets.take(one, 10, RATE)) === undefined);
    await expect(budgets.take(other, 30, RATE)).resolves.toBeUndefined();
  });

  it('counts all that take at once', async () => {
    const { budgets } = make();
    const id = nextId();
    const taken = await Promise.all(Array.from({ length: 8 }, () => budgets.take(id, 10, RATE)));
    expect(taken.filter((retryAt) => retryAt === undefined)).toHaveLength(3);
  });
  describe("the account's line", () => {
    const draws = (machines: number) => [
      { tokens: 1, rate: { perSecond: 2, burst: 5 } },
      { tokens: machines, rate: { perSecond: 2, burst: 1_000 } },
    ];

    it('has places at once, and then one after the other, whoever asks', async () => {
      const { budgets, clock } = make();
      // Whatever other tests have taken.
      clock.advance(3_600_000);
      const now = clock.now().getTime();
      const places = await Promise.all(Array.from({ length: 8 }, () => budgets.place(draws(1), 10_000)));
      const after = places.map((at) => (at?.getTime() ?? 0) - now).sort((a, b) => a - b);
      expect(after).toEqual([0, 0, 0, 0, 0, 500, 1_000, 1_500]);
    });

    it('takes nothing for a place that is too far away', async () => {
      const { budgets, clock } = make();
      clock.advance(2 * 3_600_000);
      await expect(budgets.place(draws(1_000), 10_000)).resolves.toEqual(clock.now());
      await expect(budgets.place(draws(25), 10_000)).resolves.toBeUndefined();
      const next = await budgets.place(draws(4), 10_000);
      expect((next?.getTime() ?? 0) - clock.now().getTime()).toBe(2_000);
    });
  });
}
