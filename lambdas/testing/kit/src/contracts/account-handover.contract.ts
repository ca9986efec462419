import type { NewTenant } from '@multi-tenant-runner/core';
import { tenantRow } from '../factories';
import type { TenantRow } from '../fakes/tenant-registry';
import type { TenantTableUnderTest } from './tenant-registry.contract';

const NOW = new Date('2026-01-15T12:00:00.000Z');
const OWNER = { kind: 'owner', id: 501, login: 'acme', type: 'Organization' } as const;

/** How an operator's decisions about an account pass from one of its installations to the next. */
export function accountHandoverContract(make: () => Promise<TenantTableUnderTest>, nextId: () => number): void {
  let table: TenantTableUnderTest;
  let id: number;
  const entry = (overrides: Partial<NewTenant> = {}): NewTenant => ({
    installationId: id,
    orgName: 'acme',
    orgType: 'Organization',
    accountId: 501,
    tier: 'small',
    maxRunners: 2,
    now: NOW,
    ...overrides,
  });
  const standing = (overrides: TenantRow = {}): Promise<void> =>
    table.write(tenantRow({ ...overrides, installation_id: id }));

  beforeEach(async () => {
    table = await make();
    id = nextId();
  });

  describe('the hand-over to the next installation of the account', () => {
    const standingOf = async (overrides: TenantRow): Promise<unknown> => {
      await standing(overrides);
      const answer = await table.lifecycle.handOver(id, nextId());
      return answer.kind === 'taken' && answer.policy.standing;
    };

    it('answers what was decided, and leaves to whom it went', async () => {
      const next = nextId();
      await standing({
        tier: 'medium',
        max_runners: 0,
        allow_public_repositories: false,
        notes: 'paid',
        slots_held: 1,
      });
      const taken = {
        kind: 'taken',
        policy: {
          standing: 'admitted',
          decisions: { tier: 'medium', max_runners: 0, allow_public_repositories: false, notes: 'paid' },
        },
      };
      await expect(table.lifecycle.handOver(id, next)).resolves.toEqual(taken);
      await expect(table.lifecycle.handOver(id, next)).resolves.toEqual(taken);
      expect(await table.read(id)).toMatchObject({ replaced_by: next, max_runners: 0 });
    });

    it.each([
      ['active', undefined, 'admitted'],
      ['suspended', 'operator', 'banned'],
      ['suspended', undefined, 'banned'],
      ['suspended', 'approval', 'awaits-approval'],
      ['suspended', 'github', 'admitted'],
      ['paused', undefined, 'awaits-approval'],
    ])('of a row that is %s by %s says %s, before and after its deletion', async (status, suspended_by, expected) => {
      expect(await standingOf({ status, suspended_by })).toBe(expected);
      if (status === 'paused') return;
      await table.lifecycle.markDeleted(id, OWNER, NOW);
      await expect(table.lifecycle.handOver(id, nextId())).resolves.toMatchObject({ policy: { standing: expected } });
    });

    it('asks for approval after an operator removed the tenant, and knows nothing of an older deletion', async () => {
      await standing({ status: 'deleted' });
      await table.lifecycle.markDeleted(id, OWNER, NOW);
      await expect(table.lifecycle.handOver(id, nextId())).resolves.toMatchObject({
        policy: { standing: 'awaits-approval' },
      });
      expect(await standingOf({ status: 'deleted', cleanup: 'done' })).toBe('unknown');
    });

    it('answers none for a tombstone, and follows where a later installation took over', async () => {
      await table.lifecycle.markDeleted(id, OWNER, NOW);
      await expect(table.lifecycle.handOver(id, nextId())).resolves.toEqual({ kind: 'none' });
      id = nextId();
      const next = nextId();
      await standing();
      await table.lifecycle.handOver(id, next);
      const later = nextId();
      await expect(table.lifecycle.handOver(id, later)).resolves.toMatchObject({ kind: 'taken' });
      await table.write(tenantRow({ installation_id: later }));
      await expect(table.lifecycle.handOver(id, nextId())).resolves.toEqual({ kind: 'follow', to: later });
    });

    it('starts the new row with it, unless a hand wrote something else there', async () => {
      const decisions = {
        tier: 'large',
        max_runners: 'many',
        runner_group: 'Builders',
        allow_public_repositories: true,
      };
      await table.write({ installation_id: id, runner_group: 'Own' });
      await table.lifecycle.create(entry({ decisions, suspendedBy: 'operator' }));
      expect(await table.read(id)).toMatchObject({
        ...decisions,
        runner_group: 'Own',
        status: 'suspended',
        suspended_by: 'operator',
      });
    });

    it('carries a later edit over, also to a row that is still to be created', async () => {
      await table.lifecycle.carryOver(id, { status: 'suspended', suspended_by: 'operator', max_runners: 0 });
      await table.lifecycle.create(entry({ decisions: { max_runners: 9 } }));
      expect(await table.read(id)).toMatchObject({ status: 'suspended', suspended_by: 'operator', max_runners: 0 });
      await table.lifecycle.carryOver(id, { status: 'active', suspended_by: null, max_runners: null, notes: 'back' });
      const row = await table.read(id);
      expect(row).toMatchObject({ status: 'active', notes: 'back' });
      expect(row).not.toHaveProperty('suspended_by');
      expect(row).not.toHaveProperty('max_runners');
    });

    it('lifts no suspension of GitHub', async () => {
      await standing({ status: 'suspended', suspended_by: 'github' });
      await table.lifecycle.carryOver(id, { status: 'active', suspended_by: null, max_runners: 3 });
      expect(await table.read(id)).toMatchObject({ status: 'suspended', suspended_by: 'github', max_runners: 3 });
    });
  });

  describe('the pins of the allow list', () => {
    it('keep the first account of a login, of many at once, and are no tenant', async () => {
      const login = `acme-${id}`;
      const answers = await Promise.all([1, 2, 3, 4].map((accountId) => table.lifecycle.pinLogin(login, accountId)));
      expect(new Set(answers).size).toBe(1);
      await table.lifecycle.pinLogin(`acme_${id}`, 77);
      const pins = await table.lifecycle.listPins();
      expect(pins.get(login)).toBe(answers[0]);
      expect(pins.get(`acme_${id}`)).toBe(77);
      const listed: number[] = [];
      let cursor: string | undefined;
      do {
        const page = await table.registry.list(cursor);
        listed.push(...page.lookups.map(({ installationId }) => installationId));
        cursor = page.cursor;
      } while (cursor !== undefined);
      expect(listed).not.toContain(0);
    });

    it('are taken away by an operator, each from the account that has it alone', async () => {
      const login = `acme-${id}`;
      await table.lifecycle.pinLogin(login, 77);
      expect(await table.pins.remove(login, 78)).toBe(false);
      expect((await table.pins.list()).get(login)).toBe(77);
      expect(await table.pins.remove(login, 77)).toBe(true);
      expect((await table.pins.list()).has(login)).toBe(false);
      expect(await table.pins.remove(login, 77)).toBe(false);
      expect(await table.lifecycle.pinLogin(login, 78)).toBe(78);
    });
  });
}
