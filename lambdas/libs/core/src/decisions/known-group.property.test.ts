import { settings, tenantRow } from '@multi-tenant-runner/testing';
import fc from 'fast-check';
import { parseKnownGroup, type KnownGroup } from '../model/known-group';
import { parseTenantRow } from '../model/tenant-row';
import { DAY, plus } from '../model/time';
import { decideKnownGroup, learnGroup } from './known-group';

const NOW = new Date('2026-01-15T12:00:00.000Z');
const { tiers, defaultTier } = settings();
const lookupOf = (row: Record<string, unknown>) => parseTenantRow(1001, tenantRow(row), tiers, defaultTier);
const job = { tier: 'small', repoId: 7, isPublic: false, restarts: 0 };
const known = (overrides: Partial<KnownGroup> = {}): KnownGroup => ({
  ...{ group: 'builders', id: 42, at: NOW.toISOString() },
  ...overrides,
});
const decide = (row: object, ofJob: Partial<typeof job> = {}, now = NOW, group: string | number = 'builders') =>
  decideKnownGroup(lookupOf({ ...row }), { ...job, ...ofJob }, group, now);
const remembered = { runner_group_known: known() };

const names = fc.constantFrom('builders', 'other', 1, 42);
const repositories = fc.integer({ min: 1, max: 40 });
const jobs = fc.record(
  { tier: fc.constant('small'), repoId: repositories, isPublic: fc.boolean(), restarts: fc.constant(0) },
  { requiredKeys: ['tier', 'isPublic', 'restarts'] },
);
const lookUps = fc.array(
  fc.record({
    job: jobs,
    group: names,
    isForAll: fc.boolean(),
    id: fc.integer({ min: 1, max: 3 }),
    after: fc.nat(DAY),
  }),
  { maxLength: 40 },
);

test('what is remembered of a group is what GitHub said of it and the repository within a day', () => {
  fc.assert(
    fc.property(lookUps, (all) => {
      let now = NOW;
      let row: KnownGroup | undefined;
      const said: { readonly group: string | number; readonly id: number; readonly repoId?: number; at: Date }[] = [];
      for (const { job: one, group, isForAll, id, after } of all) {
        now = plus(now, after);
        const recalled = decideKnownGroup(lookupOf({ runner_group_known: row }), one, group, now);
        const isSaid = said.some(
          (earlier) =>
            earlier.group === group &&
            earlier.id === recalled &&
            now.getTime() - earlier.at.getTime() < DAY &&
            (earlier.repoId === undefined ? !one.isPublic : earlier.repoId === one.repoId),
        );
        expect(recalled === undefined || isSaid).toBe(true);
        const next = learnGroup(row, { group, id, isForAll }, one, now);
        said.push({ group, id, at: now, ...(isForAll ? {} : { repoId: one.repoId ?? -1 }) });
        if (one.isPublic && one.repoId !== undefined) said.push({ group, id, at: now, repoId: one.repoId });
        row = next ?? row;
        expect(row?.repositories?.length ?? 0).toBeLessThanOrEqual(20);
        if (row !== undefined) expect(parseKnownGroup(row)).toEqual(row);
      }
    }),
  );
});

test.each<[string, number | undefined, number | undefined]>([
  ['a private repository of any id', decide(remembered, { repoId: 8 }), 42],
  ['a public repository', decide(remembered, { isPublic: true }), undefined],
  ['a day later', decide(remembered, {}, plus(NOW, DAY)), undefined],
  ['a row from the future', decide(remembered, {}, plus(NOW, -1)), undefined],
  ['another group, as the row was changed', decide(remembered, {}, NOW, 'other'), undefined],
  ['a job of which a machine came to nothing', decide(remembered, { restarts: 1 }), undefined],
  ['a repository that was asked for', decide({ runner_group_known: known({ repositories: [7] }) }), 42],
  ['another one', decide({ runner_group_known: known({ repositories: [7] }) }, { repoId: 8 }), undefined],
])('a remembered group serves, or GitHub is asked: %s', (_what, id, expected) => {
  expect(id).toBe(expected);
});

test('a size whose launches fail asks GitHub', () => {
  const circuit = { failures: 1, first_at: NOW.toISOString(), last_at: NOW.toISOString(), reason: 'x', probes: 0 };
  expect(decide({ ...remembered, circuit_small: circuit })).toBeUndefined();
  expect(decide({ ...remembered, circuit_large: circuit })).toBe(42);
});

test('whatever a hand wrote into the row, GitHub is asked or an id is sent that GitHub judges', () => {
  fc.assert(
    fc.property(fc.anything(), (value) => {
      const id = decide({ runner_group_known: value });
      expect(id === undefined || (Number.isSafeInteger(id) && id > 0)).toBe(true);
    }),
  );
});
