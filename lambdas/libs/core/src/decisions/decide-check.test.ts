import {
  MINUTE,
  decideCheck,
  describeCheck,
  mayNeedCheckStep,
  parseTenantRow,
  type Job,
  type TenantLookup,
} from '@multi-tenant-runner/core';
import { INSTALLATION, job, tenantRow, tiers, type TenantRow } from '@multi-tenant-runner/testing';

const NOW = new Date('2026-01-15T12:10:00.000Z');
const LEASE = 2 * MINUTE;
const SHA = 'a'.repeat(40);
const tenantLookup = (row: TenantRow): TenantLookup => parseTenantRow(INSTALLATION, tenantRow(row), tiers(), 'small');
const full = tenantLookup({ max_runners: 2, slots_held: 2 });
const waiting = (overrides: Partial<Job> = {}): Job =>
  job({ jobId: 9, state: 'parked', reason: 'limit', headSha: SHA, queuedAt: '2026-01-15T12:00:00.000Z', ...overrides });
const SAYS = 'Job 9 of acme/app waits, because acme uses 2 of its 2 runners.';
const stepOf = (one: Job, lookup = full): string | undefined => decideCheck(one, lookup, NOW, LEASE)?.kind;

describe('a job that waits', () => {
  it('gets a check with the sentence of its wait', () => {
    expect(decideCheck(waiting(), full, NOW, LEASE)).toEqual({
      kind: 'open',
      says: {
        title: SAYS,
        summary: 'It starts when one of them ends, or when the operator raises the limit.',
      },
    });
  });

  it.each<[string, Partial<Job>]>([
    ['in its first minute', { queuedAt: '2026-01-15T12:09:01.000Z' }],
    ['while GitHub holds it back', { reason: 'github-waiting', gatedAt: '2026-01-15T12:00:00.000Z' }],
    ['of an earlier version, whose commit is not known', { headSha: undefined } as unknown as Partial<Job>],
    ['that starts', { state: 'starting' }],
    ['whose check is over', { checkState: 'done' }],
    ['whose check says so already', { checkState: 'open', checkId: 7, checkSays: SAYS }],
  ])('gets none %s', (_what, overrides) => {
    expect(stepOf(waiting(overrides))).toBeUndefined();
  });

  it('gets none while a slot is free, as it goes on at once', () => {
    expect(stepOf(waiting(), tenantLookup({ max_runners: 2, slots_held: 1 }))).toBeUndefined();
  });

  it('has its check say another reason', () => {
    const open = { checkState: 'open', checkId: 7, checkSays: SAYS } as const;
    expect(decideCheck(waiting({ ...open, reason: 'capacity' }), full, NOW, LEASE)).toMatchObject({
      kind: 'change',
      says: { title: 'Job 9 of acme/app waits, because EC2 has no machine for it.' },
    });
  });
});

it.each<[string, Partial<Job>]>([
  ['runs', { state: 'running' }],
  ['has ended', { state: 'completed' }],
  ['is refused by then', { state: 'refused', reason: 'tier-access' }],
])('closes the check of a job that %s', (_what, overrides) => {
  expect(stepOf(waiting({ checkState: 'open', checkId: 7, ...overrides }))).toBe('close');
});

it('tells a refusal within an hour, and forgets it later', () => {
  const refused = { state: 'refused', reason: 'tier-access' } as const;
  expect(stepOf(waiting({ ...refused, endedAt: '2026-01-15T11:30:00.000Z' }))).toBe('tell');
  expect(stepOf(waiting({ ...refused, endedAt: '2026-01-15T11:00:00.000Z' }))).toBe('forget');
});

it('looks for a check that was asked for once nobody is at work on it', () => {
  const opening = (checkAt: string): Job => waiting({ checkState: 'opening', checkAt });
  expect(stepOf(opening('2026-01-15T12:08:01.000Z'))).toBeUndefined();
  expect(stepOf(opening('2026-01-15T12:08:00.000Z'))).toBe('settle');
});

it('leaves what a try left behind on a job that is over, and everything of a tenant that is gone', () => {
  expect(stepOf(waiting({ state: 'completed', checkAt: '2026-01-15T12:01:00.000Z' }))).toBe('forget');
  expect(stepOf(waiting({ checkState: 'open' }), tenantLookup({ status: 'deleted', cleanup: 'pending' }))).toBe(
    'forget',
  );
});

it('says nothing that only the operator needs, and no figures of a tenant on a public commit', () => {
  const capacityErrors = ['on-demand/t3.medium/subnet-0abc InsufficientInstanceCapacity'];
  expect(describeCheck(waiting({ reason: 'capacity', capacityErrors }), full).title).not.toContain('subnet');
  expect(describeCheck(waiting({ reason: 'error', error: 'TypeError' }), full).title).not.toContain('TypeError');
  const open = describeCheck(waiting({ isPublic: true }), full);
  expect(open.title).toBe('Job 9 of acme/app waits, because its tenant has no runner to give.');
});

it('reads the row of a job in the index only where something may be due', () => {
  expect(mayNeedCheckStep({ state: 'parked', checkState: 'open' })).toBe(false);
  expect(mayNeedCheckStep({ state: 'starting', checkState: 'open' })).toBe(false);
  expect(mayNeedCheckStep({ state: 'running', checkState: 'open' })).toBe(true);
  expect(mayNeedCheckStep({ state: 'parked', checkState: 'opening' })).toBe(true);
  expect(mayNeedCheckStep({ state: 'refused' })).toBe(true);
});
