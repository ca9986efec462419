import { INSTALLATION, jobMessage, tenantRow, type TenantRow } from '@multi-tenant-runner/testing';
import { MINUTE, newJob, plus, type Job } from '@multi-tenant-runner/core';
import {
  sequenceOf,
  streamRecord,
  createTenantManagerHarness,
  type TenantManagerHarness,
} from '../test/tenant-manager-harness';

const OTHER = 1002;

/** Lets a hand write into the table, and hands the change to the function. */
async function edit(
  harness: TenantManagerHarness,
  changes: TenantRow,
  installationId = INSTALLATION,
): Promise<readonly string[]> {
  const before = harness.row(installationId);
  const after = Object.fromEntries(
    Object.entries({ ...before, ...changes }).filter(([, value]) => value !== undefined),
  );
  harness.state.tenants.rows.set(installationId, after);
  return harness.stream([streamRecord({ installationId, ...(before && { before }), after })]);
}

describe('what only moves slots', () => {
  it.each([
    ['a slot that was taken', { slots_held: 1 }, { slots_held: 2 }],
    ['the first slot that was taken', {}, { slots_held: 1 }],
    ['a slot that was freed', { slots_held: 2 }, { slots_held: 1 }],
    ['the last slot that was freed', { slots_held: 1, slot_changes: 7 }, { slots_held: 0, slot_changes: 8 }],
    ['one freed for one taken', { slots_held: 1, slot_changes: 1 }, { slots_held: 1, slot_changes: 3 }],
    ['a new time', { updated_at: '2026-01-01T00:00:00.000Z' }, { updated_at: '2026-01-02T00:00:00.000Z' }],
    ['nothing', { slots_held: 2 }, { slots_held: 2 }],
  ])('%s is dropped without a call', async (_name, before, after) => {
    const harness = createTenantManagerHarness();
    harness.addTenant(after);
    expect(await harness.stream([streamRecord({ before: tenantRow(before), after: tenantRow(after) })])).toEqual([]);
    expect(harness.names()).toEqual([]);
    expect(harness.log.lines).toEqual([]);
  });
});

describe('a hand edit', () => {
  it('that raises the limit starts the jobs that waited for it', async () => {
    const harness = createTenantManagerHarness();
    harness.addTenant({ max_runners: 0 });
    await harness.state.jobs.create(newJob(jobMessage(), harness.clock.now(), 'parked', 'limit'));
    await edit(harness, { tier: 'medium', max_runners: 5, updated_at: '2024-01-15T12:00:00Z' });
    expect(harness.state.queue.jobs).toMatchObject([{ jobId: 7001 }]);
  });

  it('that lifts an operator’s suspension starts what waited', async () => {
    const harness = createTenantManagerHarness();
    harness.addTenant({ status: 'suspended', suspended_by: 'operator' });
    await edit(harness, { status: 'active', suspended_by: undefined });
    expect(harness.woken).toEqual([INSTALLATION]);
  });

  it('wakes no tenant whose slots are all taken', async () => {
    const harness = createTenantManagerHarness();
    harness.addTenant({ slots_held: 2 });
    await edit(harness, { org_name: 'acme-two' });
    expect(harness.woken).toEqual([]);
  });

  it('is audited with what was and what is', async () => {
    const harness = createTenantManagerHarness();
    harness.addTenant();
    await edit(harness, { tier: 'medium', max_runners: 5, allow_public_repositories: true });
    expect(harness.log.lines).toEqual([
      {
        level: 'info',
        message: 'Tenant row changed',
        fields: {
          tenant_id: INSTALLATION,
          by: 'operator',
          before: { tier: 'small', max_runners: 2 },
          after: { tier: 'medium', max_runners: 5, allow_public_repositories: true },
        },
      },
    ]);
  });

  it('is distinguished from GitHub’s own changes', async () => {
    const harness = createTenantManagerHarness();
    harness.addTenant();
    const before = harness.row();
    await harness.event('suspend', { changedAt: '2026-01-15T12:01:00Z' });
    await harness.stream([streamRecord({ ...(before && { before }), after: harness.row() ?? {} })]);
    expect(harness.log.lines.find((line) => line.message.includes('row changed'))?.fields).toMatchObject({
      by: 'github',
      after: { status: 'suspended', suspended_by: 'github' },
    });
  });

  it('is audited without what can not be such a value: it may be a secret in the wrong place', async () => {
    const harness = createTenantManagerHarness();
    harness.addTenant();
    await edit(harness, { tier: 's3cret'.repeat(20), max_runners: ['s3cret'], private_note: 's3cret' });
    const text = JSON.stringify([harness.log.lines, harness.metrics.counted]);
    expect(text).not.toContain('s3cret');
    expect(text).toContain('a string of 120 characters');
  });

  it.each(['active', 'suspended', 'paused'])(
    'that sets a deleted row to %s revives nothing: the row says deleted again, and why',
    async (status) => {
      const harness = createTenantManagerHarness();
      harness.addTenant({ status: 'deleted', cleanup: 'done', deleted_at: '2026-01-10T12:00:00.000Z' });
      await harness.state.jobs.create(newJob(jobMessage(), harness.clock.now(), 'parked', 'tenant-suspended'));
      await edit(harness, { status });
      expect(harness.row()).toMatchObject({
        status: 'deleted',
        cleanup: 'done',
        deleted_at: '2026-01-10T12:00:00.000Z',
      });
      expect(harness.woken).toEqual([]);
      expect(await harness.state.jobs.get(INSTALLATION, 7001)).toMatchObject({
        state: 'refused',
        reason: 'tenant-deleted',
      });
      const [report] = harness.log.lines.filter(({ message }) => message.includes('invalid attributes'));
      expect(report?.fields).toMatchObject({
        attributes: ['status'],
        problems: [expect.stringContaining('A new installation of the App makes a new tenant')],
      });
      expect(harness.metrics.total('TenantUninstalled')).toBe(0);
    },
  );

  it('that took a deletion back is undone once: the module’s own write starts nothing more', async () => {
    const harness = createTenantManagerHarness();
    const marks = { cleanup: 'done', deleted_at: '2026-01-10T12:00:00.000Z' };
    harness.addTenant({ status: 'deleted', ...marks });
    await harness.stream([
      streamRecord({
        before: tenantRow({ status: 'active', ...marks }),
        after: tenantRow({ status: 'deleted', ...marks }),
      }),
    ]);
    expect(harness.state.tenants.changes).toEqual([]);
    expect(harness.log.lines[0]?.fields).toMatchObject({ by: 'module', after: { status: 'deleted' } });
  });

  it('that breaks a row is reported, once and by attribute', async () => {
    const harness = createTenantManagerHarness();
    harness.addTenant();
    await edit(harness, { max_runners: '5' });
    expect(harness.metrics.counted).toEqual([
      { name: 'TenantRowInvalid', value: 1, properties: { tenant_id: INSTALLATION, attributes: ['max_runners'] } },
    ]);
    await edit(harness, { org_name: 'acme-two' });
    expect(harness.metrics.total('TenantRowInvalid')).toBe(1);
    await edit(harness, { tier: 'huge' });
    expect(harness.metrics.counted.at(-1)?.properties).toEqual({ tenant_id: INSTALLATION, attributes: ['tier'] });
  });

  it('with a mistyped id makes no tenant, and says so', async () => {
    const harness = createTenantManagerHarness();
    await edit(
      harness,
      { installation_id: 10012, tier: 'medium', max_runners: 5, updated_at: '2024-01-15T12:00:00Z' },
      10012,
    );
    expect(harness.metrics.counted).toEqual([
      { name: 'TenantRowInvalid', value: 1, properties: { tenant_id: 10012, attributes: ['org_name', 'status'] } },
    ]);
    expect(harness.names()).toEqual(['jobs.pageIndexed']);
  });

  it('of slots to another type is reported and wakes no tenant; the sweep rebuilds it', async () => {
    const harness = createTenantManagerHarness();
    harness.addTenant();
    await edit(harness, { slots_held: 'none' });
    expect(harness.metrics.counted).toMatchObject([
      { name: 'TenantRowInvalid', properties: { attributes: ['slots_held'] } },
    ]);
    expect(harness.woken).toEqual([]);
  });

  it('to deleted offboards the tenant', async () => {
    const harness = createTenantManagerHarness();
    harness.addTenant();
    await edit(harness, { status: 'deleted' });
    expect(harness.row()).toMatchObject({ status: 'deleted', cleanup: 'done' });
    expect(harness.metrics.total('TenantUninstalled')).toBe(1);
  });

  it('to deleted ends what runs, though the row was deleted and revived by hand before', async () => {
    const harness = createTenantManagerHarness();
    harness.addTenant({ cleanup: 'done' });
    await edit(harness, { status: 'deleted' });
    expect(harness.cleaned).toEqual([INSTALLATION]);
  });

  it('to deleted is not confused with GitHub’s own', async () => {
    const harness = createTenantManagerHarness();
    harness.addTenant();
    await edit(harness, { status: 'deleted', cleanup: 'pending' });
    expect(harness.cleaned).toEqual([]);
  });

  it('to suspended only closes the gate', async () => {
    const harness = createTenantManagerHarness();
    harness.addTenant();
    await edit(harness, { status: 'suspended', suspended_by: 'operator' });
    expect([harness.woken, harness.cleaned]).toEqual([[], []]);
  });

  it('that removes a row is warned about', async () => {
    const harness = createTenantManagerHarness();
    expect(await harness.stream([streamRecord({ before: tenantRow() })])).toEqual([]);
    expect(harness.log.lines.some((line) => line.level === 'warn' && /deleted manually/.test(line.message))).toBe(true);
  });
});

describe('what a parked job says it waits for', () => {
  const parked = async (harness: TenantManagerHarness, changes: Partial<Job>): Promise<void> => {
    const row = newJob(jobMessage({ jobId: changes.jobId ?? 7001 }), harness.clock.now(), 'parked', 'limit');
    await harness.state.jobs.create({ ...row, ...changes });
  };
  const told = (harness: TenantManagerHarness): unknown[] =>
    [...harness.state.jobs.rows.values()].map(({ reason }) => reason);
  const TOMORROW = '2099-01-01T00:00:00.000Z';

  it('is the suspension, from when its tenant is suspended, whatever it waited for before', async () => {
    const harness = createTenantManagerHarness();
    harness.addTenant({ max_runners: 0 });
    await parked(harness, { jobId: 1, reason: 'limit' });
    await parked(harness, { jobId: 2, reason: 'capacity', nextTry: plus(harness.clock.now(), MINUTE).toISOString() });
    await parked(harness, { jobId: 3, reason: 'runner-lost' });
    await edit(harness, { status: 'suspended', suspended_by: 'operator' });
    expect(told(harness)).toEqual(['tenant-suspended', 'tenant-suspended', 'tenant-suspended']);
  });

  it('is the limit once its tenant is active again, if others have the slots', async () => {
    const harness = createTenantManagerHarness();
    harness.addTenant({ status: 'suspended', suspended_by: 'operator', max_runners: 1 });
    for (const jobId of [1, 2, 3]) await parked(harness, { jobId, reason: 'tenant-suspended', nextTry: TOMORROW });
    await edit(harness, { status: 'active', suspended_by: undefined });
    expect(harness.state.queue.jobs).toHaveLength(1);
    expect(told(harness)).toEqual([undefined, 'limit', 'limit']);
    expect([...harness.state.jobs.rows.values()].slice(1).map(({ nextTry }) => nextTry)).toEqual([
      undefined,
      undefined,
    ]);
  });

  it('is the suspension for one that came before its suspended tenant’s row', async () => {
    const harness = createTenantManagerHarness();
    await parked(harness, { reason: 'unknown-tenant', nextTry: TOMORROW });
    await edit(harness, tenantRow({ status: 'suspended', suspended_by: 'operator' }));
    expect(told(harness)).toEqual(['tenant-suspended']);
  });

  it('is nothing that the group’s absence caused, once the group is there', async () => {
    const harness = createTenantManagerHarness();
    harness.addTenant({ security_group_id: undefined });
    await parked(harness, { reason: 'no-security-group', nextTry: TOMORROW });
    await edit(harness, { security_group_id: 'sg-00000000000000001' });
    expect(harness.state.queue.jobs).toHaveLength(1);
  });
});

describe('a row made by hand', () => {
  it('gets its security group and can run jobs', async () => {
    const harness = createTenantManagerHarness();
    await harness.state.jobs.create(newJob(jobMessage(), harness.clock.now(), 'parked', 'unknown-tenant'));
    await edit(harness, tenantRow({ security_group_id: undefined, account_id: undefined }));
    expect(harness.row()).toMatchObject({ security_group_id: 'sg-00000000000000001' });
    expect(harness.state.queue.jobs).toHaveLength(1);
  });

  it('needs none where all tenants share one', async () => {
    const harness = createTenantManagerHarness({ ownGroups: false });
    await edit(harness, tenantRow({ security_group_id: undefined }));
    expect(harness.state.securityGroups.groups.size).toBe(0);
    expect(harness.woken).toEqual([INSTALLATION]);
  });

  it('that has its group by now makes no second one', async () => {
    const harness = createTenantManagerHarness();
    harness.addTenant();
    await harness.stream([streamRecord({ after: tenantRow({ security_group_id: undefined }) })]);
    expect(harness.names()).not.toContain('securityGroups.ensure');
  });
});

describe('a batch', () => {
  it('reports one tenant’s failure by its number, and does all the others’ work', async () => {
    const harness = createTenantManagerHarness();
    harness.addTenant();
    harness.addTenant({ installation_id: OTHER, account_id: 502 });
    harness.faults.before('registry.get', (installationId) => {
      if (installationId === INSTALLATION) throw new Error('throttled');
    });
    const poisoned = streamRecord({ before: tenantRow({ max_runners: 1 }), after: tenantRow() });
    const sound = streamRecord({ installationId: OTHER, before: tenantRow({ max_runners: 1 }), after: tenantRow() });
    expect(await harness.stream([poisoned, sound])).toEqual([sequenceOf(poisoned)]);
    expect(harness.woken).toContain(OTHER);
  });

  it('reports a record that can not be read, with what was expected in the log', async () => {
    const harness = createTenantManagerHarness();
    harness.addTenant();
    const poisoned = { eventID: 'e', dynamodb: { SequenceNumber: '1', Keys: { id: { S: 'x' } } } };
    const sound = streamRecord({ before: tenantRow({ max_runners: 1 }), after: tenantRow() });
    expect(await harness.stream([poisoned, { dynamodb: { SequenceNumber: '2' } }, sound])).toEqual(['1', '2']);
    expect(harness.woken).toEqual([INSTALLATION]);
    expect(String(harness.log.lines.find((line) => line.fields['record'] === '1')?.fields['error'])).toMatch(
      /not from the tenants table/,
    );
  });

  it('wakes a tenant once, for its last change', async () => {
    const harness = createTenantManagerHarness();
    harness.addTenant();
    harness.addTenant({ installation_id: OTHER, account_id: 502 });
    const renamed = (name: string) => streamRecord({ before: tenantRow({ org_name: name }), after: tenantRow() });
    await harness.stream([
      renamed('one'),
      renamed('two'),
      renamed('three'),
      streamRecord({ installationId: OTHER, after: tenantRow() }),
    ]);
    expect([...harness.woken].sort()).toEqual([INSTALLATION, OTHER]);
  });

  it('comes back from the last change on when waking failed', async () => {
    const harness = createTenantManagerHarness();
    harness.addTenant();
    harness.faults.fail('registry.get', new Error('throttled'));
    const records = [1, 2, 3].map((limit) =>
      streamRecord({ before: tenantRow(), after: tenantRow({ max_runners: limit + 2 }) }),
    );
    expect(await harness.stream(records)).toEqual([sequenceOf(records[2] ?? {})]);
  });

  it('of nothing is fine', async () => {
    expect(await createTenantManagerHarness().stream([])).toEqual([]);
  });
});
