import { wantedPools } from '../decisions/pool-size';
import { blankSecretOf, placeOfSecret } from './blank';
import { parsePools, type Pools } from './pool';

const GIVEN = {
  small: {
    size: 1,
    max_idle: 720,
    template: 'lt-1/3',
    schedule: [
      { cron: '0 9 * * *', time_zone: 'Europe/Berlin', size: 9 },
      { cron: '* 8-17 * * 1-5', time_zone: 'Europe/Berlin', size: 5 },
    ],
    dedicated: { '1001': 2 },
  },
  'very-large_2': { size: 0, max_idle: 15, template: 'lt-2/1' },
};

function read(value: unknown): Pools {
  const parsed = parsePools(value, {});
  if (!parsed.ok) throw new Error(parsed.problems.join('; '));
  return parsed.value;
}

test.each([
  ['2026-01-15T10:00:00Z', 5],
  ['2026-01-15T20:00:00Z', 1],
  // The first entry that holds.
  ['2026-01-15T08:00:30Z', 9],
])('at %s the pool has %s machines, and the tenants’ own ones theirs', (at, size) => {
  expect(wantedPools(read(GIVEN), new Date(at))).toEqual([
    { tier: 'small', size },
    { tier: 'small', dedicated: 1001, size: 2 },
    { tier: 'very-large_2', size: 0 },
  ]);
});

test.each([
  [{ small: { ...GIVEN.small, schedule: [{ cron: '* *', time_zone: 'UTC', size: 1 }] } }, /cron .*five fields/],
  [{ small: { ...GIVEN.small, schedule: [{ cron: '* * * * *', time_zone: 'Mars/Base', size: 1 }] } }, /time zone/],
  [{ small: { ...GIVEN.small, size: -1 } }, /small.size is not an integer/],
  [{ small: { size: 1 } }, /max_idle is missing/],
])('names what is wrong in the environment', (value, problem) => {
  const parsed = parsePools(value, {});
  expect(parsed.ok ? '' : parsed.problems.join('; ')).toMatch(problem);
});

describe('the secret of a blank machine', () => {
  const derived = 'aB3-_'.repeat(9).slice(0, 43);

  test.each([
    { tier: 'small', place: 0 },
    { tier: 'very-large_2', place: 49 },
    { tier: 'a-1-2', dedicated: 12_345_678, place: 7 },
  ])('names its place: %j', (place) => {
    const secret = blankSecretOf(place, [place.place], derived);
    expect(placeOfSecret(secret)).toEqual(place);
    expect(placeOfSecret(secret, 1)).toBeUndefined();
    expect(secret).toMatch(/^[A-Za-z0-9_-]{20,100}$/);
  });

  test('of several by one call names the place of each, by its number', () => {
    const places = Array.from({ length: 50 }, (_, at) => 950 + at);
    const secret = blankSecretOf({ tier: 'x'.repeat(24), dedicated: 1_234_567_890 }, places, derived);
    expect(secret).toMatch(/^[A-Za-z0-9_-]{20,300}$/);
    for (const [index, place] of places.entries()) expect(placeOfSecret(secret, index)).toMatchObject({ place });
    expect(placeOfSecret(secret, 50)).toBeUndefined();
    expect(placeOfSecret(secret, 0.5)).toBeUndefined();
  });

  test.each([derived, `pool-small-0-1-${derived}x`, `pool-small-0-${derived}`, 'pool-'])('%s is none', (secret) =>
    expect(placeOfSecret(secret)).toBeUndefined(),
  );
});
