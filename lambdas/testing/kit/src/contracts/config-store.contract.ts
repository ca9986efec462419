import type { ConfigStore } from '@multi-tenant-runner/core';

export interface ConfigStoreUnderTest {
  readonly configs: ConfigStore;
  /** The value as its machine would read it. */
  read(installationId: number, instanceId: string): Promise<string | undefined>;
}

/** What every store of runner configurations keeps. */
export function configStoreContract(make: () => Promise<ConfigStoreUnderTest>, nextId: () => number): void {
  let place: ConfigStoreUnderTest;
  let id: number;
  const entry = (instanceId: string, value = 'config') => ({
    installationId: id,
    instanceId,
    value,
    tenantTier: 'small',
    tier: 'large',
    expiresAt: new Date(Date.now() + 3_600_000),
  });

  beforeEach(async () => {
    place = await make();
    id = nextId();
  });

  it('keeps a configuration for its machine, and replaces it', async () => {
    await place.configs.put(entry('i-1'));
    await place.configs.put(entry('i-1', 'newer'));
    await expect(place.read(id, 'i-1')).resolves.toBe('newer');
    await expect(place.configs.list(id)).resolves.toEqual(['i-1']);
  });

  it('takes one of the length that GitHub gives', async () => {
    await place.configs.put(entry('i-1', 'x'.repeat(6_000)));
    await expect(place.read(id, 'i-1')).resolves.toHaveLength(6_000);
  });

  it('lists and removes those of one tenant only', async () => {
    const ids = Array.from({ length: 12 }, (_, index) => `i-${index}`);
    for (const instanceId of ids) await place.configs.put(entry(instanceId));
    const own = id;
    id = nextId();
    await place.configs.put(entry('i-0', 'foreign'));
    expect([...(await place.configs.list(own))].sort()).toEqual([...ids].sort());
    await place.configs.remove(own, [...ids, 'i-never']);
    await expect(place.configs.list(own)).resolves.toEqual([]);
    await expect(place.read(id, 'i-0')).resolves.toBe('foreign');
  });
}
