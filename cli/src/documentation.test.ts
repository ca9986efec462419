import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { NO_PAGE } from '../test/no-page';
import { NO_TERMINAL } from '../test/no-terminal';
import { noLines } from '../test/shell';
import { CHECKS } from './doctor/run-checks';
import { createProgram } from './program';
import { EXIT } from './problem';

const page = readFileSync(join(__dirname, '../../docs/cli.md'), 'utf8');
const firstCells = [...page.matchAll(/^\| `?([a-z0-9][a-z0-9 -]*?)`? \|/gm)].map(([, cell]) => String(cell));

test('docs/cli.md lists every command, and no other', () => {
  const program = createProgram({
    version: '1.2.3',
    connect: () => Promise.reject(new Error('none')),
    connectAccount: () => Promise.reject(new Error('none')),
    lines: noLines(),
    fetch: () => Promise.reject(new Error('none')),
    tell: () => undefined,
    ...NO_PAGE,
    write: () => undefined,
    ...NO_TERMINAL,
    namespaces: { files: { read: () => '', write: () => undefined }, templates: { manifests: {}, plans: {} } },
  });
  const names = program.commands.flatMap((command) =>
    command.commands.length === 0 ? [command.name()] : command.commands.map((one) => `${command.name()} ${one.name()}`),
  );
  const listed = firstCells.filter((cell) => cell !== 'command' && cell !== 'code' && !/^\d$/.test(cell));
  expect(listed.sort()).toEqual(names.sort());
});

test('docs/cli.md lists every exit code', () => {
  expect(firstCells.filter((cell) => /^\d$/.test(cell)).map(Number)).toEqual(Object.values(EXIT));
});

test("docs/cli.md counts the doctor's checks", () => {
  const counts = [...page.matchAll(/\b(\d+) checks\b/g)].map(([, count]) => Number(count));
  expect(counts).toEqual(counts.map(() => CHECKS.length));
  expect(counts.length).toBeGreaterThan(1);
});
