import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { codeBlocks, read, root } from './readme/documents';

const PAGES = ['docs/platform.md', 'docs/apps.md'];

/** The rows of a page's lists of what is asked for. */
function rowsOf(page: string): { readonly asked: string; readonly here: string; readonly shown: string }[] {
  const tables = [...read(page).matchAll(/<!-- asked -->\n([\s\S]*?)<!-- \/asked -->/g)].map(([, table = '']) => table);
  expect(tables).toHaveLength(2);
  return tables.flatMap((table) =>
    table
      .trim()
      .split('\n')
      .slice(2)
      .map((line) => line.split('|').map((cell) => cell.trim()))
      .map(([, asked = '', here = '', shown = '']) => ({ asked, here, shown })),
  );
}

describe.each(PAGES)('%s', (page) => {
  const rows = rowsOf(page);

  test('has both lists, and no line twice', () => {
    expect(rows.length).toBeGreaterThan(60);
    const all = rows.map(({ asked }) => asked);
    expect(all.filter((asked, index) => all.indexOf(asked) !== index)).toEqual([]);
  });

  test.each(rows)('"$asked" has a file that shows it, or a reason', ({ shown }) => {
    const [, path] = /^`([^`]+)`$/.exec(shown) ?? [];
    if (path === undefined) expect(shown).toMatch(/^(out|planned): \S.{5,}$/);
    else expect(existsSync(join(root, path))).toBe(true);
  });

  test('names only what is in the repository', () => {
    const named = rows.flatMap(({ here }) => here.match(/\b(?:docs|examples|modules|images)\/[\w./-]*\w/g) ?? []);
    expect(named.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });
});

test('docs/platform.md says of each line that it shows what is here', () => {
  expect(rowsOf('docs/platform.md').filter(({ here, shown }) => here === '' && shown.startsWith('`'))).toEqual([]);
});

test.each(['docs/failures.md', 'docs/decisions.md'])('each section of %s has a drill', (document) => {
  const [, ...sections] = read(document).split(/^## /m);
  expect(sections.length).toBeGreaterThan(3);
  for (const section of sections) expect(codeBlocks(section, 'bash')).toHaveLength(1);
});
