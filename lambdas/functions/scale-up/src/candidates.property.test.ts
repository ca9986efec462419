import fc from 'fast-check';
import type { Tier } from '@multi-tenant-runner/core';
import { RecentRefusals, candidatesFor, clientTokenFor } from './candidates';

const tierOf = (instanceTypes: readonly string[], spot: boolean): Tier => ({ name: 'small', labels: ['small'], maxRunners: 2, instanceTypes, spot, runnerGroupId: 1 });
const types = fc.uniqueArray(fc.constantFrom('t3.large', 'm5.large', 'm6i.large'), { minLength: 1 });
const subnets = fc.uniqueArray(fc.constantFrom('subnet-a', 'subnet-b', 'subnet-c'), { minLength: 1 });
const launchId = fc.nat().map((jobId) => `${jobId}-1`);

test('every type in every subnet is tried once, spot before on-demand where asked', () => {
  fc.assert(
    fc.property(types, subnets, fc.boolean(), launchId, (instanceTypes, subnetIds, spot, id) => {
      const candidates = candidatesFor(tierOf(instanceTypes, spot), subnetIds, id, () => false);
      expect(new Set(candidates.map(({ key }) => key)).size).toBe(instanceTypes.length * subnetIds.length * (spot ? 2 : 1));
      expect(candidates.map((candidate) => candidate.spot)).toEqual([...candidates.map((candidate) => candidate.spot)].sort((a, b) => Number(b) - Number(a)));
    }),
  );
});

test('what was refused lately comes last, and nothing is left out for it', () => {
  fc.assert(
    fc.property(types, subnets, launchId, fc.func(fc.boolean()), (instanceTypes, subnetIds, id, refused) => {
      const all = candidatesFor(tierOf(instanceTypes, false), subnetIds, id, () => false);
      const ordered = candidatesFor(tierOf(instanceTypes, false), subnetIds, id, refused);
      expect(new Set(ordered)).toEqual(new Set(all));
      const flags = ordered.map(({ key }) => refused(key));
      expect(flags).toEqual([...flags].sort((a, b) => Number(a) - Number(b)));
    }),
  );
});

test('a token is the same for the same call and differs for any other, within EC2\'s 64 characters', () => {
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
  const refusals = new RecentRefusals(1000);
  refusals.add('a', new Date(0));
  expect([refusals.has('a', new Date(999)), refusals.has('a', new Date(1000)), refusals.has('b', new Date(0))]).toEqual([true, false, false]);
});
