import { admitTo } from './admit-to';
import { endIn } from './end-of';
import { tenantRow } from '../factories';
import type { TenantRow } from '../fakes/tenant-registry';
import type { TenantTableUnderTest } from './tenant-registry.contract';

/** How a tenant's slots are counted: by each admission and release, and anew by the sweep. */
export function tenantSlotsContract(now: () => { readonly table: TenantTableUnderTest; readonly id: number }): void {
  let table: TenantTableUnderTest;
  let id: number;
  const standing = async (overrides: TenantRow = {}): Promise<void> => {
    await table.write(tenantRow({ ...overrides, installation_id: id }));
  };
  beforeEach(() => void ({ table, id } = now()));
  // After the rest of every admission here.
  const AT = new Date('2026-01-15T12:30:00.000Z');
  const recount = (count: () => Promise<number>): Promise<boolean> => table.registry.recountSlots(id, AT, count);
  const counts = async () => {
    const { slots_held: held, slot_changes: changes, slots } = (await table.read(id)) ?? {};
    return { held, changes, slots };
  };

  it('are given back once for each launch, and each time is a change', async () => {
    await standing({ max_runners: 2 });
    await admitTo(table, id, '1-1');
    await admitTo(table, id, '2-1');
    for (const launchId of ['1-1', '1-1', '2-1', '2-1', 'none-1']) await endIn(table, id, launchId);
    expect(await counts()).toEqual({ held: 0, changes: 4 });
  });

  it('are given back and counted for tenants that may not start anything', async () => {
    await standing({ max_runners: 2 });
    await admitTo(table, id, '1-1');
    await table.write({ ...(await table.read(id)), status: 'suspended', max_runners: 0 });
    await endIn(table, id, '1-1');
    expect(await counts()).toEqual({ held: 0, changes: 2 });
    await expect(recount(async () => 3)).resolves.toBe(true);
    expect(await counts()).toEqual({ held: 3, changes: 2 });
  });

  it('are not counted where there is no tenant, which makes no row', async () => {
    await expect(recount(async () => 1)).resolves.toBe(false);
    expect(await table.read(id)).toBeUndefined();
  });

  it('that are counted right are not written', async () => {
    await standing({ slots_held: 2, slot_changes: 5 });
    await expect(recount(async () => 2)).resolves.toBe(false);
    expect(await counts()).toEqual({ held: 2, changes: 5 });
  });

  it.each([
    ['too many', { slots_held: 9, slot_changes: 5 }, 5],
    ['too few', { slots_held: 0, slot_changes: 5 }, 5],
    ['none at all', {}, undefined],
    ['a text', { slots_held: 'broken', slot_changes: 5 }, 5],
    ['a negative number', { slots_held: -2, slot_changes: 5 }, 5],
    ['a fraction', { slots_held: 1.5, slot_changes: 5 }, 5],
    ['what has no changes that count', { slots_held: 2, slot_changes: 'broken' }, AT.getTime()],
    ['what has a negative number of changes', { slots_held: 2, slot_changes: -1 }, AT.getTime()],
    ['the launches of an earlier version', { slots: new Set(['1-1', 'qp97ead']) }, undefined],
    ['what was no set in an earlier version', { slots: 'none', slots_held: 2, slot_changes: 5 }, 5],
  ])('are counted anew over %s', async (_what, before, changes) => {
    await standing(before);
    await expect(recount(async () => 2)).resolves.toBe(true);
    expect(await counts()).toEqual({ held: 2, ...(changes !== undefined && { changes }) });
    await expect(table.registry.get(id)).resolves.toMatchObject({ slotsBroken: false, tenant: { slotsHeld: 2 } });
  });

  it.each([
    ['was taken', () => admitTo(table, id, '2-1')],
    ['was given back', () => endIn(table, id, '1-1')],
  ])('are counted again where one %s meanwhile', async (_what, change) => {
    await standing({ max_runners: 9 });
    await admitTo(table, id, '1-1');
    await table.write({ ...(await table.read(id)), slots_held: 5 });
    const found: number[] = [];
    const answer = await recount(async () => {
      if (found.length === 0) await change();
      found.push(found.length);
      return found.length + 6;
    });
    expect({ answer, found }).toEqual({ answer: true, found: [0, 1] });
    expect(await counts()).toMatchObject({ held: 8, changes: 2 });
  });

  it('are left as they are where one is taken during every count', async () => {
    await standing({ max_runners: 9 });
    let taken = 0;
    const answer = await recount(async () => {
      taken += 1;
      await admitTo(table, id, `${taken}-1`);
      return 7;
    });
    expect({ answer, ...(await counts()) }).toEqual({ answer: false, held: taken, changes: taken });
  });

  it.each([
    ['no number', { slots_held: 'broken', slot_changes: 5 }],
    ['none', { slots_held: 0, slot_changes: 5 }],
    ['of an earlier version', { slots: new Set(['1-1']), slot_changes: 5 }],
    ['without changes that count', { slots_held: 2, slot_changes: 'broken' }],
  ])('are counted again where one is given back of slots that are %s', async (_what, broken) => {
    await standing({ max_runners: 9 });
    await admitTo(table, id, '1-1');
    await table.write({ ...(await table.read(id)), ...broken });
    const found: number[] = [];
    await recount(async () => {
      if (found.length === 0) await expect(endIn(table, id, '1-1')).resolves.toEqual({ kind: 'released' });
      found.push(found.length);
      return 1 - Math.min(1, found.length - 1);
    });
    expect(found).toEqual([0, 1]);
    await expect(table.registry.get(id)).resolves.toMatchObject({ slotsBroken: false, tenant: { slotsHeld: 0 } });
  });
}
