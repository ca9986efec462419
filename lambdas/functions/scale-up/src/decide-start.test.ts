import { parseTenantRow, type Circuit, type Tenant, type TenantLookup } from '@multi-tenant-runner/core';
import { intent, job, launch, settings as admission, tenantRow, tiers } from '@multi-tenant-runner/testing';
import { decideAfterLostProbe, decideFinish, decideStart } from './decide-start';

const NOW = new Date('2026-01-15T12:00:00.000Z');
const settings = admission();

const row = (changes: Parameters<typeof tenantRow>[0] = {}): TenantLookup =>
  parseTenantRow(1001, tenantRow(changes), tiers(), 'small');

function withTenant(changes: Partial<Tenant>): TenantLookup {
  const lookup = row();
  return lookup.kind === 'tenant' ? { ...lookup, tenant: { ...lookup.tenant, ...changes } } : lookup;
}

function withCircuit(changes: Partial<Circuit>): TenantLookup {
  const at = '2026-01-15T11:50:00.000Z';
  const open = { failures: 5, firstAt: at, lastAt: at, reason: 'boot-timeout', openedAt: at, probes: 0 };
  return withTenant({ circuits: new Map([['small', { ...open, ...changes }]]) });
}

const none: TenantLookup = parseTenantRow(1001, undefined, tiers(), 'small');
const limited = row({ github_limited_until: '2026-01-15T12:20:00.000Z' });
const probing = withCircuit({ probeAt: '2026-01-15T11:55:00.000Z' });
const open = withCircuit({ probeAt: '2026-01-15T12:05:00.000Z' });
const held = launch({ state: 'held' });
const asked = launch({ state: 'launching', intent: intent() });
const start = { kind: 'start', securityGroupId: 'sg-acme' };

describe('before EC2 is asked', () => {
  test.each([
    ['an active tenant', { lookup: row() }, start],
    ['a job that waited for a day', { job: job({ queuedAt: '2026-01-14T12:00:00.000Z' }) }, start],
    ['a job that waited for longer', { job: job({ queuedAt: '2026-01-14T11:59:59.999Z' }) }, { kind: 'expire' }],
    ['an installation without a row', { lookup: none }, { kind: 'park', reason: 'unknown-tenant' }],
    ['a suspended tenant', { lookup: row({ status: 'suspended' }) }, { kind: 'park', reason: 'tenant-suspended' }],
    ['a deleted tenant', { lookup: row({ status: 'deleted' }) }, { kind: 'refuse', reason: 'tenant-deleted' }],
    ['a public repository', { job: job({ isPublic: true }) }, { kind: 'refuse', reason: 'public-repository' }],
    [
      'an old job of a deleted tenant',
      { job: job({ queuedAt: '2026-01-13T12:00:00.000Z' }), lookup: row({ status: 'deleted' }) },
      { kind: 'expire' },
    ],
    [
      'a tenant without a security group',
      { lookup: row({ security_group_id: undefined }) },
      { kind: 'park', reason: 'no-security-group' },
    ],
    [
      'a tenant that GitHub limits',
      { lookup: limited },
      { kind: 'park', reason: 'github-limited', until: new Date('2026-01-15T12:20:00.000Z') },
    ],
    [
      'an open circuit',
      { lookup: open },
      { kind: 'park', reason: 'circuit-open', until: new Date('2026-01-15T12:05:00.000Z') },
    ],
    ['an open circuit that is due for a probe', { lookup: probing }, { ...start, kind: 'probe' }],
    ['an intent that stands, whatever the circuit', { launch: asked, lookup: open }, start],
    ['an intent that stands, whatever the limit', { launch: asked, lookup: limited }, start],
    [
      'an intent that stands, but a suspension',
      { launch: asked, lookup: row({ status: 'suspended' }) },
      { kind: 'park', reason: 'tenant-suspended' },
    ],
  ])('%s', (_, facts, decision) => {
    expect(decideStart({ job: job(), launch: held, lookup: row(), ...facts }, settings, NOW)).toEqual(decision);
  });

  test("a shared security group takes the place of the tenant's", () => {
    const facts = { job: job(), launch: held, lookup: row({ security_group_id: undefined }) };
    const shared = { ...settings, sharedSecurityGroupId: 'sg-shared' };
    expect(decideStart(facts, shared, NOW)).toEqual({ kind: 'start', securityGroupId: 'sg-shared' });
  });
});

describe('when another launch took the probe', () => {
  const inAMinute = { kind: 'park', reason: 'circuit-open', until: new Date('2026-01-15T12:01:00.000Z') };
  test.each([
    ['the circuit closed meanwhile', row(), start],
    [
      'the circuit names the next probe',
      open,
      { kind: 'park', reason: 'circuit-open', until: new Date('2026-01-15T12:05:00.000Z') },
    ],
    ['the circuit still asks for one', probing, inAMinute],
    ["the tenant's row is gone", none, inAMinute],
    [
      'GitHub limits the tenant',
      limited,
      { kind: 'park', reason: 'github-limited', until: new Date('2026-01-15T12:20:00.000Z') },
    ],
  ])('%s', (_, lookup, decision) => {
    expect(decideAfterLostProbe({ launch: held, lookup }, 'sg-acme', NOW)).toEqual(decision);
  });
});

describe('after EC2 started the machine', () => {
  test.each([
    ['a job that still waits', {}, { kind: 'configure' }],
    ['a job whose row is forgotten', { current: undefined }, { kind: 'configure' }],
    ['a job that was cancelled', { current: job({ state: 'cancelled' }) }, { kind: 'ask' }],
    [
      'a job that GitHub holds back',
      { current: job({ state: 'parked', gatedAt: NOW.toISOString() }) },
      { kind: 'ask' },
    ],
    ['a suspended tenant', { lookup: row({ status: 'suspended' }) }, { kind: 'park', reason: 'tenant-suspended' }],
    [
      'a deleted tenant, whatever its job',
      { lookup: row({ status: 'deleted' }), current: job({ state: 'cancelled' }) },
      { kind: 'refuse', reason: 'tenant-deleted' },
    ],
  ])('%s', (_, facts, decision) => {
    expect(decideFinish({ job: job(), lookup: row(), current: job(), ...facts }, settings)).toEqual(decision);
  });
});
