import type { RunnerParameters } from '@multi-tenant-runner/core';

export interface ParametersUnderTest {
  readonly parameters: RunnerParameters;
  /** The value as its machine would read it. */
  read(installationId: number, instanceId: string): Promise<string | undefined>;
}

/** What every store of runner configurations keeps. */
export function runnerParametersContract(make: () => Promise<ParametersUnderTest>, nextId: () => number): void {
  let place: ParametersUnderTest;
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
    await place.parameters.put(entry('i-1'));
    await place.parameters.put(entry('i-1', 'newer'));
    await expect(place.read(id, 'i-1')).resolves.toBe('newer');
    await expect(place.parameters.list(id)).resolves.toEqual(['i-1']);
  });

  it('takes one of the length that GitHub gives', async () => {
    await place.parameters.put(entry('i-1', 'x'.repeat(6_000)));
    await expect(place.read(id, 'i-1')).resolves.toHaveLength(6_000);
  });

  it('lists and removes those of one tenant only', async () => {
    const ids = Array.from({ length: 12 }, (_, index) => `i-${index}`);
    for (const instanceId of ids) await place.parameters.put(entry(instanceId));
    const own = id;
    id = nextId();
    await place.parameters.put(entry('i-0', 'foreign'));
    expect([...(await place.parameters.list(own))].sort()).toEqual([...ids].sort());
    await place.parameters.remove(own, [...ids, 'i-never']);
    await expect(place.parameters.list(own)).resolves.toEqual([]);
    await expect(place.read(id, 'i-0')).resolves.toBe('foreign');
  });
}
