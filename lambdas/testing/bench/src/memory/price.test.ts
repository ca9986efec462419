import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CASES } from './cases';
import { MEMORIES, atMemory, chooseMemory, type Measured } from './price';

const root = join(__dirname, '../../../../..');
const measured: Measured = {
  name: 'events',
  event: 'a change',
  loadCpu: 50,
  firstCpu: 20,
  warmCpu: 2,
  warmWait: 10,
  rss: 60,
};

test('a processor is shared by memory, waits are not, and Lambda bills whole milliseconds', () => {
  expect(atMemory(measured, 1_769 / 2)).toMatchObject({ warm: 14, cold: 150 });
  const { warm, dollars } = atMemory(measured, 1_024);
  expect(warm).toBeCloseTo(13.455, 3);
  expect(dollars).toBeCloseTo(14 * 0.013_333_4 + 0.2, 9);
});

test('more than one processor makes nothing faster, and costs more', () => {
  const [one, two] = [1_769, 3_538].map((memory) => atMemory(measured, memory));
  expect(two?.warm).toBe(one?.warm);
  expect(two?.dollars).toBeGreaterThan(one?.dollars ?? 0);
});

test.each<[string, Partial<Measured>, number]>([
  ['nobody waits for it', {}, 256],
  ['it does not fit', { rss: 200 }, 512],
  ['its start takes seconds', { loadCpu: 900 }, 512],
  ['a job waits for it', { name: 'scale-up', warmCpu: 33 }, 512],
  ['a job waits for it, and it is quick', { name: 'webhook' }, 256],
  ['it is to get through much', { name: 'recovery' }, 512],
  ['it fits nowhere', { rss: 10_000 }, 1_024],
])('the memory is the least that is enough: %s', (_, given, memory) => {
  expect(chooseMemory({ ...measured, ...given })).toBe(memory);
});

const rows = readFileSync(join(root, 'docs/performance.md'), 'utf8')
  .split('\n')
  .map((line) => line.split('|').map((cell) => cell.trim()))
  .filter(([, name = '']) => /^[a-z-]+, a /.test(name));
const table = rows.map((cells) => [(cells[1] ?? '').replace(/,.*/, ''), Number(cells[3 + MEMORIES.length])]);

test("the modules' defaults are those of the table in docs/performance.md", () => {
  const variables = readFileSync(join(root, 'variables.options.tf'), 'utf8');
  const block = /memory_mb = optional\(object\(\{([^}]*)\}\)/.exec(variables)?.[1] ?? '';
  const defaults = [...block.matchAll(/(\w+)\s*= optional\(number, (\d+)\)/g)].map(([, name = '', memory]) => [
    name.replaceAll('_', '-'),
    Number(memory),
  ]);
  const apps = readFileSync(join(root, 'modules/apps/variables.platform.tf'), 'utf8');
  const deployer = Number(/memory_mb\s*= optional\(number, (\d+)\)/.exec(apps)?.[1]);
  expect({ ...Object.fromEntries(defaults), deployer }).toEqual(Object.fromEntries(table));
});

test('the table has a row for each event that is measured', () => {
  expect(rows.map(([, name = '']) => name)).toEqual(CASES.map(({ name, event }) => `${name}, ${event}`));
});
