import { MINUTE, parseTenantRow, type Job, type TenantLookup } from '@multi-tenant-runner/core';
import {
  createRecordingLog,
  createRecordingMetrics,
  job,
  tenantRow,
  tiers,
  type TenantRow,
} from '@multi-tenant-runner/testing';
import { oldestDispatchable, olderOf } from './oldest-job';
import { reportSweep } from './report-sweep';

const NOW = new Date('2026-01-15T13:00:00.000Z');
const ago = (minutes: number): string => new Date(NOW.getTime() - minutes * MINUTE).toISOString();
const lookup = (row: TenantRow = {}): TenantLookup => parseTenantRow(1001, tenantRow(row), tiers(), 'small');
const oldest = (jobs: readonly Job[], row?: TenantRow): unknown => oldestDispatchable(lookup(row), jobs, NOW);

describe('the oldest job that could have a runner', () => {
  it('is the oldest of each tier', () => {
    const jobs = [
      job({ jobId: 1, updatedAt: ago(2) }),
      job({ jobId: 2, state: 'starting', startingAt: ago(7), updatedAt: ago(1) }),
      job({ jobId: 3, tier: 'large', updatedAt: ago(1) }),
    ];
    expect(oldest(jobs)).toEqual({ small: 7 * 60, large: 60 });
  });

  it.each(['limit', 'tenant-suspended', 'github-limited', 'github-refused', 'relaunch-limit'] as const)(
    'is none that waits for %s, which is its tenant’s own affair',
    (reason) => {
      expect(oldest([job({ state: 'parked', reason, queuedAt: ago(60) })])).toEqual({});
    },
  );

  it.each(['capacity', 'ec2-throttled', 'error', 'runner-lost'] as const)(
    'waits since GitHub queued it where the reason is %s',
    (reason) => {
      expect(oldest([job({ state: 'parked', reason, queuedAt: ago(30), updatedAt: ago(1) })])).toEqual({
        small: 30 * 60,
      });
    },
  );

  it('is none of a tenant that is not active', () => {
    expect(oldest([job({ updatedAt: ago(30) })], { status: 'suspended' })).toEqual({});
    expect(
      oldestDispatchable({ kind: 'none', installationId: 1001, problems: [] }, [job({ updatedAt: ago(30) })], NOW),
    ).toEqual({});
  });

  it('is none that runs', () => {
    expect(oldest([job({ state: 'running', updatedAt: ago(30) })])).toEqual({});
  });

  it('of two tenants is the older', () => {
    expect(olderOf({ small: 5, large: 9 }, { small: 7 })).toEqual({ small: 7, large: 9 });
  });
});

describe('the report of a sweep', () => {
  const report = (oldestJobs: Readonly<Record<string, number>>): unknown[] => {
    const metrics = createRecordingMetrics();
    reportSweep(
      { tenants: 2, repaired: 0, failed: 0, setAside: 0, finished: true, oldestJobs },
      { metrics, log: createRecordingLog() },
    );
    return metrics.counted.map(({ name, value, tier }) => [name, value, tier]);
  };

  it('counts the sweep and the age of what waits', () => {
    expect(report({ small: 90 })).toEqual([
      ['SweepCompleted', 1, undefined],
      ['OldestJobAge', 90, 'small'],
    ]);
  });

  it('measures nothing where nothing waits', () => {
    expect(report({})).toEqual([['SweepCompleted', 1, undefined]]);
  });
});
