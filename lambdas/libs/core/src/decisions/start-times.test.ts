import { job } from '@multi-tenant-runner/testing';
import { measureStarts, percentilesOf } from './start-times';

const started = (waiting: number, starting: number, tier = 'small') => {
  const at = (seconds: number): string => new Date(Date.UTC(2026, 0, 15, 12, 0, seconds)).toISOString();
  return job({ tier, queuedAt: at(0), startingAt: at(waiting), startedAt: at(waiting + starting) });
};

test('waiting and starting are measured by size', () => {
  const { startedAt: _startedAt, ...waiting } = started(1, 1);
  expect(measureStarts([started(10, 30), started(20, 40), started(5, 60, 'large'), waiting])).toEqual([
    {
      tier: 'large',
      jobs: 1,
      waiting: { p50: 5, p95: 5, p99: 5 },
      starting: { p50: 60, p95: 60, p99: 60 },
      total: { p50: 65, p95: 65, p99: 65 },
    },
    {
      tier: 'small',
      jobs: 2,
      waiting: { p50: 10, p95: 20, p99: 20 },
      starting: { p50: 30, p95: 40, p99: 40 },
      total: { p50: 40, p95: 60, p99: 60 },
    },
  ]);
});

test('a job that a runner took before we heard of its machine waited for no time less than none', () => {
  expect(measureStarts([started(-5, 3)])[0]?.waiting).toEqual({ p50: 0, p95: 0, p99: 0 });
});

test('a percentile is the time of a job', () => {
  const hundred = Array.from({ length: 100 }, (_, index) => index + 1);
  expect(percentilesOf(hundred)).toEqual({ p50: 50, p95: 95, p99: 99 });
  expect(percentilesOf([])).toEqual({ p50: 0, p95: 0, p99: 0 });
});
