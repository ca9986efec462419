import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { CASES } from './cases';

test('every function has a row', () => {
  const functions = readdirSync(join(__dirname, '../../../../functions'));
  expect(CASES.map(({ name }) => name).sort()).toEqual(functions.sort());
});
