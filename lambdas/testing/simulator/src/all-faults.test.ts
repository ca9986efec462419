import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { SimulationOptions } from './scenario/options';
import { simulate } from './simulate';
import { ALL_FAULTS } from './scenario/fault-kinds';

const SEEDS = 300;
const GROUP = 10;
const KEPT = join(__dirname, '..', 'seeds');

/** Runs that broke a promise, of the product or of one that was broken on purpose, made small. */
interface KeptSeed {
  readonly about: string;
  readonly options: SimulationOptions;
}

const groups = Array.from({ length: SEEDS / GROUP }, (_, index) => index * GROUP + 1);

test.each(groups)('three tenants with every kind of fault keep every promise: seeds from %i on', async (first) => {
  for (let seed = first; seed < first + GROUP; seed += 1) {
    const { violations } = await simulate({ seed: String(seed), tenants: 3, jobs: 12, faultKinds: ALL_FAULTS });
    expect({ seed, violations }).toEqual({ seed, violations: [] });
  }
});

const kept = existsSync(KEPT)
  ? readdirSync(KEPT).map((file) => ({ file, ...(JSON.parse(readFileSync(join(KEPT, file), 'utf8')) as KeptSeed) }))
  : [];

test('every kept seed says what it once showed', () => {
  expect(kept.filter(({ about }) => typeof about !== 'string' || about === '')).toEqual([]);
});

for (const { file, about, options } of kept) {
  test(`${file}: ${about}`, async () => expect((await simulate(options)).violations).toEqual([]));
}
