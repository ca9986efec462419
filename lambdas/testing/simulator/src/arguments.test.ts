import { parseArguments } from './arguments';
import { ALL_FAULTS } from './scenario/fault-kinds';

const problemOf = (...args: string[]): string => {
  const read = parseArguments(args);
  return read.kind === 'wrong' ? read.problem : `no problem: ${read.kind}`;
};

test('the documented command is understood, with a value beside or behind its option', () => {
  const options = { seed: '7', tenants: 100, jobs: 10_000, faultKinds: ALL_FAULTS };
  expect(parseArguments(['--tenants', '100', '--jobs', '10000', '--seed', '7'])).toMatchObject({
    kind: 'run',
    options,
    seeds: 1,
  });
  expect(parseArguments(['--tenants=100', '--jobs=10000', '--seed=7'])).toMatchObject({ kind: 'run', options });
});

test('a burst has jobs of each tenant, and perhaps a flood', () => {
  expect(parseArguments(['--burst', '99', '--flood', '500'])).toEqual({
    kind: 'burst',
    tenants: 99,
    jobs: 1,
    flood: 500,
    isFirst: false,
    setup: { shared: false },
  });
  expect(parseArguments(['--burst', '1', '--each', '25', '--first'])).toMatchObject({
    ...{ tenants: 1, jobs: 25, flood: 0, isFirst: true },
  });
});

test('a burst may share calls, run more functions at once, and keep configurations in DynamoDB', () => {
  const setup = { shared: true, concurrency: 30, configStore: 'dynamodb' };
  expect(
    parseArguments(['--burst', '9', '--shared', '--concurrency', '30', '--config-store', 'dynamodb']),
  ).toMatchObject({ setup });
});

test('pushes are of so many tenants, for so long, with what ECS allows', () => {
  expect(parseArguments(['--pushes', '10'])).toEqual({
    kind: 'pushes',
    pushes: 10,
    tenants: 100,
    apps: 1,
    minutes: 5,
    raised: 1,
    faults: false,
    seed: '1',
  });
  expect(parseArguments(['--pushes', '1', '--each', '2', '--faults', 'all'])).toMatchObject({ apps: 2, faults: true });
});

test('no faults is none, and kinds can be chosen', () => {
  expect(parseArguments(['--faults', 'none'])).toMatchObject({ options: { faultKinds: [] } });
  expect(parseArguments(['--faults', 'crash,steal'])).toMatchObject({ options: { faultKinds: ['steal', 'crash'] } });
});

test('help is printed wherever it is asked for', () => {
  expect(parseArguments(['--jobs', '3', '--help']).kind).toBe('help');
  expect(parseArguments(['-h']).kind).toBe('help');
});

test.each([
  [
    ['--job', '3'],
    expect.stringMatching(
      /^--job is not an option of simulate, which takes --tenants, --jobs, .* and --json; --help says more\.$/,
    ),
  ],
  [
    ['jobs'],
    expect.stringMatching(
      /^jobs is not an option of simulate, which takes --tenants, --jobs, .* and --json; --help says more\.$/,
    ),
  ],
  [['--jobs'], '--jobs needs a value; --help says which.'],
  [['--jobs', '--seed'], '--jobs needs a value; --help says which.'],
  [['--jobs', 'many'], '--jobs must be a whole number from 1 to 1000000, not many.'],
  [['--tenants', '0'], '--tenants must be a whole number from 1 to 10000, not 0.'],
  [
    ['--burst', '9', '--config-store', 'dynamo'],
    '--config-store takes dynamodb, or is left out for SSM, and is not dynamo.',
  ],
  [['--seeds', '3', '--seed', 'x'], '--seeds counts upwards from --seed, so that must be an integer, not x.'],
])('%j is answered with one sentence', (args, problem) => expect(problemOf(...args)).toEqual(problem));

test('an unknown fault is answered with the known ones', () => {
  expect(problemOf('--faults', 'hail')).toMatch(
    /^hail is not a kind of fault; --faults takes all, none, or of webhook-drop, /,
  );
});

test('a day has a hot tenant, an outage and limits; more than 100,000 jobs are only a day', () => {
  expect(parseArguments(['--day', '--tenants', '10000', '--jobs', '1000000', '--raised', '20'])).toEqual({
    kind: 'day',
    day: {
      ...{ seed: '1', tenants: 10_000, jobs: 1_000_000, hours: 24, hot: 10, outage: 60 },
      ...{ raised: 20, concurrency: 5, ssm: true },
    },
  });
  expect(parseArguments(['--day', '--outage', '0', '--config-store', 'dynamodb'])).toMatchObject({
    day: { outage: 0, ssm: false },
  });
  expect(problemOf('--jobs', '100001')).toBe('More than 100000 jobs need --day: nothing else forgets them.');
});
