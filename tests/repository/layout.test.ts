import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './readme/documents';

const COLUMNS = 120;
const SOURCES = ['*.ts', '*.mjs', '*.cjs', '*.py'];

/** Prettier and ruff break code, but no string, comment or pattern. An address is no line of prose. */
test(`no line of the sources is longer than ${COLUMNS} columns, addresses aside`, () => {
  const files = execFileSync('git', ['ls-files', '--', ...SOURCES], { cwd: root, encoding: 'utf8' })
    .trim()
    .split('\n');
  const tooLong = files.flatMap((file) =>
    readFileSync(join(root, file), 'utf8')
      .split('\n')
      .flatMap((line, index) =>
        [...line].length > COLUMNS && !/https?:\/\/\S{60}/.test(line) ? [`${file}:${index + 1}`] : [],
      ),
  );
  expect(files.length).toBeGreaterThan(400);
  expect(tooLong).toEqual([]);
});

/** Prettier leaves prose as it is. Nobody can break a table's row or a block of code, or what terraform-docs writes. */
test(`no line of prose is longer than ${COLUMNS} columns, addresses aside`, () => {
  const files = execFileSync('git', ['ls-files', '--', '*.md'], { cwd: root, encoding: 'utf8' }).trim().split('\n');
  const tooLong = files.flatMap((file) =>
    proseOf(readFileSync(join(root, file), 'utf8')).flatMap(([line, number]) =>
      [...line].length > COLUMNS && !/https?:\/\/\S{60}/.test(line) ? [`${file}:${number}`] : [],
    ),
  );
  expect(files.length).toBeGreaterThan(50);
  expect(tooLong).toEqual([]);
});

/** The lines of a document outside of tables, blocks of code and generated parts, with their numbers. */
function proseOf(text: string): readonly (readonly [string, number])[] {
  let [isCode, isGenerated] = [false, false];
  return text.split('\n').flatMap((line, index) => {
    if (/^\s*(```|~~~)/.test(line)) isCode = !isCode;
    if (/<!-- (BEGIN|END)_TF_DOCS -->/.test(line)) isGenerated = line.includes('BEGIN');
    return isCode || isGenerated || /^\s*\|/.test(line) ? [] : [[line, index + 1] as const];
  });
}
