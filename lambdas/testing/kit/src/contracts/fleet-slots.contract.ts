import { FLEET_SHARES, type FleetShare, type FleetSlots } from '@multi-tenant-runner/core';
import { job, launch, tenantRow } from '../factories';
import type { AdmissionsUnderTest } from './admissions.contract';

export interface FleetSlotsUnderTest extends AdmissionsUnderTest {
  readonly fleetSlots: FleetSlots;
}

/** What the slots of the whole fleet keep: a launch has one exactly as long as it should, of the share it names. */
export function fleetSlotsContract(make: () => Promise<FleetSlotsUnderTest>, nextId: () => number): void {
  let tables: FleetSlotsUnderTest;
  let id: number;
  /** Shares are the same rows for every test: each has some of its own. */
  let share: number;
  const shareAt = async (index: number): Promise<Omit<FleetShare, 'index'>> => {
    const { slots, waiting } = (await tables.fleetSlots.read()).find((one) => one.index === index) ?? {
      slots: new Set(),
      waiting: new Set(),
    };
    return { slots, waiting };
  };
  const admit = (jobId: number, below: number, fleetShare = share) => {
    const own = { installationId: id, jobId, launchId: `${jobId}-1` };
    const row = job({ ...own, state: 'starting' });
    return tables.admissions.admit({
      job: { kind: 'new', row },
      launch: launch({ ...own, fleetShare }),
      shareLimit: below,
    });
  };
  const slotOf = (jobId: number): string => `${id}/${jobId}-1`;

  beforeEach(async () => {
    tables = await make();
    id = nextId();
    share = 0;
    for (const { index, slots, waiting } of await tables.fleetSlots.read()) {
      for (const slot of slots) await tables.fleetSlots.free(index, slot);
      if (waiting.size > 0) await tables.fleetSlots.leave(index, [...waiting]);
    }
    await tables.write(tenantRow({ installation_id: id, max_runners: 50 }));
  });

  it('takes a slot of the share with the launch, and no more than there are', async () => {
    await expect(admit(1, 2)).resolves.toEqual({ kind: 'admitted' });
    await expect(admit(2, 2)).resolves.toEqual({ kind: 'admitted' });
    await expect(admit(3, 2)).resolves.toEqual({ kind: 'share' });
    expect((await shareAt(share)).slots).toEqual(new Set([slotOf(1), slotOf(2)]));
    await expect(tables.launches.get(id, '1-1')).resolves.toMatchObject({ fleetShare: share });
    await expect(tables.launches.get(id, '3-1')).resolves.toBeUndefined();
    await expect(tables.jobs.get(id, 3)).resolves.toBeUndefined();
    const lookup = await tables.tenants.get(id);
    expect(lookup.kind === 'tenant' && lookup.tenant.slotsHeld).toBe(2);
  });

  it('takes none of a share of no size', async () => {
    await expect(admit(1, 0, 5)).resolves.toEqual({ kind: 'share' });
    await expect(admit(1, 1, 5)).resolves.toEqual({ kind: 'admitted' });
    await expect(admit(2, 0, 5)).resolves.toEqual({ kind: 'share' });
  });

  it("names the tenant's limit first", async () => {
    await tables.write(tenantRow({ installation_id: id, max_runners: 0 }));
    await expect(admit(1, 0)).resolves.toMatchObject({ kind: 'tenant' });
    await expect(admit(1, 9)).resolves.toMatchObject({ kind: 'tenant' });
    expect((await shareAt(share)).slots.size).toBe(0);
  });

  it('gives a slot back once, of the last share too', async () => {
    const last = FLEET_SHARES - 1;
    await admit(1, 1, last);
    await tables.fleetSlots.free(last, slotOf(2));
    expect((await shareAt(last)).slots).toEqual(new Set([slotOf(1)]));
    await tables.fleetSlots.free(last, slotOf(1));
    await tables.fleetSlots.free(last, slotOf(1));
    expect((await shareAt(last)).slots.size).toBe(0);
    await expect(admit(2, 1, last)).resolves.toEqual({ kind: 'admitted' });
  });

  it('records a slot above the limit', async () => {
    await admit(1, 1);
    await tables.fleetSlots.restore(share, slotOf(2));
    await tables.fleetSlots.restore(share, slotOf(2));
    expect((await shareAt(share)).slots).toEqual(new Set([slotOf(1), slotOf(2)]));
    await expect(admit(3, 2)).resolves.toEqual({ kind: 'share' });
  });

  const move = (jobId: number, below: number): Promise<boolean> =>
    tables.fleetSlots.move(
      { slot: slotOf(jobId), from: share, to: share + 1, below },
      { installationId: id, launchId: `${jobId}-1` },
    );

  it('takes a slot and its launch to another share', async () => {
    await admit(1, 1);
    await expect(move(1, 1)).resolves.toBe(true);
    expect((await shareAt(share)).slots.size).toBe(0);
    expect((await shareAt(share + 1)).slots).toEqual(new Set([slotOf(1)]));
    await expect(tables.launches.get(id, '1-1')).resolves.toMatchObject({ fleetShare: share + 1 });
    await expect(move(1, 1)).resolves.toBe(false);
  });

  it('moves nothing to a full share, and no launch that is at its end', async () => {
    await admit(1, 2);
    await admit(2, 2);
    await expect(move(1, 0)).resolves.toBe(false);
    await tables.launches.change(id, '2-1', { from: ['held'] }, { state: 'ending' });
    await expect(move(2, 9)).resolves.toBe(false);
    expect((await shareAt(share)).slots.size).toBe(2);
    expect((await shareAt(share + 1)).slots.size).toBe(0);
  });

  it('keeps who waits beside the slots', async () => {
    await admit(1, 1);
    await tables.fleetSlots.join(share, 'a#1');
    await tables.fleetSlots.join(share, 'a#1');
    await tables.fleetSlots.join(share, 'b#2');
    expect(await shareAt(share)).toEqual({ slots: new Set([slotOf(1)]), waiting: new Set(['a#1', 'b#2']) });
    await tables.fleetSlots.leave(share, ['a#1', 'c#3']);
    expect((await shareAt(share)).waiting).toEqual(new Set(['b#2']));
  });
}
