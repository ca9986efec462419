import { job, settings, tenantRow } from '@multi-tenant-runner/testing';
import type { Job } from '../model/job';
import { parseTenantRow } from '../model/tenant-row';
import { explainJob } from './explain-job';

const lookupOf = (row: Record<string, unknown> = {}) => {
  const { tiers, defaultTier } = settings();
  return parseTenantRow(1001, tenantRow(row), tiers, defaultTier);
};
const parked = (reason: Job['reason'], more: Partial<Job> = {}): Job =>
  job({ state: 'parked', ...(reason && { reason }), ...more });

it.each<[string, Job, Record<string, unknown>, string]>([
  [
    'at the limit',
    parked('limit'),
    { slots_held: 2 },
    'Job 7001 of acme/app waits, because acme uses 2 of its 2 runners.',
  ],
  ['with a limit of none', parked('limit'), { max_runners: 0 }, 'because acme may have no runners.'],
  ['whose turn it is', parked('limit'), {}, 'because it is its turn and the next attempt gives it a runner.'],
  ['of a suspended tenant', parked('tenant-suspended'), { status: 'suspended' }, 'because its tenant is suspended.'],
  [
    'of a tenant that suspended itself',
    parked('tenant-suspended'),
    { status: 'suspended', suspended_by: 'github' },
    'because its organisation suspended the App at GitHub.',
  ],
  [
    'of a tenant to be approved',
    parked('tenant-suspended'),
    { status: 'suspended', suspended_by: 'approval' },
    'because its tenant waits for approval.',
  ],
  [
    'without capacity',
    parked('capacity', { capacityErrors: ['spot/t3.medium/subnet-a InsufficientInstanceCapacity'] }),
    {},
    'because EC2 has no machine for it (spot/t3.medium/subnet-a InsufficientInstanceCapacity).',
  ],
  [
    'behind an open circuit',
    parked('circuit-open'),
    {
      circuit_small: {
        failures: 5,
        first_at: '2026-01-15T10:00:00Z',
        last_at: '2026-01-15T11:00:00Z',
        reason: 'no-job',
        opened_at: '2026-01-15T11:00:00Z',
        probes: 0,
      },
    },
    "because the last 5 launches of its tenant's small runners failed (no-job).",
  ],
  ['that starts', job({ state: 'starting' }), {}, 'the machine of launch 7001-1 is starting.'],
  ['that runs', job({ state: 'running', runnerName: 'test-i-1' }), {}, 'Job 7001 of acme/app runs on test-i-1.'],
  ['that is on its way', job(), {}, 'is on its way to a runner of the size small.'],
  ['that is over', job({ state: 'completed', conclusion: 'success', runnerName: 'r' }), {}, 'ended on r as success.'],
  [
    'that was refused',
    job({ state: 'refused', reason: 'public-repository' }),
    {},
    'was refused, because its repository is public, and runners are for private ones here.',
  ],
])('explains a job %s', (_name, one, row, sentence) => {
  expect(explainJob(one, { lookup: lookupOf(row) }).sentence).toContain(sentence);
});

it('has a place in the line only for a job that waits for its limit', () => {
  const full = { lookup: lookupOf({ slots_held: 2 }), ahead: 2 };
  expect(explainJob(parked('limit'), full).position).toBe(3);
  expect(explainJob(parked('capacity'), full).position).toBeUndefined();
});

it('counts the time behind a gate from the gate', () => {
  const gated = parked('github-waiting', { gatedAt: '2026-01-15T12:30:00Z' });
  expect(explainJob(gated, { lookup: lookupOf() })).toMatchObject({ since: '2026-01-15T12:30:00Z', actor: 'github' });
});
