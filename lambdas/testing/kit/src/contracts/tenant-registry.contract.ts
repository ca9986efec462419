import {
  claimProbe,
  recordFailure,
  type Admissions,
  type CapMark,
  type Circuit,
  type TenantLifecycle,
  type TenantLookup,
  type TenantRegistry,
  type LoginPins,
} from '@multi-tenant-runner/core';
import { admitTo } from './admit-to';
import { endIn } from './end-of';
import { tenantSlotsContract } from './tenant-slots.contract';
import { tenantRow } from '../factories';
import type { TenantRow } from '../fakes/tenant-registry';

export interface TenantTableUnderTest {
  readonly registry: TenantRegistry;
  readonly admissions: Admissions;
  readonly lifecycle: TenantLifecycle;
  readonly pins: LoginPins;
  /** Writes a row as an operator does. */
  write(row: TenantRow): Promise<void>;
  read(installationId: number): Promise<TenantRow | undefined>;
}

const limitOf = (lookup: TenantLookup): number | undefined =>
  lookup.kind === 'tenant' ? lookup.tenant.maxRunners : undefined;
const heldOf = (lookup: TenantLookup): number | undefined =>
  lookup.kind === 'tenant' ? lookup.tenant.slotsHeld : undefined;

/** What every tenant registry keeps, however many call it at once. */
export function tenantRegistryContract(make: () => Promise<TenantTableUnderTest>, nextId: () => number): void {
  let table: TenantTableUnderTest;
  let id: number;
  const standing = async (overrides: TenantRow = {}): Promise<void> => {
    await table.write(tenantRow({ ...overrides, installation_id: id }));
  };

  beforeEach(async () => {
    table = await make();
    id = nextId();
  });

  describe('reading', () => {
    it('answers none where there is no row', async () => {
      await expect(table.registry.get(id)).resolves.toEqual({ kind: 'none', installationId: id, problems: [] });
    });

    it('reads every attribute of a row', async () => {
      await standing({
        slots_held: 2,
        slot_changes: 7,
        allow_public_repositories: true,
        previous_installation_id: 9,
        suspended_by: 'operator',
        status: 'suspended',
      });
      const lookup = await table.registry.get(id);
      expect(lookup).toMatchObject({
        kind: 'tenant',
        problems: [],
        tenant: {
          installationId: id,
          orgName: 'acme',
          tier: 'small',
          maxRunners: 2,
          accountId: 501,
          allowPublicRepositories: true,
          previousInstallationId: 9,
          suspendedBy: 'operator',
          slotsHeld: 2,
          slotChanges: 7,
        },
      });
    });

    it('takes the row that the upgrade command makes of a mistyped id for no tenant', async () => {
      await table.write({ installation_id: id, tier: 'medium', max_runners: 5, updated_at: '2024-01-15T12:00:00Z' });
      await expect(table.registry.get(id)).resolves.toMatchObject({
        kind: 'none',
        problems: [{ attribute: 'org_name' }, { attribute: 'status' }],
      });
    });

    it('lists every row once, over pages', async () => {
      const ids = [id, nextId(), nextId(), nextId(), nextId()];
      for (const one of ids) await table.write(tenantRow({ installation_id: one }));
      const seen: number[] = [];
      let cursor: string | undefined;
      do {
        const page = await table.registry.list(cursor);
        seen.push(
          ...page.lookups.map((lookup) =>
            lookup.kind === 'tenant' ? lookup.tenant.installationId : lookup.installationId,
          ),
        );
        cursor = page.cursor;
      } while (cursor !== undefined);
      expect(seen.filter((one) => ids.includes(one)).sort((a, b) => a - b)).toEqual(ids);
    });
  });

  describe('admission', () => {
    it('admits up to the limit and answers the row as it is then', async () => {
      await standing({ max_runners: 2 });
      const first = await admitTo(table, id, '1-1');
      expect(first.admitted).toBe(true);
      expect(heldOf(first.lookup)).toBe(1);
      await expect(admitTo(table, id, '2-1')).resolves.toMatchObject({ admitted: true });
      const third = await admitTo(table, id, '3-1');
      expect(third.admitted).toBe(false);
      expect(heldOf(third.lookup)).toBe(2);
    });

    it('admits exactly as many of 200 at once as the limit says', async () => {
      await standing({ max_runners: 5 });
      const outcomes = await Promise.all(Array.from({ length: 200 }, (_, index) => admitTo(table, id, `${index}-1`)));
      expect(outcomes.filter((outcome) => outcome.admitted)).toHaveLength(5);
      await expect(table.registry.get(id)).resolves.toMatchObject({ tenant: { slotsHeld: 5, slotChanges: 5 } });
    });

    it.each([
      ['a limit of 0', { max_runners: 0 }],
      ['a negative limit', { max_runners: -1 }],
      ['no limit', { max_runners: undefined }],
      ['a limit that is a text', { max_runners: '5' }],
      ['a suspended tenant', { status: 'suspended' }],
      ['a deleted tenant', { status: 'deleted' }],
      ['an unknown status', { status: 'paused' }],
      ['a row without a name', { org_name: undefined }],
    ])('admits no launch for %s', async (_what, overrides) => {
      await standing(overrides);
      const before = await table.read(id);
      await expect(admitTo(table, id, '1-1')).resolves.toMatchObject({ admitted: false });
      expect(await table.read(id)).toEqual(before);
    });

    it('admits no launch without a row, and creates none', async () => {
      await expect(admitTo(table, id, '1-1')).resolves.toMatchObject({
        admitted: false,
        lookup: { kind: 'none' },
      });
      expect(await table.read(id)).toBeUndefined();
    });

    it.each([
      ['held slots that are a text', { slots_held: 'ab' }],
      ['held slots that are a list', { slots_held: ['1-1'] }],
      ['held slots that are a negative number', { slots_held: -1 }],
      ['held slots that are a set', { slots_held: new Set(['1-1']) }],
      ['changes that are a text', { slot_changes: 'many' }],
      ['changes that are a negative number', { slot_changes: -1 }],
      ['the launches of an earlier version', { slots: new Set(['1-1']) }],
    ])('admits no launch over %s, and leaves them to the sweep', async (_what, counts) => {
      await standing({ ...counts, max_runners: 9 });
      await expect(admitTo(table, id, '1-1')).resolves.toMatchObject({
        admitted: false,
        lookup: { kind: 'tenant', slotsBroken: true },
      });
      expect(await table.read(id)).toMatchObject(counts);
    });

    it.each([
      ['missing', undefined],
      ['negative', -3],
      ['a text', 'many'],
      ['a fraction', 2.5],
    ])('counts the given limit in place of one that is %s', async (_what, max_runners) => {
      await standing({ max_runners });
      const outcomes = await Promise.all(
        ['1-1', '2-1', '3-1', '4-1'].map((launchId) => admitTo(table, id, launchId, 2)),
      );
      expect(outcomes.filter((outcome) => outcome.admitted)).toHaveLength(2);
      expect(outcomes.map((outcome) => limitOf(outcome.lookup))).toEqual([2, 2, 2, 2]);
    });

    it('admits no launch under a given limit of 0', async () => {
      await standing({ max_runners: 'many' });
      await expect(admitTo(table, id, '1-1', 0)).resolves.toMatchObject({ admitted: false });
    });

    it("counts the row's own figure where that can be used, whatever limit is given", async () => {
      await standing({ max_runners: 1 });
      await expect(admitTo(table, id, '1-1', 5)).resolves.toMatchObject({ admitted: true });
      await expect(admitTo(table, id, '2-1', 5)).resolves.toMatchObject({ admitted: false });
    });

    it('admits no launch after the limit was lowered until below it', async () => {
      await standing({ max_runners: 3 });
      for (const launchId of ['1-1', '2-1', '3-1']) await admitTo(table, id, launchId);
      await table.write({ ...(await table.read(id)), max_runners: 2 });
      await expect(admitTo(table, id, '4-1')).resolves.toMatchObject({ admitted: false });
      await endIn(table, id, '1-1');
      await expect(admitTo(table, id, '4-1')).resolves.toMatchObject({ admitted: false });
      await endIn(table, id, '2-1');
      await expect(admitTo(table, id, '4-1')).resolves.toMatchObject({ admitted: true });
    });
  });

  describe('slots', () => tenantSlotsContract(() => ({ table, id })));

  describe('what GitHub limits', () => {
    it('is remembered until the latest time that was said, and only for a tenant', async () => {
      const [soon, later] = [new Date('2026-01-15T12:10:00.000Z'), new Date('2026-01-15T12:30:00.000Z')];
      await expect(table.registry.limitGitHub(id, soon)).resolves.toBe(false);
      expect(await table.read(id)).toBeUndefined();
      await standing();
      await expect(table.registry.limitGitHub(id, later)).resolves.toBe(true);
      await expect(table.registry.limitGitHub(id, soon)).resolves.toBe(false);
      await expect(table.registry.limitGitHub(id, later)).resolves.toBe(false);
      await expect(table.registry.get(id)).resolves.toMatchObject({
        tenant: { githubLimitedUntil: later.toISOString() },
      });
    });

    it('replaces an invalid value that an operator wrote', async () => {
      await standing({ github_limited_until: 12 });
      await expect(table.registry.limitGitHub(id, new Date('2026-01-15T12:10:00.000Z'))).resolves.toBe(true);
    });
  });

  describe('where GitHub takes runners', () => {
    const known = { group: 'builders', id: 42, at: '2026-01-15T12:00:00.000Z', repositories: [7, 8] };

    it('is remembered as it was said last, until it is forgotten, and only for a living tenant', async () => {
      await expect(table.registry.rememberGroup(id, known)).resolves.toBe(false);
      expect(await table.read(id)).toBeUndefined();
      await standing({ runner_group_known: 'a hand wrote this' });
      await expect(table.registry.get(id)).resolves.not.toHaveProperty('tenant.knownGroup');
      await expect(table.registry.rememberGroup(id, known)).resolves.toBe(true);
      await expect(table.registry.get(id)).resolves.toMatchObject({ tenant: { knownGroup: known } });
      await expect(table.registry.rememberGroup(id, null)).resolves.toBe(true);
      expect(await table.read(id)).not.toHaveProperty('runner_group_known');
      await standing({ status: 'deleted' });
      await expect(table.registry.rememberGroup(id, known)).resolves.toBe(false);
    });
  });

  describe('what a tenant has used', () => {
    const usage = (minute: number, daySeconds: number) => ({
      at: `2026-01-15T12:0${minute}:00.000Z`,
      day: '2026-01-15',
      daySeconds,
      month: '2026-01',
      monthSeconds: daySeconds,
      monthCostMicros: 7,
    });

    it('is remembered as the latest reading says, and only for a tenant', async () => {
      await expect(table.registry.recordUsage(id, usage(1, 60))).resolves.toBe(false);
      expect(await table.read(id)).toBeUndefined();
      await standing();
      await expect(table.registry.recordUsage(id, usage(2, 120))).resolves.toBe(true);
      await expect(table.registry.recordUsage(id, usage(1, 60))).resolves.toBe(false);
      await expect(table.registry.get(id)).resolves.toMatchObject({ tenant: { usage: usage(2, 120) } });
    });

    it('replaces an invalid value that an operator wrote', async () => {
      await standing({ usage: 12 });
      await expect(table.registry.recordUsage(id, usage(1, 60))).resolves.toBe(true);
    });
  });

  describe('a cap that was met', () => {
    const mark = (level: CapMark['level'], period: string): CapMark => {
      return { level, period, used: 80, cap: 100, until: '2026-02-01T00:00:00.000Z' };
    };
    const markCap = (...of: Parameters<typeof mark>) => table.registry.markCap(id, 'minutes-per-month', mark(...of));

    it('is marked once at each level of each period, the lower never after the higher, only for a tenant', async () => {
      await expect(markCap('warned', '2026-01')).resolves.toBe(false);
      expect(await table.read(id)).toBeUndefined();
      await standing();
      const answers = [];
      for (const [level, period] of [
        ['warned', '2026-01'],
        ['warned', '2026-01'],
        ['reached', '2026-01'],
        ['reached', '2026-01'],
        ['warned', '2026-01'],
        ['reached', '2026-02'],
        ['warned', '2026-02'],
        ['warned', '2026-03'],
      ] as const)
        answers.push(await markCap(level, period));
      expect(answers).toEqual([true, false, true, false, false, true, false, true]);
      const capMarks = { 'minutes-per-month': mark('warned', '2026-03') };
      await expect(table.registry.get(id)).resolves.toMatchObject({ tenant: { capMarks } });
    });

    it('is marked by one of many at once, and by nobody else of another cap', async () => {
      await standing({ met_limit_minutes: 7 });
      const answers = await Promise.all(Array.from({ length: 20 }, () => markCap('reached', '2026-01')));
      expect(answers.filter(Boolean)).toHaveLength(1);
      await expect(table.registry.markCap(id, 'spend-per-month', mark('warned', '2026-01'))).resolves.toBe(true);
    });
  });

  describe('the circuit of a tier', () => {
    const NOW = new Date('2026-01-15T12:00:00.000Z');
    const circuitOf = async (tier: string): Promise<Circuit | undefined> => {
      const lookup = await table.registry.get(id);
      return lookup.kind === 'tenant' ? lookup.tenant.circuits.get(tier) : undefined;
    };

    it('is written, read, left and removed, each tier for itself', async () => {
      await standing();
      const open: Circuit = {
        ...recordFailure(undefined, 'boot', NOW),
        openedAt: NOW.toISOString(),
        probeAt: NOW.toISOString(),
        probe: '1-1',
      };
      await expect(table.registry.changeCircuit(id, 'extra-large.x', () => open)).resolves.toBe(true);
      expect(await circuitOf('extra-large.x')).toEqual(open);
      expect(await circuitOf('small')).toBeUndefined();
      await expect(table.registry.changeCircuit(id, 'extra-large.x', () => undefined)).resolves.toBe(false);
      expect(await circuitOf('extra-large.x')).toEqual(open);
      await expect(table.registry.changeCircuit(id, 'extra-large.x', () => null)).resolves.toBe(true);
      expect(await table.read(id)).not.toHaveProperty('circuit_extra-large.x');
    });

    it('loses none of the failures that are counted at once', async () => {
      await standing();
      await Promise.all(
        Array.from({ length: 8 }, () =>
          table.registry.changeCircuit(id, 'small', (circuit) => recordFailure(circuit, 'boot', NOW)),
        ),
      );
      expect(await circuitOf('small')).toMatchObject({ failures: 8 });
    });

    it('gives one of many who ask at once the probe', async () => {
      await standing();
      await table.registry.changeCircuit(id, 'small', () => ({
        ...recordFailure(undefined, 'boot', NOW),
        openedAt: NOW.toISOString(),
        probeAt: NOW.toISOString(),
      }));
      const claims = Array.from({ length: 8 }, (_, index) =>
        table.registry.changeCircuit(id, 'small', (circuit) => claimProbe(circuit, `${index}-1`, NOW)),
      );
      expect((await Promise.all(claims)).filter(Boolean)).toHaveLength(1);
    });

    it('that an operator broke counts as closed, and is rewritten', async () => {
      await standing({ circuit_small: 'closed please' });
      expect(await circuitOf('small')).toBeUndefined();
      await expect(
        table.registry.changeCircuit(id, 'small', (circuit) => recordFailure(circuit, 'boot', NOW)),
      ).resolves.toBe(true);
      expect(await circuitOf('small')).toMatchObject({ failures: 1, reason: 'boot' });
    });

    it('is never written where there is no tenant', async () => {
      await expect(
        table.registry.changeCircuit(id, 'small', (circuit) => recordFailure(circuit, 'boot', NOW)),
      ).resolves.toBe(false);
      expect(await table.read(id)).toBeUndefined();
    });
  });

  it.each([
    ['pending', true],
    ['done', false],
    [undefined, false],
  ])('names an uninstalled tenant whose clean-up is %s: %s', async (cleanup, isNamed) => {
    await table.write({ installation_id: id, org_name: 'acme', status: 'deleted', ...(cleanup && { cleanup }) });
    expect((await table.registry.tenantsToCleanUp()).includes(id)).toBe(isNamed);
  });
}
