import { readFileSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import {
  ENDED_JOB_STATES,
  JOB_TRANSITIONS,
  LAUNCH_TRANSITIONS,
  OPEN_JOB_STATES,
  type JobState,
  type LaunchState,
} from '@multi-tenant-runner/core';

const root = join(__dirname, '../..');
const TRANSITIONS = 'lambdas/libs/core/src/transitions/';

const sources = ['lambdas/functions', 'lambdas/libs']
  .flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)),
  )
  .filter((path) => /\/src\/.*\.ts$/.test(path) && !path.endsWith('.test.ts') && !path.includes('node_modules'));
const outside = sources.filter((path) => !path.startsWith(TRANSITIONS));

interface Transition {
  readonly from: readonly string[];
  readonly to?: string;
  readonly ends?: readonly string[];
}

/** The states that may follow a state, other than itself. */
function followers(state: string, transitions: Readonly<Record<string, Transition>>): string[] {
  const reached = Object.values(transitions)
    .filter(({ from }) => from.includes(state))
    .flatMap(({ to, ends = [] }) => (to === undefined ? ends : [to]));
  return [...new Set(reached)].filter((next) => next !== state).sort();
}

/** By state, the states that the last column of the page's table names. */
function tableOf(heading: string): Readonly<Record<string, string>> {
  const page = readFileSync(join(root, 'docs/architecture.md'), 'utf8');
  const section = page.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? '';
  const rows = [...section.matchAll(/^\| `(\w+)` \| .+ \| (.*) ?\|$/gm)];
  return Object.fromEntries(rows.map(([, state, follows]) => [String(state), String(follows)]));
}

const named = (cell: string): string[] => [...cell.matchAll(/`(\w+)`/g)].map(([, state]) => String(state));

describe('only the transitions write the rows of jobs and launches', () => {
  test('the scan finds their own writes', () => {
    const own = sources
      .filter((path) => path.startsWith(TRANSITIONS))
      .map((path) => readFileSync(join(root, path), 'utf8'));
    expect(own.join('\n').match(/\b(jobs|launches)\.change\(/g)).toEqual(['launches.change(', 'jobs.change('].sort());
  });

  test.each([
    ['calls `change` of a store', /\b(jobs|launches)\s*\.change\b(?!')/],
    ['takes `change` out of a store', /\{[^}]*\bchange\b[^}]*\} = [\w.]*\b(jobs|launches)\b/],
    ['writes a guard', /\bfrom: (\[|\w+_STATES\b)/],
  ])('no other file %s', (_, pattern) => {
    const found = outside.filter((path) => pattern.test(readFileSync(join(root, path), 'utf8')));
    expect(found.map((path) => relative(root, join(root, path)))).toEqual([]);
  });
});

describe('the page has the machine as the code has it', () => {
  const launchTable = tableOf('A launch');
  const jobTable = tableOf('A job');
  const launchStates = Object.keys(launchTable);

  test('every state of a launch is there', () => {
    const reached = Object.values(LAUNCH_TRANSITIONS).flatMap((transition) =>
      'to' in transition ? [transition.to] : [],
    );
    // In the order of a life; the first is the one that a launch begins in.
    expect(launchStates).toEqual([...new Set<LaunchState>(['held', ...reached])]);
  });

  test.each(launchStates)('what follows a launch that is %s', (state) => {
    expect(named(launchTable[state] ?? '').sort()).toEqual(followers(state, LAUNCH_TRANSITIONS));
  });

  test('every state of a job is there', () => {
    const states: readonly JobState[] = [...OPEN_JOB_STATES, ...ENDED_JOB_STATES];
    expect(Object.keys(jobTable)).toEqual(states);
  });

  test.each([...OPEN_JOB_STATES])('what follows a job that is %s', (state) => {
    const cell = jobTable[state] ?? '';
    const follows = [...named(cell), ...(cell.includes('any end') ? ENDED_JOB_STATES : [])];
    expect(follows.sort()).toEqual(followers(state, JOB_TRANSITIONS));
  });

  test.each([...ENDED_JOB_STATES])('what follows a job that is %s, in the words below the table', (state) => {
    const after = ['queued', 'starting', 'running', 'completed', 'cancelled'].filter((next) => next !== state);
    expect(followers(state, JOB_TRANSITIONS)).toEqual(after.sort());
    const page = readFileSync(join(root, 'docs/architecture.md'), 'utf8');
    expect(page).toContain('`queued`, `starting`, `running`, `completed` or `cancelled`.');
  });
});

describe('the model names the states that the code reaches', () => {
  const vocabulary = JSON.parse(readFileSync(join(root, 'tests/model/vocabulary.json'), 'utf8'));

  test('of a launch', () => {
    const reached = vocabulary.launch.flatMap((state: string) => followers(state, LAUNCH_TRANSITIONS));
    expect([...new Set(['held', ...reached])].sort()).toEqual([...vocabulary.launch].sort());
    const last = vocabulary.launch.filter((state: string) => followers(state, LAUNCH_TRANSITIONS).length === 0);
    expect(last).toEqual(['ended']);
  });

  test('of a job', () => {
    const names: string[] = [...Object.values(vocabulary.job).flat(), ...vocabulary.notModelled.job].map(String);
    const reached = names.flatMap((state) => followers(state, JOB_TRANSITIONS));
    expect([...new Set(reached)].sort()).toEqual([...new Set(names)].sort());
  });
});
