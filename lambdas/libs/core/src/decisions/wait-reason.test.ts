import { MAX_RESTARTS, newJob, type Job, type JobReason } from '../model/job';
import { type TenantLookup } from '../model/tenant';
import { parseTenantRow } from '../model/tenant-row';
import type { Tiers } from '../model/tier';
import { DAY, HOUR, MINUTE, plus } from '../model/time';
import { isReady, reasonNow } from './wait-reason';

const NOW = new Date('2026-01-15T12:00:00.000Z');
const TIERS: Tiers = new Map([
  [
    'small',
    {
      name: 'small',
      maxRunners: 2,
      labels: ['small'],
      instanceTypes: ['t3.medium'],
      capacity: 'on-demand',
      runnerGroupId: 1,
    },
  ],
]);
const at = (distance: number): string => plus(NOW, distance).toISOString();
const job = (changes: Partial<Job>): Job => ({
  ...newJob(
    {
      installationId: 1001,
      jobId: 7001,
      runId: 1,
      owner: 'acme',
      ownerId: 501,
      ownerType: 'Organization',
      repo: 'app',
      isPublic: false,
      labels: ['small'],
      tier: 'small',
      queuedAt: at(-HOUR),
      deliveryId: 'd',
    },
    NOW,
    'parked',
    'limit',
  ),
  ...changes,
});
const row = (changes: Record<string, unknown> = {}): TenantLookup =>
  parseTenantRow(
    1001,
    {
      org_name: 'acme',
      org_type: 'Organization',
      status: 'active',
      tier: 'small',
      max_runners: 2,
      account_id: 501,
      ...changes,
    },
    TIERS,
    'small',
  );

const FULL = row({ slots_held: 2 });
const SUSPENDED = row({ status: 'suspended' });
const NONE = parseTenantRow(1001, undefined, TIERS, 'small');
const LIMITED = row({ github_limited_until: at(10 * MINUTE) });
const TOO_OLD = plus(new Date(at(-HOUR)), DAY + MINUTE).toISOString();
/** Each is parked with one of these, by somebody, somewhere. */
const PARKED: readonly JobReason[] = [
  'unknown-tenant',
  'tenant-suspended',
  'limit',
  'no-security-group',
  'capacity',
  'ec2-throttled',
  'ssm-throttled',
  'github-limited',
  'github-unavailable',
  'github-refused',
  'circuit-open',
  'runner-lost',
  'runner-taken',
  'relaunch-limit',
  'error',
];

/** What the job says after the change. */
function told(one: Job, lookup: TenantLookup): readonly [JobReason | undefined, string | undefined] {
  const changes = reasonNow(one, lookup, NOW);
  return changes === undefined
    ? [one.reason, one.nextTry]
    : [changes.reason ?? undefined, changes.nextTry ?? undefined];
}

describe.each(PARKED)('a job that is parked for %s', (reason) => {
  it.each([undefined, at(-MINUTE), at(MINUTE)])('waits for its suspended tenant, with a next try at %s', (nextTry) => {
    expect(told(job({ reason, ...(nextTry !== undefined && { nextTry }) }), SUSPENDED)).toEqual([
      'tenant-suspended',
      TOO_OLD,
    ]);
  });

  it('waits for its tenant’s row where there is none', () => {
    expect(told(job({ reason }), NONE)).toEqual(['unknown-tenant', TOO_OLD]);
  });

  it('waits for the limit once it is due and no slot is free', () => {
    expect(told(job({ reason, nextTry: at(-MINUTE) }), FULL)).toEqual(['limit', undefined]);
  });

  it('is ready once it is due, and says of its row nothing that is over', () => {
    const due = job({ reason, nextTry: at(-MINUTE) });
    const active = row();
    expect(active.kind === 'tenant' && isReady(due, active.tenant, NOW)).toBe(true);
    expect(['unknown-tenant', 'tenant-suspended', 'github-limited', 'circuit-open']).not.toContain(
      told(due, active)[0],
    );
  });

  it('waits for GitHub’s limit as long as the row says', () => {
    expect(told(job({ reason, nextTry: at(-MINUTE) }), LIMITED)).toEqual(['github-limited', at(10 * MINUTE)]);
  });

  it('says it once', () => {
    for (const lookup of [FULL, SUSPENDED, NONE, LIMITED, row()]) {
      const first = job({ reason, nextTry: at(DAY) });
      const [now, nextTry] = told(first, lookup);
      const { nextTry: _old, ...rest } = first;
      expect(
        reasonNow(
          { ...rest, ...(now !== undefined && { reason: now }), ...(nextTry !== undefined && { nextTry }) },
          lookup,
          NOW,
        ),
      ).toBeUndefined();
    }
  });
});

describe('a job whose cause is gone is due at once, a day before the time it names', () => {
  it.each(['unknown-tenant', 'tenant-suspended', 'github-limited', 'circuit-open'] as const)('%s', (reason) => {
    const waits = job({ reason, nextTry: TOO_OLD });
    const active = row();
    expect(active.kind === 'tenant' && isReady(waits, active.tenant, NOW)).toBe(true);
    expect(told(waits, active)).toEqual(['limit', NOW.toISOString()]);
  });

  it('no-security-group', () => {
    const waits = job({ reason: 'no-security-group', nextTry: at(MINUTE) });
    expect(told(waits, row())).toEqual(['no-security-group', at(MINUTE)]);
    expect(told(waits, row({ security_group_id: 'sg-1' }))).toEqual(['limit', NOW.toISOString()]);
  });
});

describe('a job’s own time', () => {
  it('is kept while it runs, at the limit too', () => {
    expect(told(job({ reason: 'capacity', nextTry: at(MINUTE) }), FULL)).toEqual(['capacity', at(MINUTE)]);
  });

  it('is not shortened by a shorter wait of the tenant', () => {
    expect(told(job({ reason: 'github-refused', nextTry: at(HOUR) }), LIMITED)).toEqual(['github-refused', at(HOUR)]);
  });

  it('gives way to a longer wait of the tenant', () => {
    expect(told(job({ reason: 'capacity', nextTry: at(MINUTE) }), LIMITED)).toEqual([
      'github-limited',
      at(10 * MINUTE),
    ]);
  });

  it('outlives a suspension where it bounds what the job costs', () => {
    const exhausted = job({ reason: 'relaunch-limit', restarts: MAX_RESTARTS + 1, nextTry: at(MINUTE) });
    const [reason, nextTry] = told(exhausted, SUSPENDED);
    expect([reason, nextTry]).toEqual(['tenant-suspended', at(MINUTE)]);
    const suspended = job({ reason: 'tenant-suspended', restarts: MAX_RESTARTS + 1, nextTry: at(MINUTE) });
    const active = row();
    expect(active.kind === 'tenant' && isReady(suspended, active.tenant, NOW)).toBe(false);
    expect(told(suspended, active)).toEqual(['relaunch-limit', at(MINUTE)]);
  });
});

test('only parked jobs are judged, and none of a tenant that is gone', () => {
  expect(reasonNow(job({ state: 'queued' }), SUSPENDED, NOW)).toBeUndefined();
  expect(reasonNow(job({}), row({ status: 'deleted' }), NOW)).toBeUndefined();
  expect(reasonNow(job({}), { kind: 'tombstone', installationId: 1001 }, NOW)).toBeUndefined();
});
