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
