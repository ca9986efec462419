import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { codeBlocks, read, root } from './readme/documents';

const page = read('docs/platform.md');
const tables = [...page.matchAll(/<!-- asked -->\n([\s\S]*?)<!-- \/asked -->/g)].map(([, table = '']) => table);
const rows = tables.flatMap((table) =>
  table
    .trim()
    .split('\n')
    .slice(2)
    .map((line) => line.split('|').map((cell) => cell.trim()))
    .map(([, asked = '', here = '', shown = '']) => ({ asked, here, shown })),
);

test('docs/platform.md has both lists, and no line twice', () => {
  expect(tables).toHaveLength(2);
  expect(rows.length).toBeGreaterThan(60);
  const all = rows.map(({ asked }) => asked);
  expect(all.filter((asked, index) => all.indexOf(asked) !== index)).toEqual([]);
});

test.each(rows)('"$asked" has a file that shows it, or a reason', ({ here, shown }) => {
  const [, path] = /^`([^`]+)`$/.exec(shown) ?? [];
  if (path === undefined) expect(shown).toMatch(/^(out|planned): \S.{5,}$/);
  else expect([here !== '', existsSync(join(root, path))]).toEqual([true, true]);
});

test('what "here" names is in the repository', () => {
  const named = rows.flatMap(({ here }) => here.match(/\b(?:docs|examples|modules|images)\/[\w./-]*\w/g) ?? []);
  expect(named.filter((path) => !existsSync(join(root, path)))).toEqual([]);
});

test.each(['docs/failures.md', 'docs/decisions.md'])('each section of %s has a drill', (document) => {
  const [, ...sections] = read(document).split(/^## /m);
  expect(sections.length).toBeGreaterThan(3);
  for (const section of sections) expect(codeBlocks(section, 'bash')).toHaveLength(1);
});
