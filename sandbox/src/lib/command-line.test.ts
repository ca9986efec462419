import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { SWITCH, TEXT, readCommandLine, whole, type Program } from '../../setup/command-line.cjs';
import { BENCH, SANDBOX } from '../../setup/programs.cjs';

const ONE: Program = { name: 'one', usage: 'help', options: { json: SWITCH, seed: TEXT, jobs: whole(1, 100) } };

const problemOf = (program: Program, ...args: string[]): string => {
  const read = readCommandLine(program, args);
  return read.kind === 'wrong' ? read.problem : `no problem: ${read.kind}`;
};

test('a value stands beside its option or behind it', () => {
  expect(readCommandLine(ONE, ['--jobs', '7', '--seed=a b', '--json'])).toEqual({
    kind: 'run',
    command: '',
    switches: new Set(['json']),
    numbers: { jobs: 7 },
    texts: { seed: 'a b' },
  });
});

test('without a word the first command is meant, with its options', () => {
  expect(readCommandLine(SANDBOX, ['--json', '--keep'])).toMatchObject({
    kind: 'run',
    command: 'run',
    switches: new Set(['json', 'keep']),
  });
  expect(readCommandLine(SANDBOX, ['chaos', '--flood', '20'])).toMatchObject({
    command: 'chaos',
    numbers: { flood: 20 },
  });
});

test.each([[['--help']], [['-h']], [['help']], [['up', '--port', '-h']]])('%j asks for help', (args) => {
  expect(readCommandLine(SANDBOX, args).kind).toBe('help');
});

const KNOWN = 'run, up, status, env, replan, chaos, operate, hot, burst, screenshots, destroy, saas, apps and down';
test.each([
  [
    ['--flood', '5'],
    '--flood is not an option of npm run sandbox, which takes --json, --keep and --port; --help says more.',
  ],
  [['chaos', '--flood', '1e9x'], '--flood must be a whole number from 1 to 5000, not 1e9x.'],
  [['chaos', '--flood=1e3'], '--flood must be a whole number from 1 to 5000, not 1e3.'],
  [['chaos', '--flood', '-5'], '--flood must be a whole number from 1 to 5000, not -5.'],
  [['chaos', '--flood', '0x10'], '--flood must be a whole number from 1 to 5000, not 0x10.'],
  [
    ['chaos', '--flood', '99999999999999999999'],
    '--flood must be a whole number from 1 to 5000, not 99999999999999999999.',
  ],
  [['up', '--port'], '--port needs a value; --help says which.'],
  [['up', '--port='], '--port needs a value; --help says which.'],
  [['up', '--port', '65536'], '--port must be a whole number from 1 to 65535, not 65536.'],
  [['up', '--port', '80', '--port', '81'], '--port is given twice.'],
  [['down', 'extra'], 'extra is not an option of "down", which takes none; --help says more.'],
  [['down', '--json'], '--json is not an option of "down", which takes none; --help says more.'],
  [['status', '--json=yes'], '--json takes no value.'],
  [['dwon'], `There is no command "dwon"; npm run sandbox knows ${KNOWN}.`],
  [['constructor'], `There is no command "constructor"; npm run sandbox knows ${KNOWN}.`],
  [['status', '--constructor'], '--constructor is not an option of "status", which takes --json; --help says more.'],
])('the sandbox answers %j with one sentence', (args, problem) => {
  expect(problemOf(SANDBOX, ...args)).toBe(problem);
});

test('an option that npm took for its own is said, with where it belongs', () => {
  const npm = { npm_lifecycle_event: 'one', npm_config_seed: 'of-mine', npm_config_cache: '/home/ops/.npm' };
  expect(readCommandLine(ONE, [], npm)).toEqual({
    kind: 'wrong',
    problem: 'npm took --seed for its own; put "--" before it, as in npm run <script> -- --seed.',
  });
  expect(readCommandLine(ONE, [], { npm_config_seed: 'of-mine' }).kind).toBe('run');
  expect(readCommandLine(ONE, [], { npm_lifecycle_event: 'one', npm_config_jobs: 'max' }).kind).toBe('run');
});

test('the bench takes nothing but --help', () => {
  expect(readCommandLine(BENCH, ['--help']).kind).toBe('help');
  expect(problemOf(BENCH, 'fast')).toBe(
    'fast is not an option of yarn bench, which takes --sandbox; --help says more.',
  );
});

test('each command of the sandbox is in its help', () => {
  for (const command of Object.keys(SANDBOX.commands ?? {}).filter((name) => name !== 'run'))
    expect(SANDBOX.usage).toContain(`npm run sandbox -- ${command}`);
});

test.each([
  [['sandbox', 'down', 'extra'], 2],
  [['bench', '--help'], 0],
  [['bench', '--fast'], 2],
  [['nothing'], 2],
])('%j ends with exit code %i before anything is installed or run', (args, code) => {
  const root = join(__dirname, '..', '..', '..');
  const state = join(root, '.sandbox', 'never-made');
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, 'sandbox', 'setup', 'run.mjs'), ...args], {
    encoding: 'utf8',
    env: { ...process.env, SANDBOX_DIR: state },
  });
  expect({ status, setUp: `${stdout}${stderr}`.includes('setup:'), lines: stderr.trim().split('\n').length }).toEqual({
    status: code,
    setUp: false,
    lines: 1,
  });
  expect(existsSync(state)).toBe(false);
});
