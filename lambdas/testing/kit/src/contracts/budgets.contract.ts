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
}
