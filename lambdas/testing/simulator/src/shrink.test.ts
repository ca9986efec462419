import type { Promised } from './invariants/violations';
import { shrink } from './shrink';
import { ALL_WEATHER } from './scenario/fault-kinds';

const given = { seed: '1', tenants: 6, jobs: 30, weather: ALL_WEATHER };

test('what a failure does not need is left out', async () => {
  const smallest = await shrink(given, async ({ weather, onlyJobs, onlyTenants }) => {
    const needed = weather.includes('crash') && weather.includes('lag') && (onlyJobs?.includes(7) ?? true) && (onlyTenants?.includes(3) ?? true);
    return new Set<Promised>(needed ? ['lost'] : []);
  });
  expect(smallest).toMatchObject({ onlyJobs: [7], onlyTenants: [3] });
  expect(new Set(smallest?.weather)).toEqual(new Set(['crash', 'lag']));
});

test('a smaller run that breaks something else does not count', async () => {
  const smallest = await shrink(given, async ({ weather }) => new Set<Promised>(weather.length === ALL_WEATHER.length ? ['lost'] : ['doubled']));
  expect(smallest?.weather).toEqual(ALL_WEATHER);
});

test('a run that breaks nothing is not shrunk', async () => {
  expect(await shrink(given, async () => new Set())).toBeUndefined();
});
