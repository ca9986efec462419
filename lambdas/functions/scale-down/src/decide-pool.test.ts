import { HOUR, MINUTE, TAG, type Blank, type Machine, type Pool } from '@multi-tenant-runner/core';
import { intent } from '@multi-tenant-runner/testing';
import { decidePool, ownerOf, type PoolSnapshot } from './decide-pool';

const NOW = new Date('2026-01-15T12:00:00.000Z');
const ago = (milliseconds: number): string => new Date(NOW.getTime() - milliseconds).toISOString();
const POOL: Pool = { size: 1, schedule: [], maxIdle: HOUR, dedicated: new Map(), template: 'lt-small/1' };

const machine = (instanceId: string, tags: Record<string, string> = {}, launchedAt = ago(30 * MINUTE)): Machine => ({
  instanceId,
  state: 'running',
  launchedAt,
  tags: { [TAG.blankId]: `blank-of-${instanceId}`, ...tags },
});
const blank = (instanceId: string, overrides: Partial<Blank> = {}): Blank => ({
  tier: 'small',
  place: 0,
  blankId: `blank-of-${instanceId}`,
  intent: intent(),
  createdAt: ago(30 * MINUTE),
  launchedAt: ago(30 * MINUTE),
  instanceId,
  announcement: { at: ago(29 * MINUTE), nonceHash: 'hash' },
  ...overrides,
});
const bound = (instanceId: string, boundAt = ago(MINUTE)) => ({
  instanceId,
  installationId: 1001,
  launchId: '1-1',
  boundAt,
});
const OWNED = { [TAG.tenantId]: '1001', [TAG.launchId]: '1-1' };

function decide(snapshot: Partial<PoolSnapshot>, pool: Partial<Pool> | undefined = {}) {
  const pools = new Map(pool === undefined ? [] : [['small', { ...POOL, ...pool }]]);
  const limits = { pools, bootTimeout: 10 * MINUTE, grace: 10 * MINUTE };
  return decidePool({ machines: [], blanks: [], bound: [], ...snapshot }, NOW, limits).map((action) =>
    action.kind === 'end-blank' ? `${action.reason} ${action.blank.blankId}` : Object.values(action).join(' '),
  );
}

test('nothing to do about a machine that waits in its place', () => {
  expect(decide({ machines: [machine('i-1')], blanks: [blank('i-1')] })).toEqual([]);
});

test('a free place is filled, once for a size', () => {
  expect(decide({}, { size: 3 })).toEqual(['fill small']);
  expect(decide({}, { size: 0, dedicated: new Map([[1001, 1]]) })).toEqual(['fill small']);
  expect(decide({}, { size: 0 })).toEqual([]);
});

test.each<[string, Partial<Blank>, Partial<Pool>]>([
  ['too-many', { place: 1 }, {}],
  ['too-old', { launchedAt: ago(HOUR + 1) }, {}],
  ['outdated', {}, { template: 'lt-small/2' }],
])('a machine that is %s ends, and its place is filled where one is wanted', (reason, overrides, pool) => {
  const actions = decide({ machines: [machine('i-1')], blanks: [blank('i-1', overrides)] }, pool);
  expect(actions).toEqual([`${reason} blank-of-i-1`, 'fill small']);
});

test('one of a pool that is gone ends', () => {
  expect(decide({ machines: [machine('i-1')], blanks: [blank('i-1', { tier: 'large' })] }, { size: 0 })).toEqual([
    'no-pool blank-of-i-1',
  ]);
});

test('of several by one call, a machine is in a place that does not know it yet by its number alone', () => {
  const [known, lost] = [0, 1].map((launchIndex) => ({
    ...machine(`i-${launchIndex}`, { [TAG.blankId]: 'blank-of-both' }),
    launchIndex,
  })) as [Machine, Machine];
  const group = (index: number) => ({ blankId: 'blank-of-both', intent: { ...intent(), group: { index, size: 2 } } });
  const machines = [known, lost];
  const first = blank('i-0', group(0));
  const { instanceId: _instanceId, ...starting } = blank('i-1', { ...group(1), place: 1, createdAt: ago(MINUTE) });
  expect(decide({ machines, blanks: [first, starting] }, { size: 2 })).toEqual([]);
  expect(decide({ machines, blanks: [first] })).toEqual(['end-machine i-1']);
  expect(decide({ machines, blanks: [starting] }, { size: 2 })).toContain('end-machine i-0');
});

test('a machine that does not announce itself ends after the time of a boot', () => {
  const { announcement: _announcement, ...silent } = blank('i-1');
  expect(decide({ machines: [machine('i-1')], blanks: [silent] })).toEqual([
    'never-announced blank-of-i-1',
    'fill small',
  ]);
  expect(decide({ machines: [machine('i-1')], blanks: [{ ...silent, launchedAt: ago(9 * MINUTE) }] })).toEqual([]);
});

test('a place whose machine EC2 does not list is free after the grace', () => {
  expect(decide({ blanks: [blank('i-1')] })).toEqual(['gone blank-of-i-1', 'fill small']);
  expect(decide({ blanks: [blank('i-1', { launchedAt: ago(9 * MINUTE) })] })).toEqual([]);
});

test('a place that nobody fills any more is free after the grace; its machine is spared until then', () => {
  const { instanceId: _instanceId, launchedAt: _launchedAt, ...starting } = blank('i-1');
  expect(decide({ machines: [machine('i-1')], blanks: [starting] })).toEqual([
    'never-started blank-of-i-1',
    'fill small',
  ]);
  const young = { ...starting, createdAt: ago(MINUTE) };
  expect(decide({ machines: [machine('i-1')], blanks: [young] })).toEqual([]);
});

test('a machine without a row ends at once: its row was there before it', () => {
  expect(decide({ machines: [machine('i-1', {}, ago(0))] }, { size: 0 })).toEqual(['end-machine i-1']);
});

test('a machine that was taken is its tenant’s, by the row of its binding or by its tags', () => {
  const snapshot = { machines: [machine('i-1')], blanks: [], bound: [bound('i-1')] };
  expect(decide(snapshot, { size: 0 })).toEqual([]);
  expect(ownerOf(machine('i-1'), snapshot)).toBe(1001);
  expect(ownerOf(machine('i-1', OWNED), { bound: [] })).toBe(1001);
  expect(ownerOf(machine('i-1'), { bound: [] })).toBeUndefined();
  // A tenant's own machine, which waits.
  expect(ownerOf(machine('i-1', { [TAG.tenantId]: '1001' }), { bound: [] })).toBeUndefined();
});

test('the row of a binding is kept for as long as another sweep may go by an older list', () => {
  const old = [bound('i-1', ago(31 * MINUTE))];
  expect(decide({ machines: [machine('i-1', OWNED)], bound: old }, { size: 0 })).toEqual(['forget i-1']);
  expect(decide({ bound: old }, { size: 0 })).toEqual(['forget i-1']);
  // EC2 does not show its tags: only the row says whose it is.
  expect(decide({ machines: [machine('i-1')], bound: old }, { size: 0 })).toEqual([]);
  expect(decide({ machines: [machine('i-1', OWNED)], bound: [bound('i-1')] }, { size: 0 })).toEqual([]);
});
