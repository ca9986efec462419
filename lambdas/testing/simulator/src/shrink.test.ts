import type { Promised } from './invariants/violations';
import { shrink } from './shrink';
import { ALL_FAULTS } from './scenario/fault-kinds';

const given = { seed: '1', tenants: 6, jobs: 30, faultKinds: ALL_FAULTS };

test('what a failure does not need is left out', async () => {
  const smallest = await shrink(given, async ({ faultKinds, onlyJobs, onlyTenants }) => {
    const needed =
      faultKinds.includes('crash') &&
      faultKinds.includes('lag') &&
      (onlyJobs?.includes(7) ?? true) &&
      (onlyTenants?.includes(3) ?? true);
    return new Set<Promised>(needed ? ['lost'] : []);
  });
  expect(smallest).toMatchObject({ onlyJobs: [7], onlyTenants: [3] });
  expect(new Set(smallest?.faultKinds)).toEqual(new Set(['crash', 'lag']));
});

test('a smaller run that breaks something else does not count', async () => {
  const smallest = await shrink(
    given,
    async ({ faultKinds }) => new Set<Promised>(faultKinds.length === ALL_FAULTS.length ? ['lost'] : ['doubled']),
  );
  expect(smallest?.faultKinds).toEqual(ALL_FAULTS);
});

test('a run that breaks nothing is not shrunk', async () => {
  expect(await shrink(given, async () => new Set())).toBeUndefined();
});
