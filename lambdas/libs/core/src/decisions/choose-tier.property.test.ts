import fc from 'fast-check';
import { chooseTier, compareTiers, mayUseTier, tiersThatFit } from './choose-tier';
import type { Tier } from '../model/tier';

const LABELS = ['self-hosted', 'linux', 'x64', 'small', 'medium', 'gpu'];
const tierOf = (name: string, maxRunners: number, labels: readonly string[], rank?: number): Tier => ({
  name,
  labels,
  maxRunners,
  instanceTypes: ['t3.medium'],
  capacity: 'on-demand' as const,
  runnerGroupId: 1,
  ...(rank !== undefined && { rank }),
});
const anyTier = fc
  .record({
    name: fc.constantFrom('a', 'b', 'c', 'd'),
    maxRunners: fc.nat(3),
    labels: fc.subarray(LABELS, { minLength: 1 }),
    rank: fc.option(fc.nat(2), { nil: undefined }),
  })
  .map(({ name, maxRunners, labels, rank }) => tierOf(name, maxRunners, labels, rank));
const anyTiers = fc
  .uniqueArray(anyTier, { selector: ({ name }) => name, minLength: 1, maxLength: 4 })
  .map((list) => new Map(list.map((tier) => [tier.name, tier])));
const scrambled = (label: string, upper: boolean): string => (upper ? label.toUpperCase() : label);

test('a tier fits exactly when it has every label of the job', () => {
  fc.assert(
    fc.property(fc.subarray(LABELS, { minLength: 1 }), anyTiers, (labels, tiers) => {
      const fitting = tiersThatFit(labels, tiers).map(({ name }) => name);
      for (const tier of tiers.values())
        expect(fitting.includes(tier.name)).toBe(labels.every((label) => tier.labels.includes(label)));
    }),
  );
});

test('neither the order nor the case of labels matters', () => {
  fc.assert(
    fc.property(
      fc.shuffledSubarray(LABELS, { minLength: 1 }),
      fc.infiniteStream(fc.boolean()),
      anyTiers,
      (labels, upper, tiers) => {
        const flags = upper[Symbol.iterator]();
        const other = [...labels].reverse().map((label) => scrambled(label, flags.next().value === true));
        expect(tiersThatFit(other, tiers)).toEqual(tiersThatFit(labels, tiers));
      },
    ),
  );
});

test('an empty label list fits nothing', () => {
  fc.assert(fc.property(anyTiers, (tiers) => expect(tiersThatFit([], tiers)).toEqual([])));
});

test('the choice is one of the fitting tiers, the own one first and the default one second', () => {
  let sawLowest = false;
  fc.assert(
    fc.property(
      anyTiers,
      fc.constantFrom('a', 'b', 'c', 'd'),
      fc.constantFrom('a', 'b', 'c', 'd'),
      (tiers, own, byDefault) => {
        const fitting = [...tiers.values()];
        const chosen = chooseTier(fitting, own, byDefault);
        const expected = tiers.get(own) ?? tiers.get(byDefault);
        sawLowest ||= expected === undefined;
        expect(chosen).toEqual(expected ?? [...fitting].sort(compareTiers)[0]);
      },
    ),
  );
  expect(sawLowest).toBe(true);
});

test('no tier fits, none is chosen', () => expect(chooseTier([], 'small', 'small')).toBeUndefined());

test('up_to_own refuses what is larger than the own tier and nothing else', () => {
  const [small, medium] = [tierOf('small', 2, ['small']), tierOf('medium', 5, ['medium'])];
  expect(mayUseTier('up_to_own', medium, small)).toBe(false);
  expect(mayUseTier('up_to_own', small, medium)).toBe(true);
  expect(mayUseTier('up_to_own', small, small)).toBe(true);
  expect(mayUseTier('any', medium, small)).toBe(true);
});

test('a rank outweighs the limit', () => {
  expect(compareTiers(tierOf('a', 9, ['x'], 1), tierOf('b', 1, ['x'], 2))).toBeLessThan(0);
});
