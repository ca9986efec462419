import { decideAcquire, decideLockRelease, livingLocks, type LockStore } from '@multi-tenant-runner/core';

const NOW = new Date('2026-01-15T12:00:00.000Z');
const asking = (holder: string) => ({ name: 'production', holder, by: 'jane', ttl: 30_000, wait: true });

/** @param nextId numbers that no other test uses */
export function lockStoreContract(make: () => Promise<LockStore>, nextId: () => number): void {
  it('has one holder of those who ask at the same time, and the others in line', async () => {
    const [store, other, tenant] = [await make(), await make(), nextId()];
    const answers = await Promise.all(
      ['one', 'two', 'three', 'four', 'five', 'six'].map((holder, index) =>
        (index % 2 === 0 ? store : other).change(tenant, (locks) => decideAcquire(locks, asking(holder), NOW)),
      ),
    );
    expect(answers.filter(({ kind }) => kind === 'granted')).toHaveLength(1);
    const positions = answers.flatMap((answer) => (answer.kind === 'held' ? [answer.position] : []));
    expect(positions.sort()).toEqual([1, 2, 3, 4, 5]);
    expect(livingLocks(await other.read(tenant), NOW)['production']?.waiters).toHaveLength(5);
  });

  it('gives each lease a higher number, and keeps it when the lock is free', async () => {
    const [store, tenant] = [await make(), nextId()];
    const fences: number[] = [];
    for (const holder of ['one', 'two', 'three']) {
      const answer = await store.change(tenant, (locks) => decideAcquire(locks, asking(holder), NOW));
      if (answer.kind === 'granted') fences.push(answer.lease.fence);
      await store.change(tenant, (locks) => decideLockRelease(locks, { ...asking(holder), force: false }, NOW));
    }
    expect(fences).toEqual([NOW.getTime(), NOW.getTime() + 1, NOW.getTime() + 2]);
    expect(await store.read(tenant)).toEqual({ fence: NOW.getTime() + 2, byName: {} });
  });

  it("keeps tenants' locks of a name apart", async () => {
    const store = await make();
    const answers = await Promise.all(
      [nextId(), nextId()].map((tenant) => store.change(tenant, (locks) => decideAcquire(locks, asking('one'), NOW))),
    );
    expect(answers).toMatchObject([{ kind: 'granted' }, { kind: 'granted' }]);
  });

  it('ends the locks of a tenant that is gone, twice as once, and one that had none', async () => {
    const [store, tenant] = [await make(), nextId()];
    await store.end(tenant, NOW);
    const take = () => store.change(tenant, (locks) => decideAcquire(locks, asking('one'), NOW));
    const before = await take();
    await store.end(tenant, NOW);
    await store.end(tenant, NOW);
    expect(livingLocks(await store.read(tenant), NOW)).toEqual({});
    const after = await take();
    expect([before.kind, after.kind]).toEqual(['granted', 'granted']);
  });
}
