import { freeSlots, isBrokenRow } from './tenant';
import { parseTenantRow } from './tenant-row';
import type { Tier } from './tier';

const tier = (name: string, maxRunners: number): [string, Tier] => [
  name,
  { name, maxRunners, labels: [name], instanceTypes: ['t3.medium'], capacity: 'on-demand' as const, runnerGroupId: 1 },
];
const tiers = new Map([tier('small', 2), tier('medium', 5)]);
const row = {
  installation_id: 1,
  org_name: 'acme',
  org_type: 'Organization',
  status: 'active',
  tier: 'medium',
  max_runners: 5,
};
const parse = (change: Record<string, unknown>) => parseTenantRow(1, { ...row, ...change }, tiers, 'small');

test('a row as the tenant manager writes it has no problem', () => {
  expect(parse({})).toMatchObject({
    kind: 'tenant',
    problems: [],
    tenant: { tier: 'medium', maxRunners: 5, maxRunnersFromRow: true },
  });
});

test.each([
  ['no row', undefined],
  [
    'the row that the upgrade command makes of a mistyped id',
    { tier: 'medium', max_runners: 5, updated_at: '2024-01-15T12:00:00Z' },
  ],
  ['an unknown status', { ...row, status: 'paused' }],
  ['an empty org_name', { ...row, org_name: ' ' }],
])('%s is not a tenant', (_name, value) => {
  expect(parseTenantRow(1, value, tiers, 'small').kind).toBe('none');
});

test.each([[-1], [1.5], ['5'], [null], [undefined], [Number.NaN], [Number.POSITIVE_INFINITY], [true], [[5]]])(
  "max_runners %p gives way to the tier's own limit and is reported",
  (value) => {
    const parsed = parse({ max_runners: value });
    expect(parsed).toMatchObject({
      kind: 'tenant',
      tenant: { maxRunners: 5, maxRunnersFromRow: false },
      problems: [{ attribute: 'max_runners' }],
    });
  },
);

test('a limit of 0 is a limit', () =>
  expect(parse({ max_runners: 0 })).toMatchObject({ tenant: { maxRunners: 0 }, problems: [] }));

test("a limit above the tier's is honoured", () =>
  expect(parse({ max_runners: 50 })).toMatchObject({ tenant: { maxRunners: 50 }, problems: [] }));

test('an unknown tier is read as the default one and is reported', () => {
  expect(parse({ tier: 'huge' })).toMatchObject({
    tenant: { tier: 'small', maxRunners: 5 },
    problems: [{ attribute: 'tier' }],
  });
});

test('what an uninstall leaves where nothing was installed is a tombstone', () => {
  expect(parseTenantRow(1, { status: 'deleted', cleanup: 'pending' }, tiers, 'small')).toEqual({
    kind: 'tombstone',
    installationId: 1,
    cleanup: 'pending',
  });
});

describe.each([
  ['a finished clean-up', { cleanup: 'done' }],
  ['an unfinished clean-up', { cleanup: 'pending' }],
  ['the time of the deletion', { deleted_at: '2026-01-15T12:00:00.000Z' }],
])('a row with %s', (_name, mark) => {
  it.each(['active', 'suspended', 'paused', undefined, 7])(
    'is deleted although its status is %p, and says so',
    (status) => {
      const parsed = parse({ ...mark, status });
      expect(parsed).toMatchObject({
        kind: 'tenant',
        tenant: { status: 'deleted' },
        problems: [{ attribute: 'status', problem: expect.stringContaining('that is final') }],
      });
      expect(parsed.kind === 'tenant' && freeSlots(parsed.tenant)).toBe(0);
    },
  );

  it('is sound when its status says so too', () =>
    expect(parse({ ...mark, status: 'deleted' })).toMatchObject({ problems: [] }));

  it('is a tombstone where there is no name, whatever its status', () => {
    expect(parseTenantRow(1, { ...mark, status: 'active' }, tiers, 'small')).toMatchObject({
      kind: 'tombstone',
      problems: [{ attribute: 'status' }],
    });
  });
});

test.each([
  ['an unknown status', { ...row, status: 'paused' }, true],
  ['no status', { ...row, status: undefined }, true],
  [
    'no name, which the next event of the installation fills in',
    { ...row, org_name: undefined, status: 'paused' },
    false,
  ],
  ['nothing wrong', row, false],
  ['no attributes at all', undefined, false],
])('a row with %s is for a hand to mend: see below', (_name, value, broken) => {
  expect(isBrokenRow(parseTenantRow(1, value, tiers, 'small'))).toBe(broken);
});

describe.each(['slots_held', 'slot_changes'])('%s', (attribute) => {
  test.each(['a', -1, 1.5, null, new Set(['1-1'])])('that is %p, no count, is reported and counts as none', (value) => {
    const problem = 'is not an integer of at least 0; the sweep counts anew, do not edit it';
    expect(parse({ [attribute]: value })).toMatchObject({
      slotsBroken: true,
      problems: [{ attribute, problem }],
      tenant: { slotsHeld: 0, slotChanges: 0 },
    });
  });
});

test.each([new Set(['1-1', 'qp97ead']), 'none', new Set([1])])(
  'the launches of an earlier version are reported',
  (slots) => {
    const problem = 'is of an earlier version; the sweep counts anew and removes it';
    expect(parse({ slots, slots_held: 1 })).toMatchObject({
      slotsBroken: true,
      problems: [{ attribute: 'slots', problem }],
    });
  },
);

test('a row that never had a slot has none', () => {
  expect(parse({})).toMatchObject({ slotsBroken: false, problems: [], tenant: { slotsHeld: 0, slotChanges: 0 } });
});

test('a limit lowered below what runs leaves no negative slots', () => {
  const parsed = parse({ max_runners: 1, slots_held: 2 });
  expect(parsed.kind === 'tenant' && freeSlots(parsed.tenant)).toBe(0);
});

test('a suspended tenant has no free slots', () => {
  const parsed = parse({ status: 'suspended' });
  expect(parsed.kind === 'tenant' && freeSlots(parsed.tenant)).toBe(0);
});
