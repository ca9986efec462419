import { isEnded, newJob, type InstallationAction } from '@multi-tenant-runner/core';
import { INSTALLATION, jobMessage, type TenantRow } from '@multi-tenant-runner/testing';
import fc from 'fast-check';
import { streamRecord, createTenantManagerHarness, type TenantManagerHarness } from '../test/tenant-manager-harness';

interface Happening {
  readonly action: Exclude<InstallationAction, 'renamed'>;
  /** Seconds: GitHub's times have no finer grain, so that several may share one. */
  readonly second: number;
}

interface Story {
  readonly happenings: readonly Happening[];
  readonly suspended: boolean;
  readonly deleted: boolean;
}

/** What happened to one installation at GitHub, in order. */
const story: fc.Arbitrary<Story> = fc
  .record({ turns: fc.array(fc.integer({ min: 0, max: 2 }), { maxLength: 5 }), deleted: fc.boolean() })
  .map(({ turns, deleted }) => {
    const happenings: Happening[] = [{ action: 'created', second: 0 }];
    let second = 1;
    turns.forEach((pause, index) => {
      second += pause;
      happenings.push({ action: index % 2 === 0 ? 'suspend' : 'unsuspend', second });
    });
    if (deleted) happenings.push({ action: 'deleted', second: second + 1 });
    return { happenings, suspended: turns.length % 2 === 1, deleted };
  });

/** The same story as its deliveries may come: each at least once, in any order. */
const told = story.chain((one) =>
  fc.record({
    story: fc.constant(one),
    deliveries: fc
      .array(fc.constantFrom(...one.happenings), { maxLength: 4 })
      .chain((repeats) =>
        fc.shuffledSubarray([...one.happenings, ...repeats], { minLength: one.happenings.length + repeats.length }),
      ),
  }),
);

function worldOf({ suspended, deleted }: Story): TenantManagerHarness {
  const harness = createTenantManagerHarness();
  if (!deleted) harness.state.github.installations.set(INSTALLATION, { login: 'acme', suspended });
  return harness;
}

function send(harness: TenantManagerHarness, { action, second }: Happening): Promise<void> {
  return harness.event(action, { changedAt: new Date(Date.UTC(2026, 0, 15, 12, 0, second)).toISOString() });
}

/** Everything but the times, which tell when we heard of it, and the id of a group that may have been made anew. */
function essence(row: TenantRow | undefined): TenantRow {
  const { org_name, status, suspended_by, cleanup, tier, max_runners, account_id, security_group_id } = row ?? {};
  const deleted = status === 'deleted';
  // A tombstone has no name: the installation ended before it was ever heard of.
  return {
    status,
    // A deletion keeps whose suspension it found; GitHub's own means nothing to the account's next installation.
    suspended_by: deleted && suspended_by === 'github' ? undefined : suspended_by,
    cleanup,
    account_id,
    grouped: security_group_id !== undefined,
    ...(!deleted && { org_name, tier, max_runners }),
  };
}

async function inOrder(one: Story): Promise<TenantRow> {
  const harness = worldOf(one);
  for (const happening of one.happenings) await send(harness, happening);
  return essence(harness.row());
}

describe('laws of the lifecycle', () => {
  it('any order and any repetition of an installation’s events ends as the true order does', async () => {
    let disordered = 0;
    let ties = 0;
    await fc.assert(
      fc.asyncProperty(told, async ({ story: one, deliveries }) => {
        const harness = worldOf(one);
        for (const delivery of deliveries) await send(harness, delivery);
        expect({ ...essence(harness.row()), grouped: undefined }).toEqual({
          ...(await inOrder(one)),
          grouped: undefined,
        });
        expect(harness.row()?.['status']).toBe(one.deleted ? 'deleted' : one.suspended ? 'suspended' : 'active');
        expect(harness.metrics.total('TenantOnboarded')).toBeLessThanOrEqual(1);
        if (one.deleted) expect(harness.state.securityGroups.groups.size).toBe(0);
        if (deliveries[0]?.action !== 'created') disordered += 1;
        if (harness.names().includes('github.getInstallation')) ties += 1;
      }),
      { numRuns: 300 },
    );
    expect(disordered).toBeGreaterThan(0);
    expect(ties).toBeGreaterThan(0);
  });

  it('an active tenant always ends with its group, whatever came before', async () => {
    await fc.assert(
      fc.asyncProperty(told, async ({ story: one, deliveries }) => {
        fc.pre(!one.deleted && !one.suspended);
        const harness = worldOf(one);
        for (const delivery of deliveries) await send(harness, delivery);
        expect(essence(harness.row())['grouped']).toBe(true);
      }),
    );
  });

  it('an event that is cut off at any call, before or after it, and comes again ends as if it was not', async () => {
    const setups: readonly [string, readonly Happening[], Happening][] = [
      ['created', [], { action: 'created', second: 0 }],
      ['created beside an earlier installation', [], { action: 'created', second: 0 }],
      ['suspend', [{ action: 'created', second: 0 }], { action: 'suspend', second: 1 }],
      [
        'unsuspend',
        [
          { action: 'created', second: 0 },
          { action: 'suspend', second: 1 },
        ],
        { action: 'unsuspend', second: 2 },
      ],
      ['unsuspend before created', [], { action: 'unsuspend', second: 2 }],
      ['deleted', [{ action: 'created', second: 0 }], { action: 'deleted', second: 3 }],
    ];
    for (const [name, before, event] of setups) {
      const prepare = async () => {
        const harness = worldOf({ happenings: [], suspended: false, deleted: false });
        if (name.includes('earlier')) harness.addTenant({ installation_id: 900 });
        await harness.state.jobs.create(newJob(jobMessage(), harness.clock.now(), 'parked', 'unknown-tenant'));
        for (const happening of before) await send(harness, happening);
        harness.calls.length = 0;
        return harness;
      };
      const smooth = await prepare();
      await send(smooth, event);
      const steps = smooth.calls.length;
      expect(steps).toBeGreaterThan(1);
      for (let cut = 0; cut < steps; cut += 1) {
        for (const moment of ['onCall', 'afterCall'] as const) {
          const harness = await prepare();
          let count = 0;
          const undo = harness[moment](() => {
            if (count++ === cut) throw new Error('cut off');
          });
          await expect(send(harness, event)).rejects.toThrow();
          undo();
          await send(harness, event);
          expect(essence(harness.row())).toEqual(essence(smooth.row()));
          expect(essence(harness.row(900))).toEqual(essence(smooth.row(900)));
          expect(harness.state.securityGroups.groups.size).toBe(smooth.state.securityGroups.groups.size);
          expect(await isTakenCareOf(harness)).toBe(await isTakenCareOf(smooth));
        }
      }
    }
  });

  it('stream records may come again and late: they only ever repeat what the row of now calls for', async () => {
    await fc.assert(
      fc.asyncProperty(told, fc.array(fc.nat(30), { maxLength: 12 }), async ({ story: one, deliveries }, picks) => {
        const harness = worldOf(one);
        for (const delivery of deliveries) await send(harness, delivery);
        const expected = essence(harness.row());
        const { changes } = harness.state.tenants;
        const records = picks.flatMap((pick) => changes[pick % Math.max(1, changes.length)] ?? []).map(streamRecord);
        expect(await harness.stream(records)).toEqual([]);
        expect(essence(harness.row())).toEqual(expected);
      }),
    );
  });
});

/** The waiting job has a slot and was sent, or was told that its tenant is gone, or waits for a suspension's end. */
async function isTakenCareOf(harness: TenantManagerHarness): Promise<string> {
  const [job] = harness.state.jobs.all();
  if (job === undefined) return 'no job';
  if (isEnded(job.state)) return job.state;
  const lookup = await harness.state.tenants.get(INSTALLATION);
  const held = lookup.kind === 'tenant' && lookup.tenant.slotsHeld > 0;
  return held ? 'has a slot' : 'waits';
}
