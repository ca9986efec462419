import fc from 'fast-check';
import { CAPACITIES, clientTokenFor, type Capacity, type Tier } from '@multi-tenant-runner/core';
import { RecentCapacityErrors, candidatesFor } from './candidates';

const tierOf = (instanceTypes: readonly string[], capacity: Capacity): Tier => ({
  name: 'small',
  labels: ['small'],
  maxRunners: 2,
  instanceTypes,
  capacity,
  runnerGroupId: 1,
});
const types = fc.uniqueArray(fc.constantFrom('t3.large', 'm5.large', 'm6i.large'), { minLength: 1 });
const subnets = fc.uniqueArray(fc.constantFrom('subnet-a', 'subnet-b', 'subnet-c'), { minLength: 1 });
const launchId = fc.nat().map((jobId) => `${jobId}-1`);

test('every type in every subnet is tried once, spot before on-demand where asked', () => {
  fc.assert(
    fc.property(types, subnets, fc.constantFrom(...CAPACITIES), launchId, (instanceTypes, subnetIds, capacity, id) => {
      const candidates = candidatesFor(tierOf(instanceTypes, capacity), subnetIds, id, () => false);
      expect(new Set(candidates.map(({ key }) => key)).size).toBe(
        instanceTypes.length * subnetIds.length * (capacity === 'spot-with-fallback' ? 2 : 1),
      );
      expect(candidates.map((candidate) => candidate.spot)).toEqual(
        [...candidates.map((candidate) => candidate.spot)].sort((a, b) => Number(b) - Number(a)),
      );
    }),
  );
});

test.each([
  ['on-demand', [false]],
  ['spot', [true]],
  ['spot-with-fallback', [true, false]],
] as const)('%s asks in these markets only: %j', (capacity, markets) => {
  const candidates = candidatesFor(tierOf(['t3.large'], capacity), ['subnet-a'], '1-1', () => false);
  expect(candidates.map(({ spot }) => spot)).toEqual(markets);
});

test('what was refused lately comes last, and nothing is left out for it', () => {
  fc.assert(
    fc.property(types, subnets, launchId, fc.func(fc.boolean()), (instanceTypes, subnetIds, id, refused) => {
      const all = candidatesFor(tierOf(instanceTypes, 'on-demand'), subnetIds, id, () => false);
      const ordered = candidatesFor(tierOf(instanceTypes, 'on-demand'), subnetIds, id, refused);
      expect(new Set(ordered)).toEqual(new Set(all));
      const flags = ordered.map(({ key }) => refused(key));
      expect(flags).toEqual([...flags].sort((a, b) => Number(a) - Number(b)));
    }),
  );
});

test("a token is the same for the same call and differs for any other, within EC2's 64 characters", () => {
  fc.assert(
    fc.property(fc.nat(), launchId, fc.string(), (installationId, id, key) => {
      const token = clientTokenFor(installationId, id, key);
      expect(token).toBe(clientTokenFor(installationId, id, key));
      expect(token).toMatch(/^[0-9a-f]{64}$/);
      expect(clientTokenFor(installationId, id, `${key}x`)).not.toBe(token);
      expect(clientTokenFor(installationId + 1, id, key)).not.toBe(token);
    }),
  );
});

test('a refusal is forgotten after its time', () => {
  const capacityErrors = new RecentCapacityErrors(1000);
  capacityErrors.add('a', new Date(0));
  expect([
    capacityErrors.has('a', new Date(999)),
    capacityErrors.has('a', new Date(1000)),
    capacityErrors.has('b', new Date(0)),
  ]).toEqual([true, false, false]);
});
