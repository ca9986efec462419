import { ALARMS, idleMonths, idlePlot } from '@multi-tenant-runner/bench/idle-month';
import { drawPlot } from '@multi-tenant-runner/bench/plot';
import { numberOfAlarms } from './claims';
import { read } from './documents';

const page = read('docs/cost.md');

describe("docs/cost.md has the table of an idle month from the bench's arithmetic", () => {
  const lines = page.split('\n').map((line) => line.replaceAll(/ +/g, ' '));

  test.each(idleMonths())('%s', (row) => expect(lines).toContain(row));

  test('with as many alarms as the module makes', () => expect(ALARMS).toBe(numberOfAlarms()));

  test('and says above what it comes to', () => {
    const sums = [...(idleMonths().at(-1) ?? '').matchAll(/[\d.]+/g)].map(([sum]) => sum);
    expect(page).toContain(`from **$${sums[0]}** for ten tenants to **$${sums.at(-1)}** for 10,000`);
  });
});

test('the picture of an idle month is of the same arithmetic; `npm run plots` draws it', () => {
  expect(read('docs/images/idle-month.svg')).toBe(drawPlot(idlePlot()));
});
