import { cells, exceeded, wallTable } from '@multi-tenant-runner/bench/walls';
import { read } from './documents';

const lines = read('docs/scale.md').split('\n');

describe("docs/scale.md has the bench's arithmetic", () => {
  test.each(wallTable())('%s', (row) => expect(lines).toContain(row));

  test.each([2, 10, 20, 50])('cells of %i machines a second', (rate) => {
    const found = lines.find((line) => new RegExp(`^\\| ${rate}(,| )`).test(line)) ?? '';
    expect(found.split('|').slice(2, 4).map(Number)).toEqual([cells(1_000_000, rate), cells(10_000_000, rate)]);
  });

  test('one job a second exceeds the vCPUs of a new account alone', () => {
    expect(exceeded(1).map(({ what }) => what)).toEqual(['vCPUs on demand']);
  });
});
