import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './readme/documents';

interface Mutation {
  readonly name: string;
  readonly file: string;
  readonly edits: readonly (readonly [string, string])[];
}

/** A module for plain Node, read as it is there. */
function mutations(): readonly Mutation[] {
  const module = JSON.stringify(join(root, 'tests', 'mutation', 'mutations.mjs'));
  const program = `console.log(JSON.stringify((await import(${module})).mutations))`;
  const text = execFileSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' });
  return JSON.parse(text) as readonly Mutation[];
}

test('every mutation still fits the code, which its own slow run would say too late', () => {
  const all = mutations();
  expect(all.length).toBeGreaterThan(100);
  const stale = all.filter(({ file, edits }) => {
    const source = readFileSync(join(root, 'lambdas', file), 'utf8');
    return edits.some(([find]) => !source.includes(find));
  });
  expect(stale.map(({ name }) => name)).toEqual([]);
});

test('each has a name of its own, by which it is run alone', () => {
  const names = mutations().map(({ name }) => name);
  expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([]);
});
