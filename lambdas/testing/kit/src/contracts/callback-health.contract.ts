import type { CallbackHealthStore } from '@multi-tenant-runner/core';

const at = (hour: number): Date => new Date(Date.UTC(2026, 0, 15, hour));

/** @param nextId numbers that no other test uses */
export function callbackHealthContract(make: () => CallbackHealthStore, nextId: () => number): void {
  it('knows nothing of a callback that never failed, also after a call that arrived', async () => {
    const [store, tenant] = [make(), nextId()];
    await expect(store.get(tenant)).resolves.toEqual({});
    await store.recordArrival(tenant);
    await expect(store.get(tenant)).resolves.toEqual({});
  });

  it('keeps since when one fails, with the last reason', async () => {
    const [store, tenant] = [make(), nextId()];
    await store.recordFailure(tenant, 'it answered 500', at(1));
    await store.recordFailure(tenant, 'it did not answer in time', at(2));
    await expect(store.get(tenant)).resolves.toEqual({
      failingSince: at(1).toISOString(),
      reason: 'it did not answer in time',
    });
  });

  it('counts what was given up, and keeps it when calls arrive again', async () => {
    const [store, tenant] = [make(), nextId()];
    await store.recordGivenUp(tenant, 'it answered 404', at(1));
    await store.recordGivenUp(tenant, 'it answered 410', at(2));
    const givenUp = { reason: 'it answered 410', givenUp: 2, givenUpAt: at(2).toISOString() };
    await expect(store.get(tenant)).resolves.toEqual({ failingSince: at(1).toISOString(), ...givenUp });
    await store.recordArrival(tenant);
    await expect(store.get(tenant)).resolves.toEqual(givenUp);
    await store.recordFailure(tenant, 'it answered 503', at(3));
    await expect(store.get(tenant)).resolves.toEqual({
      ...givenUp,
      failingSince: at(3).toISOString(),
      reason: 'it answered 503',
    });
  });

  it("keeps each tenant's own", async () => {
    const [store, tenant, other] = [make(), nextId(), nextId()];
    await store.recordFailure(tenant, 'it answered 500', at(1));
    await expect(store.get(other)).resolves.toEqual({});
  });
}
