import fc from 'fast-check';
import { job, settings as testSettings, tenantRow } from '@multi-tenant-runner/testing';
import { decideJobPolicy } from '../decisions/job-policy';
import { decideLaunchGate } from '../decisions/launch-gate';
import { encodeJobMessage, parseJobMessage } from './messages';
import { parseJson } from './schema';
import type { TenantLookup } from './tenant';
import { buildTenantNote, expectationsOf, lookupOfNote, type TenantNote } from './tenant-note';
import { parseTenantRow } from './tenant-row';

const settings = testSettings();
const NOW = new Date('2026-01-15T12:00:00.000Z');
const TIME = '2026-01-15T11:00:00.000Z';
const parseRow = (row: Record<string, unknown> | undefined): TenantLookup =>
  parseTenantRow(1001, row, settings.tiers, settings.defaultTier);

/** Whatever else a row may have, each attribute sound, broken or missing. */
const attributes = {
  org_name: fc.constantFrom('acme', '', 7),
  org_type: fc.constantFrom('Organization', 'User', 'Enterprise'),
  account_id: fc.constantFrom(501, -1),
  status: fc.constantFrom('active', 'suspended', 'deleted', 'paused'),
  tier: fc.constantFrom('small', 'large', 'gone'),
  max_runners: fc.constantFrom(0, 1, 5, 1.5, 'many'),
  slots_held: fc.constantFrom(0, 1, 7, 'none'),
  slot_changes: fc.constantFrom(0, 12),
  slots: fc.constant(new Set(['1-1'])),
  security_group_id: fc.constantFrom('sg-acme', 'sg-other'),
  allow_public_repositories: fc.constantFrom(true, false, 'yes'),
  runner_group: fc.constantFrom('own', 'other'),
  runner_group_known: fc.constantFrom(
    { group: 'own', id: 3, at: TIME },
    { group: 3, id: 3, at: TIME, repositories: [9] },
    { group: 3, id: 3, at: TIME, repositories: Array.from({ length: 21 }, (_, at) => at) },
    'none',
  ),
  github_limited_until: fc.constantFrom(TIME, '2026-01-15T13:00:00.000Z'),
  cleanup: fc.constantFrom('pending', 'done'),
  deleted_at: fc.constant(TIME),
  max_minutes_per_day: fc.constantFrom(0, 100),
  limit_spend: fc.constant(5),
  circuit_small: fc.constant({
    failures: 3,
    first_at: TIME,
    last_at: TIME,
    reason: 'boot',
    probes: 0,
    opened_at: TIME,
  }),
  updated_at: fc.constant(TIME),
};
const ATTRIBUTES = Object.keys(attributes) as (keyof typeof attributes)[];
const rows = fc.record(attributes, { requiredKeys: [] });
const sound = fc
  .record(
    {
      org_type: fc.constantFrom('Organization', 'User'),
      account_id: fc.constantFrom(501, 502),
      tier: fc.constantFrom('small', 'large'),
      max_runners: fc.constantFrom(1, 5),
      security_group_id: fc.constantFrom('sg-acme', 'sg-other', undefined),
      allow_public_repositories: fc.boolean(),
      runner_group: fc.constantFrom('own', 'other'),
      runner_group_known: fc.constant({ group: 3, id: 3, at: TIME, repositories: [9] }),
      github_limited_until: fc.constantFrom(TIME, '2026-01-15T13:00:00.000Z'),
    },
    { requiredKeys: [] },
  )
  .map((row) => tenantRow(row));
const anyRow = fc.oneof(
  rows.map((row) => tenantRow(row)),
  rows,
  sound,
);

/** As the write asks it. */
const holds = (note: TenantNote, tier: string, row: Readonly<Record<string, unknown>>): boolean =>
  Object.entries(expectationsOf(note, tier)).every(([name, value]) => (row[name] ?? null) === value);

/** All that an admission and a start are decided by, but for the count of slots, for which the write has a rule. */
function decisionOf(lookup: TenantLookup, tier: string) {
  const policy = [false, true].map((isPublic) => decideJobPolicy(lookup, { ...job({ tier }), isPublic }, settings));
  if (lookup.kind !== 'tenant') return { policy };
  const { orgName, orgType, maxRunners, maxRunnersFromRow, securityGroupId, runnerGroup, caps } = lookup.tenant;
  return {
    policy,
    ...{
      orgName,
      orgType,
      maxRunners,
      maxRunnersFromRow,
      securityGroupId,
      runnerGroup,
      caps,
      tier: lookup.tenant.tier,
    },
    gate: decideLaunchGate(lookup.tenant, tier, '1-1', NOW),
  };
}

const groupOf = (lookup: TenantLookup) => (lookup.kind === 'tenant' ? lookup.tenant.knownGroup : undefined);

it('a note travels, and says of its tenant what the row did', () => {
  fc.assert(
    fc.property(anyRow, (row) => {
      const lookup = parseRow(row);
      const note = buildTenantNote(lookup);
      if (note === undefined) return;
      const message = { ...job(), deliveryId: 'd', tenant: note };
      const parsed = parseJson(encodeJobMessage(message), parseJobMessage);
      expect(parsed).toMatchObject({ ok: true, value: { tenant: note } });
      const told = lookupOfNote(1001, note, settings);
      expect(decisionOf(told, 'small')).toEqual(decisionOf(lookup, 'small'));
      expect(groupOf(told)).toEqual(groupOf(lookup));
      expect(JSON.stringify(note).length).toBeLessThan(1_000);
    }),
  );
});

it('a row that a note holds for decides as the row did that it was made of', () => {
  const names = fc.subarray(ATTRIBUTES, { minLength: 1, maxLength: 2 });
  fc.assert(
    fc.property(sound, rows, names, fc.constantFrom('small', 'large'), (before, other, changed, tier) => {
      const after = { ...before, ...Object.fromEntries(changed.map((name) => [name, other[name]])) };
      const note = buildTenantNote(parseRow(before));
      if (note === undefined || !holds(note, tier, after)) return;
      expect(decisionOf(parseRow(after), tier)).toEqual(decisionOf(parseRow(before), tier));
    }),
    { numRuns: 1_000 },
  );
});

it.each([
  ['of no tenant', undefined],
  ['that is suspended', { status: 'suspended' }],
  ['that was deleted', { cleanup: 'done' }],
  ['with something broken', { max_runners: 'many' }],
  ['whose slots have to be counted', { slots: new Set(['1-1']) }],
  ['whose use is limited', { limit_spend: 5 }],
  [
    'whose launches came to nothing',
    { circuit_large: { failures: 1, first_at: TIME, last_at: TIME, reason: 'x', probes: 0 } },
  ],
])('a row %s has no note', (_what, overrides) => {
  const row = overrides && tenantRow(overrides);
  expect(buildTenantNote(parseRow(tenantRow()))).toBeDefined();
  expect(buildTenantNote(parseRow(row))).toBeUndefined();
});

it('a note that is none counts as absent: the job is not lost for it', () => {
  const { tenant: _none, ...message } = { ...job(), deliveryId: 'd', tenant: undefined };
  const sent = JSON.parse(encodeJobMessage(message)) as Record<string, unknown>;
  const parsed = parseJobMessage({ ...sent, tenant: { org_name: 7 } });
  expect(parsed).toMatchObject({ ok: true, value: { jobId: message.jobId } });
  expect(parsed.ok && parsed.value.tenant).toBeUndefined();
});
