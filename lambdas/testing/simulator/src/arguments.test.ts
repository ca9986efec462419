import { readArguments } from './arguments';
import { ALL_WEATHER } from './scenario/fault-kinds';

const problemOf = (...args: string[]): string => {
  const read = readArguments(args);
  return read.kind === 'wrong' ? read.problem : `no problem: ${read.kind}`;
};

test('the documented command is understood, with a value beside or behind its option', () => {
  const options = { seed: '7', tenants: 100, jobs: 10_000, weather: ALL_WEATHER };
  expect(readArguments(['--tenants', '100', '--jobs', '10000', '--seed', '7'])).toMatchObject({ kind: 'run', options, seeds: 1 });
  expect(readArguments(['--tenants=100', '--jobs=10000', '--seed=7'])).toMatchObject({ kind: 'run', options });
});

test('fair weather is none, and kinds can be chosen', () => {
  expect(readArguments(['--weather', 'fair'])).toMatchObject({ options: { weather: [] } });
  expect(readArguments(['--weather', 'crash,steal'])).toMatchObject({ options: { weather: ['steal', 'crash'] } });
});

test('help is printed wherever it is asked for', () => {
  expect(readArguments(['--jobs', '3', '--help']).kind).toBe('help');
  expect(readArguments(['-h']).kind).toBe('help');
});

test.each([
  [['--job', '3'], '--job is not an option of simulate; --help lists them.'],
  [['jobs'], 'jobs is not an option of simulate; --help lists them.'],
  [['--jobs'], '--jobs needs a value; --help says which.'],
  [['--jobs', '--seed'], '--jobs needs a value; --help says which.'],
  [['--jobs', 'many'], '--jobs must be a whole number from 1 to 100000, not many.'],
  [['--tenants', '0'], '--tenants must be a whole number from 1 to 10000, not 0.'],
  [['--seeds', '3', '--seed', 'x'], '--seeds counts upwards from --seed, so that must be a whole number, not x.'],
])('%j is answered with one sentence', (args, problem) => expect(problemOf(...args)).toBe(problem));

test('an unknown weather is answered with the known ones', () => {
  expect(problemOf('--weather', 'hail')).toMatch(/^--weather knows no hail; it is all, fair, or of webhook-drop, /);
});
