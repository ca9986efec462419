import { Throttled } from '@multi-tenant-runner/core';
import type { ScaleUpDeps } from './deps';
import { throttleWrites } from './throttle-writes';

const entry = {
  ...{ installationId: 1, launchId: '1-1', value: 'configuration', tenantTier: 'default', tier: 'small' },
  expiresAt: new Date('2026-01-15T13:00:00.000Z'),
};

/** What happens, in order, where SSM refuses so many writes. */
async function happens(refusals: number): Promise<readonly string[]> {
  const said: string[] = [];
  let left = refusals;
  const put = async (): Promise<void> => {
    said.push('put');
    if (left-- > 0) throw new Throttled('Rate exceeded');
  };
  const scaleUp = { launchRate: { calls: { burst: 5, refill: 2 }, machines: { burst: 1000, refill: 2 } } };
  const deps = { configs: { put, remove: async () => undefined }, fleet: {}, scaleUp } as unknown as ScaleUpDeps;
  const after = (_milliseconds: number, callBack: () => void): (() => void) => {
    said.push('pause');
    callBack();
    return () => undefined;
  };
  const onWait = async (): Promise<void> => void said.push('told');
  await throttleWrites(deps, after).configs.put(entry, onWait);
  return said.filter((word) => word !== 'pause' || said.includes('told'));
}

test('a configuration that SSM takes at once makes nobody wait', async () => expect(await happens(0)).toEqual(['put']));

test('whoever waits for one that SSM throttles is told before each pause', async () => {
  const said = await happens(2);
  expect(said.filter((word) => word !== 'pause')).toEqual(['put', 'told', 'put', 'told', 'put']);
  expect(said.indexOf('told')).toBeLessThan(said.lastIndexOf('pause'));
});
