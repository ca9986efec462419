import { tenantRow } from '@multi-tenant-runner/testing';
import { parseTenantRow } from '../model/tenant-row';
import type { Tiers } from '../model/tier';
import { describeLimits } from './describe-limits';

const NOW = new Date('2026-01-15T12:00:00.000Z');
const small = { name: 'small', labels: ['small'], maxRunners: 2, instanceTypes: [], runnerGroupId: 1 } as const;
const TIERS: Tiers = new Map([['small', { ...small, capacity: 'on-demand' }]]);

function limitsOf(row: Readonly<Record<string, unknown>>) {
  const lookup = parseTenantRow(1001, tenantRow(row), TIERS, 'small');
  if (lookup.kind !== 'tenant') throw new Error('it is no tenant');
  return describeLimits(lookup.tenant, TIERS, NOW);
}

const USAGE = {
  at: '2026-01-15T11:59:00.000Z',
  day: '2026-01-15',
  day_seconds: 3_600,
  month: '2026-01',
  month_seconds: 36_000,
  month_cost_micros: 12_345_678,
};

it('has no budget of a tenant without caps', () => {
  expect(limitsOf({}).map(({ limit }) => limit)).toEqual(['runners', 'GitHub', 'failed launches in a row, small']);
});

it('has what is left of each budget, and when it begins anew', () => {
  const caps = { max_minutes_per_day: 90, limit_minutes: 600, limit_spend: 20.5 };
  expect(limitsOf({ ...caps, usage: USAGE }).slice(2, 5)).toEqual([
    { limit: 'minutes of the day', used: 60, of: 90, left: 30, refills: '2026-01-16T00:00:00.000Z' },
    { limit: 'minutes of the month', used: 600, of: 600, left: 0, refills: '2026-02-01T00:00:00.000Z' },
    { limit: 'dollars of the month', used: 12.35, of: 20.5, left: 8.15, refills: '2026-02-01T00:00:00.000Z' },
  ]);
});

it('counts what was used yesterday no more, and never less than nothing', () => {
  const yesterday = { ...USAGE, day: '2026-01-14' };
  expect(limitsOf({ max_minutes_per_day: 90, usage: yesterday })[2]).toMatchObject({ used: 0, left: 90 });
  expect(limitsOf({ max_minutes_per_day: 10, usage: USAGE })[2]).toMatchObject({ used: 60, left: 0 });
});
