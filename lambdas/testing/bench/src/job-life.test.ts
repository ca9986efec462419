import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startDynamoDbLocal, type DynamoDbLocal } from '@multi-tenant-runner/testing';
import { costOfAll, jobTables } from './job-cost';
import type { StepCost } from './job-life';
import { measureJobs } from './measure-jobs';
import { WRITE_UNITS } from './walls';

const COST = readFileSync(join(__dirname, '../../../../docs/cost.md'), 'utf8');

let local: DynamoDbLocal;
let lives: ReadonlyMap<number, readonly StepCost[]>;

beforeAll(async () => {
  local = await startDynamoDbLocal();
  lives = await measureJobs(local.client);
});
afterAll(() => local?.stop());

const rowsOf = (lines: readonly string[]): string[] =>
  lines.filter((line) => line.startsWith('|') && !line.startsWith('|---')).map((line) => line.replaceAll('**', ''));

test("docs/cost.md has what a job's life costs", () => {
  const documented = new Set(rowsOf(COST.split('\n')));
  expect(rowsOf(jobTables(lives)).filter((row) => !documented.has(row))).toEqual([]);
});

test("the arithmetic of a thousand jobs rests on a job's units", () => {
  const { readUnits, writeUnits } = costOfAll(lives.get(1) ?? []);
  expect(writeUnits).toBe(WRITE_UNITS);
  const figures = /\| DynamoDB \| ([\d,]+) write units, ([\d,]+) reads \|/.exec(COST);
  const figureOf = (text = ''): number => Number(text.replaceAll(',', ''));
  expect([figureOf(figures?.[1]), figureOf(figures?.[2])]).toEqual([writeUnits * 1_000, readUnits * 1_000]);
});
