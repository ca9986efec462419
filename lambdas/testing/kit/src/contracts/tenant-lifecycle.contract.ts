import type { NewTenant } from '@multi-tenant-runner/core';
import { admitTo } from './admit-to';
import { tenantRow } from '../factories';
import type { TenantRow } from '../fakes/tenant-registry';
import type { TenantTableUnderTest } from './tenant-registry.contract';

const NOW = new Date('2026-01-15T12:00:00.000Z');
const EARLY = '2026-01-15T10:00:00.000Z';
const LATE = '2026-01-15T11:00:00.000Z';
const OWNER = { kind: 'owner', id: 501, login: 'acme', type: 'Organization' } as const;

/** What the life of a tenant's row keeps to, in whatever order GitHub's events come. */
export function tenantLifecycleContract(make: () => Promise<TenantTableUnderTest>, nextId: () => number): void {
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

  describe('created', () => {
    it('writes a row that can run jobs at once', async () => {
      await expect(table.lifecycle.create(entry({ previousInstallationId: 77 }))).resolves.toBe(true);
      expect(await table.read(id)).toEqual({
        installation_id: id,
        org_name: 'acme',
        org_type: 'Organization',
        account_id: 501,
        status: 'active',
        tier: 'small',
        max_runners: 2,
        previous_installation_id: 77,
        created_at: NOW.toISOString(),
        updated_at: NOW.toISOString(),
      });
      await expect(admitTo(table, id, '1-1')).resolves.toMatchObject({ admitted: true });
    });

    it('changes nothing when it comes again', async () => {
      await table.lifecycle.create(entry());
      await expect(table.lifecycle.create(entry({ orgName: 'other', tier: 'large', maxRunners: 10 }))).resolves.toBe(
        false,
      );
      expect(await table.read(id)).toMatchObject({ org_name: 'acme', tier: 'small' });
    });

    it('fills in a row without a name and keeps the values an operator wrote', async () => {
      await table.write({ installation_id: id, tier: 'medium', max_runners: 5, updated_at: EARLY });
      await expect(table.lifecycle.create(entry())).resolves.toBe(true);
      expect(await table.read(id)).toMatchObject({
        org_name: 'acme',
        status: 'active',
        tier: 'medium',
        max_runners: 5,
        updated_at: EARLY,
        created_at: NOW.toISOString(),
      });
    });

    it('leaves a suspension that stands on a row without a name', async () => {
      await table.write({ installation_id: id, status: 'suspended', suspended_by: 'operator' });
      await expect(table.lifecycle.create(entry())).resolves.toBe(true);
      expect(await table.read(id)).toMatchObject({ org_name: 'acme', status: 'suspended', suspended_by: 'operator' });
    });

    it('waits for approval where onboarding requires it, and cannot run jobs', async () => {
      await expect(table.lifecycle.create(entry({ suspendedBy: 'approval' }))).resolves.toBe(true);
      expect(await table.read(id)).toMatchObject({
        org_name: 'acme',
        status: 'suspended',
        suspended_by: 'approval',
        tier: 'small',
        max_runners: 2,
      });
      await expect(admitTo(table, id, '1-1')).resolves.toMatchObject({ admitted: false });
    });

    it('is approved by a status set to active beforehand, and not by a tier alone', async () => {
      await table.write({ installation_id: id, status: 'active' });
      await table.lifecycle.create(entry({ suspendedBy: 'approval' }));
      expect(await table.read(id)).toMatchObject({ org_name: 'acme', status: 'active' });
      expect(await table.read(id)).not.toHaveProperty('suspended_by');
      id = nextId();
      await table.write({ installation_id: id, tier: 'medium', max_runners: 5 });
      await table.lifecycle.create(entry({ suspendedBy: 'approval' }));
      expect(await table.read(id)).toMatchObject({ status: 'suspended', suspended_by: 'approval', tier: 'medium' });
    });

    it('keeps the operator’s suspension when it also waits for approval', async () => {
      await table.write({ installation_id: id, status: 'suspended', suspended_by: 'operator' });
      await table.lifecycle.create(entry({ suspendedBy: 'approval' }));
      expect(await table.read(id)).toMatchObject({ status: 'suspended', suspended_by: 'operator' });
    });

    it('never revives a tenant that is gone, known or not', async () => {
      await standing({ status: 'deleted' });
      await expect(table.lifecycle.create(entry())).resolves.toBe(false);
      await table.write({ installation_id: id, status: 'deleted', cleanup: 'pending' });
      await expect(table.lifecycle.create(entry())).resolves.toBe(false);
      expect(await table.read(id)).toEqual({ installation_id: id, status: 'deleted', cleanup: 'pending' });
    });

    it('is written by one of many at once', async () => {
      const outcomes = await Promise.all(Array.from({ length: 10 }, () => table.lifecycle.create(entry())));
      expect(outcomes.filter(Boolean)).toHaveLength(1);
    });
  });

  describe('suspend and unsuspend', () => {
    it('suspends and lifts, and says so once', async () => {
      await standing();
      await expect(table.lifecycle.suspend(id, EARLY)).resolves.toBe('changed');
      expect(await table.read(id)).toMatchObject({ status: 'suspended', suspended_by: 'github' });
      await expect(table.lifecycle.suspend(id, EARLY)).resolves.toBe('unchanged');
      await expect(table.lifecycle.unsuspend(id, LATE)).resolves.toBe('changed');
      expect(await table.read(id)).toMatchObject({ status: 'active' });
      expect(await table.read(id)).not.toHaveProperty('suspended_by');
      await expect(table.lifecycle.unsuspend(id, LATE)).resolves.toBe('unchanged');
    });

    it('ends alike when the two arrive in the other order', async () => {
      await standing();
      await expect(table.lifecycle.unsuspend(id, LATE)).resolves.toBe('unchanged');
      await expect(table.lifecycle.suspend(id, EARLY)).resolves.toBe('unchanged');
      expect(await table.read(id)).toMatchObject({ status: 'active' });
    });

    it('compares moments, not spellings', async () => {
      await standing();
      await table.lifecycle.suspend(id, '2026-01-15T10:00:00Z');
      await expect(table.lifecycle.unsuspend(id, '2026-01-15T09:00:00-02:00')).resolves.toBe('changed');
    });

    it('calls two changes of one moment a tie until it is settled', async () => {
      await standing();
      await table.lifecycle.suspend(id, EARLY);
      await expect(table.lifecycle.unsuspend(id, EARLY)).resolves.toBe('tie');
      expect(await table.read(id)).toMatchObject({ status: 'suspended' });
      await expect(table.lifecycle.unsuspend(id, EARLY, { settled: true })).resolves.toBe('changed');
      await expect(table.lifecycle.suspend(id, EARLY)).resolves.toBe('tie');
      await expect(table.lifecycle.suspend(id, EARLY, { settled: true })).resolves.toBe('changed');
    });

    it.each([['operator'], ['approval'], [undefined]])(
      'leaves a suspension by %s to its own kind',
      async (suspended_by) => {
        await standing({ status: 'suspended', suspended_by });
        await expect(table.lifecycle.suspend(id, EARLY)).resolves.toBe('unchanged');
        await expect(table.lifecycle.unsuspend(id, LATE)).resolves.toBe('unchanged');
        const row = await table.read(id);
        expect(row?.['status']).toBe('suspended');
        expect(row?.['suspended_by']).toBe(suspended_by);
      },
    );

    it('remembers how far GitHub has come even where it changes nothing', async () => {
      await standing({ status: 'suspended', suspended_by: 'operator' });
      await table.lifecycle.unsuspend(id, LATE);
      const row = await table.read(id);
      await table.write({ ...row, status: 'active', suspended_by: 'operator' });
      await expect(table.lifecycle.suspend(id, EARLY)).resolves.toBe('unchanged');
      expect(await table.read(id)).toMatchObject({ status: 'active' });
    });

    it('touches neither a missing row, nor one without a name, nor a deleted one', async () => {
      await expect(table.lifecycle.suspend(id, LATE)).resolves.toBe('unchanged');
      expect(await table.read(id)).toBeUndefined();
      await table.write({ installation_id: id, status: 'active' });
      await expect(table.lifecycle.suspend(id, LATE)).resolves.toBe('unchanged');
      expect(await table.read(id)).toEqual({ installation_id: id, status: 'active' });
      await standing({ status: 'deleted' });
      await expect(table.lifecycle.unsuspend(id, LATE)).resolves.toBe('unchanged');
    });
  });

  describe('deleted', () => {
    it('is final and said once', async () => {
      await standing({ slots_held: 1, status: 'suspended', suspended_by: 'github' });
      const outcomes = await Promise.all(Array.from({ length: 5 }, () => table.lifecycle.markDeleted(id, OWNER, NOW)));
      expect(outcomes.filter(Boolean)).toHaveLength(1);
      const row = await table.read(id);
      expect(row).toMatchObject({
        org_name: 'acme',
        status: 'deleted',
        cleanup: 'pending',
        slots_held: 1,
        deleted_at: NOW.toISOString(),
      });
      // GitHub lifts its own suspension when the account comes back.
      expect(row).toMatchObject({ status_before_deletion: 'suspended', suspended_by: 'github' });
    });

    it('remembers the operator’s suspension, and the last status that an operator wrote', async () => {
      await standing({ status: 'suspended', suspended_by: 'operator' });
      await table.lifecycle.markDeleted(id, OWNER, NOW);
      expect(await table.read(id)).toMatchObject({ status_before_deletion: 'suspended', suspended_by: 'operator' });
      await table.write({ ...(await table.read(id)), installation_id: id, status: 'active' });
      await table.lifecycle.markDeleted(id, OWNER, NOW);
      expect(await table.read(id)).toMatchObject({ status: 'deleted', status_before_deletion: 'active' });
      id = nextId();
      await standing({ status: 'deleted' });
      await table.lifecycle.markDeleted(id, OWNER, NOW);
      expect(await table.read(id)).toMatchObject({ status_before_deletion: 'deleted' });
    });

    it('leaves a tombstone where there was no row, which the account is found by', async () => {
      await expect(table.lifecycle.markDeleted(id, { ...OWNER, id: 900 + id }, NOW)).resolves.toBe(true);
      await expect(table.registry.get(id)).resolves.toEqual({
        kind: 'tombstone',
        installationId: id,
        cleanup: 'pending',
      });
      await expect(table.lifecycle.findByAccount(900 + id)).resolves.toEqual([id]);
      await expect(table.lifecycle.create(entry())).resolves.toBe(false);
    });

    it('knows no account of an enterprise, and keeps the one that the row has', async () => {
      await table.lifecycle.markDeleted(id, { kind: 'enterprise' }, NOW);
      expect(await table.read(id)).not.toHaveProperty('account_id');
      id = nextId();
      await standing({ account_id: 44 });
      await table.lifecycle.markDeleted(id, OWNER, NOW);
      expect(await table.read(id)).toMatchObject({ account_id: 44 });
    });

    it('continues a deletion that an operator began', async () => {
      await standing({ status: 'deleted' });
      await expect(table.lifecycle.markDeleted(id, { kind: 'enterprise' }, NOW)).resolves.toBe(true);
      expect(await table.read(id)).toMatchObject({ cleanup: 'pending' });
    });

    it.each(['active', 'suspended', 'paused'])(
      'stays deleted when an operator sets the status to %s',
      async (status) => {
        await standing({ account_id: 501 });
        await table.lifecycle.markDeleted(id, OWNER, NOW);
        await table.lifecycle.finishCleanup(id, NOW);
        await table.write({ ...(await table.read(id)), installation_id: id, status });
        await expect(admitTo(table, id, '1-1')).resolves.toMatchObject({
          admitted: false,
          lookup: { kind: 'tenant', tenant: { status: 'deleted' } },
        });
        await expect(table.lifecycle.suspend(id, LATE)).resolves.toBe('unchanged');
        await expect(table.lifecycle.unsuspend(id, LATE)).resolves.toBe('unchanged');
        await expect(table.lifecycle.rename(id, 'acme-labs', NOW)).resolves.toBe(false);
        await expect(table.lifecycle.setSecurityGroup(id, 'sg-2')).resolves.toBe(false);
        await expect(table.lifecycle.create(entry())).resolves.toBe(false);
        const later = new Date(NOW.getTime() + 60_000);
        const outcomes = await Promise.all(
          Array.from({ length: 5 }, () => table.lifecycle.markDeleted(id, OWNER, later)),
        );
        expect(outcomes.filter(Boolean)).toHaveLength(1);
        expect(await table.read(id)).toMatchObject({
          status: 'deleted',
          cleanup: 'done',
          deleted_at: NOW.toISOString(),
          updated_at: later.toISOString(),
        });
        await expect(table.lifecycle.finishCleanup(id, later)).resolves.toBe(false);
      },
    );

    it.each([{ cleanup: undefined }, { deleted_at: undefined }])(
      'stays deleted when an operator also removes one of its marks: %j',
      async (taken) => {
        await standing();
        await table.lifecycle.markDeleted(id, OWNER, NOW);
        await table.write({ ...(await table.read(id)), ...taken, installation_id: id, status: 'active' });
        await expect(admitTo(table, id, '1-1')).resolves.toMatchObject({ admitted: false });
        await expect(table.lifecycle.suspend(id, LATE)).resolves.toBe('unchanged');
      },
    );

    it('creates no tenant from a tombstone whose status an operator set to active', async () => {
      await table.lifecycle.markDeleted(id, OWNER, NOW);
      await table.write({ ...(await table.read(id)), installation_id: id, status: 'active' });
      await expect(table.lifecycle.create(entry())).resolves.toBe(false);
      await expect(table.registry.get(id)).resolves.toMatchObject({ kind: 'tombstone' });
    });

    it('finishes the cleaning up exactly once, and only after it began', async () => {
      await standing();
      await expect(table.lifecycle.finishCleanup(id, NOW)).resolves.toBe(false);
      await table.lifecycle.markDeleted(id, OWNER, NOW);
      const outcomes = await Promise.all(Array.from({ length: 5 }, () => table.lifecycle.finishCleanup(id, NOW)));
      expect(outcomes.filter(Boolean)).toHaveLength(1);
      expect(await table.read(id)).toMatchObject({ cleanup: 'done', status: 'deleted' });
      await expect(table.lifecycle.markDeleted(id, OWNER, NOW)).resolves.toBe(false);
    });
  });

  describe('the rest of the row', () => {
    it('follows a rename of a tenant that lives', async () => {
      await standing();
      await expect(table.lifecycle.rename(id, 'acme-labs', NOW)).resolves.toBe(true);
      await expect(table.lifecycle.rename(id, 'acme-labs', NOW)).resolves.toBe(false);
      expect(await table.read(id)).toMatchObject({ org_name: 'acme-labs', updated_at: NOW.toISOString() });
      await standing({ status: 'deleted' });
      await expect(table.lifecycle.rename(id, 'acme-labs', NOW)).resolves.toBe(false);
      await expect(table.lifecycle.rename(nextId(), 'ghost', NOW)).resolves.toBe(false);
    });

    it('notes the security group of a tenant that lives, suspended or not', async () => {
      await standing({ security_group_id: undefined, status: 'suspended', suspended_by: 'github' });
      await expect(table.lifecycle.setSecurityGroup(id, 'sg-1')).resolves.toBe(true);
      expect(await table.read(id)).toMatchObject({ security_group_id: 'sg-1' });
      await standing({ status: 'deleted' });
      await expect(table.lifecycle.setSecurityGroup(id, 'sg-2')).resolves.toBe(false);
      const ghost = nextId();
      await expect(table.lifecycle.setSecurityGroup(ghost, 'sg-2')).resolves.toBe(false);
      expect(await table.read(ghost)).toBeUndefined();
    });

    it('finds all installations of an account, the newest last', async () => {
      const ids = [id, nextId(), nextId()];
      for (const one of [...ids].reverse())
        await table.write(tenantRow({ installation_id: one, account_id: 800_000 + id }));
      await expect(table.lifecycle.findByAccount(800_000 + id)).resolves.toEqual(ids);
      await expect(table.lifecycle.findByAccount(799_999)).resolves.toEqual([]);
    });
  });
}
