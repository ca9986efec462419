import type { ConfigStore } from '@multi-tenant-runner/core';

export interface ConfigStoreUnderTest {
  readonly configs: ConfigStore;
}

/** What every store of runner configurations keeps. */
export function configStoreContract(make: () => Promise<ConfigStoreUnderTest>, nextId: () => number): void {
  let place: ConfigStoreUnderTest;
  let id: number;
  const entry = (launchId: string, value = 'config') => ({
    installationId: id,
    launchId,
    value,
    tenantTier: 'small',
    tier: 'large',
    expiresAt: new Date(Date.now() + 3_600_000),
  });

  beforeEach(async () => {
    place = await make();
    id = nextId();
  });

  it('keeps a configuration for its launch, and replaces it', async () => {
    await place.configs.put(entry('7001-1'));
    await place.configs.put(entry('7001-1', 'newer'));
    await expect(place.configs.list(id)).resolves.toEqual(['7001-1']);
    await expect(place.configs.take(id, '7001-1')).resolves.toBe('newer');
  });

  it('takes one of the length that GitHub gives', async () => {
    await place.configs.put(entry('7001-1', 'x'.repeat(6_000)));
    await expect(place.configs.take(id, '7001-1')).resolves.toHaveLength(6_000);
  });

  it('lists and removes those of one tenant only', async () => {
    const ids = Array.from({ length: 12 }, (_, index) => `${index}-1`);
    for (const launchId of ids) await place.configs.put(entry(launchId));
    const own = id;
    id = nextId();
    await place.configs.put(entry('0-1', 'foreign'));
    expect([...(await place.configs.list(own))].sort()).toEqual([...ids].sort());
    await place.configs.remove(own, [...ids, '9-1']);
    await expect(place.configs.list(own)).resolves.toEqual([]);
    await expect(place.configs.take(id, '0-1')).resolves.toBe('foreign');
  });

  it('has none of a launch that was given none, or of another tenant', async () => {
    await place.configs.put(entry('7001-1'));
    await expect(place.configs.take(id, '7002-1')).resolves.toBeUndefined();
    await expect(place.configs.take(nextId(), '7001-1')).resolves.toBeUndefined();
  });

  it('has none after it was removed', async () => {
    await place.configs.put(entry('7001-1'));
    await place.configs.remove(id, ['7001-1']);
    await expect(place.configs.take(id, '7001-1')).resolves.toBeUndefined();
  });
}
