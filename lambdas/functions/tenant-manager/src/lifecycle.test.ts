import { INSTALLATION, job, jobMessage, launch } from '@multi-tenant-runner/testing';
import { EC2_KNOWS_AFTER, newJob, type LifecycleAccount } from '@multi-tenant-runner/core';
import { createTenantManagerHarness, type TenantManagerHarness } from '../test/tenant-manager-harness';

const GROUP = 'sg-00000000000000001';
const EARLIER = 900;
const account: LifecycleAccount = { kind: 'owner', id: 501, login: 'acme', type: 'Organization' };

async function parkedJob(harness: TenantManagerHarness, reason: 'unknown-tenant' | 'tenant-suspended') {
  await harness.state.jobs.create(newJob(jobMessage(), harness.clock.now(), 'parked', reason));
}

describe('created', () => {
  it('makes the row with the default tier, the security group, and counts the tenant', async () => {
    const harness = createTenantManagerHarness();
    await harness.event('created');
    expect(harness.row()).toEqual({
      installation_id: INSTALLATION,
      org_name: 'acme',
      org_type: 'Organization',
      account_id: 501,
      status: 'active',
      tier: 'small',
      max_runners: 2,
      security_group_id: GROUP,
      created_at: '2026-01-15T12:00:00.000Z',
      updated_at: '2026-01-15T12:00:00.000Z',
    });
    expect(harness.metrics.counted).toEqual([
      { name: 'TenantOnboarded', value: 1, properties: { tenant_id: INSTALLATION } },
    ]);
    expect(harness.state.securityGroups.groups.get(GROUP)?.tags).toMatchObject({
      'ghr:tenant_id': String(INSTALLATION),
      'ghr:tenant_tier': 'small',
    });
  });

  it('starts the jobs that came before it', async () => {
    const harness = createTenantManagerHarness();
    await parkedJob(harness, 'unknown-tenant');
    await harness.event('created');
    expect(harness.state.queue.jobs).toMatchObject([{ jobId: 7001 }]);
  });

  it('makes no group where all tenants share one', async () => {
    const harness = createTenantManagerHarness({ ownGroups: false });
    await harness.event('created');
    expect(harness.row()).not.toHaveProperty('security_group_id');
    expect(harness.woken).toEqual([INSTALLATION]);
  });

  it('of a user account says so in the row', async () => {
    const harness = createTenantManagerHarness();
    await harness.event('created', { account: { kind: 'owner', id: 7, login: 'jo', type: 'User' } });
    expect(harness.row()).toMatchObject({ org_name: 'jo', org_type: 'User', account_id: 7 });
  });

  it('fills a row in that a mistyped command made, and keeps what it holds', async () => {
    const harness = createTenantManagerHarness();
    harness.state.tenants.rows.set(INSTALLATION, {
      installation_id: INSTALLATION,
      tier: 'medium',
      max_runners: 5,
      updated_at: '2024-01-15T12:00:00Z',
    });
    await harness.event('created');
    expect(harness.row()).toMatchObject({ org_name: 'acme', status: 'active', tier: 'medium', max_runners: 5 });
    expect(harness.metrics.total('TenantOnboarded')).toBe(1);
  });

  it('repeated changes and counts nothing', async () => {
    const harness = createTenantManagerHarness();
    await harness.event('created');
    const row = { ...harness.row(), tier: 'large', max_runners: 7 };
    harness.state.tenants.rows.set(INSTALLATION, row);
    await harness.event('created');
    expect(harness.row()).toEqual(row);
    expect(harness.metrics.total('TenantOnboarded')).toBe(1);
    expect(harness.state.securityGroups.groups.size).toBe(1);
  });

  it('late never revives a deleted tenant', async () => {
    const harness = createTenantManagerHarness();
    await harness.event('created');
    await harness.event('deleted');
    await harness.event('created');
    expect(harness.row()).toMatchObject({ status: 'deleted', cleanup: 'done' });
    expect(harness.state.securityGroups.groups.size).toBe(0);
    expect(harness.metrics.total('TenantOnboarded')).toBe(1);
  });

  it('after its own deleted finds the tombstone', async () => {
    const harness = createTenantManagerHarness();
    await harness.event('deleted');
    await harness.event('created');
    expect(harness.row()).toMatchObject({ status: 'deleted', account_id: 501 });
    expect(harness.row()).not.toHaveProperty('org_name');
    expect(harness.metrics.total('TenantOnboarded')).toBe(0);
    expect(harness.woken).toEqual([]);
  });

  it('leaves no group behind when the tenant leaves while it is made', async () => {
    const harness = createTenantManagerHarness();
    const undo = harness.faults.after('securityGroups.ensure', async () => {
      undo();
      await harness.state.tenants.markDeleted(INSTALLATION, account, harness.clock.now());
      await harness.state.tenants.finishCleanup(INSTALLATION, harness.clock.now());
    });
    await harness.event('created');
    expect(harness.state.securityGroups.groups.size).toBe(0);
    expect(harness.row()).not.toHaveProperty('security_group_id');
    expect(harness.woken).toEqual([]);
  });

  it('does not start an operator’s suspended tenant', async () => {
    const harness = createTenantManagerHarness();
    harness.addTenant({ status: 'suspended', suspended_by: 'operator' });
    await harness.event('created');
    expect(harness.woken).toEqual([]);
  });
});

describe('an earlier installation of the same account', () => {
  it('is offboarded, and the new row names it', async () => {
    const harness = createTenantManagerHarness();
    harness.addTenant({ installation_id: EARLIER });
    await harness.event('created');
    expect(harness.row()).toMatchObject({ status: 'active', tier: 'small', previous_installation_id: EARLIER });
    expect(harness.row(EARLIER)).toMatchObject({ status: 'deleted', cleanup: 'done' });
    expect(harness.metrics.total('TenantUninstalled')).toBe(1);
  });

  it('that was uninstalled already is only named', async () => {
    const harness = createTenantManagerHarness();
    harness.addTenant({ installation_id: EARLIER, status: 'deleted', cleanup: 'done' });
    await harness.event('created');
    expect(harness.row()).toMatchObject({ previous_installation_id: EARLIER });
    expect(harness.cleaned).toEqual([]);
  });

  it('is offboarded by the repeat of an event that was cut off', async () => {
    const harness = createTenantManagerHarness();
    harness.addTenant({ installation_id: EARLIER });
    harness.faults.fail('lifecycle.markDeleted', new Error('cut off'));
    await expect(harness.event('created')).rejects.toThrow('cut off');
    expect(harness.row()).toMatchObject({ status: 'active' });
    await harness.event('created');
    expect(harness.row(EARLIER)).toMatchObject({ status: 'deleted' });
  });

  it('does not keep the new one from working when it can not be offboarded', async () => {
    const harness = createTenantManagerHarness();
    harness.addTenant({ installation_id: EARLIER });
    await parkedJob(harness, 'unknown-tenant');
    harness.faults.fail('lifecycle.markDeleted', new Error('cut off'));
    await expect(harness.event('created')).rejects.toThrow('cut off');
    expect(harness.state.queue.jobs).toHaveLength(1);
  });

  it('whose created comes late leaves the newer one alone', async () => {
    const harness = createTenantManagerHarness();
    harness.addTenant();
    await harness.event('created', { installationId: EARLIER });
    expect(harness.row(EARLIER)).toMatchObject({ status: 'deleted' });
    expect(harness.row(EARLIER)).not.toHaveProperty('org_name');
    expect(harness.row()).toMatchObject({ status: 'active' });
    expect(harness.metrics.total('TenantOnboarded')).toBe(0);
  });

  it('is told from a later one by GitHub, not by the ids alone', async () => {
    const harness = createTenantManagerHarness();
    harness.addTenant();
    harness.state.github.installations.delete(INSTALLATION);
    harness.state.github.installations.set(EARLIER, { login: 'acme', suspended: false });
    await harness.event('created', { installationId: EARLIER });
    expect(harness.row(EARLIER)).toMatchObject({ status: 'active', previous_installation_id: INSTALLATION });
    expect(harness.row()).toMatchObject({ status: 'deleted' });
  });

  it('stays when GitHub can not tell which is the present one', async () => {
    const harness = createTenantManagerHarness();
    harness.addTenant();
    harness.state.github.fail({ kind: 'refused', status: 403, message: 'no' });
    await harness.event('created', { installationId: EARLIER });
    expect(harness.row(EARLIER)).toMatchObject({ status: 'active' });
    expect(harness.row()).toMatchObject({ status: 'active' });
  });

  it('of another account is ignored', async () => {
    const harness = createTenantManagerHarness();
    harness.addTenant({ installation_id: EARLIER, account_id: 502 });
    await harness.event('created');
    expect(harness.row()).not.toHaveProperty('previous_installation_id');
    expect(harness.row(EARLIER)).toMatchObject({ status: 'active' });
  });
});

describe('deleted', () => {
  it('ends the tenant’s machines, parameters, jobs and group, and counts it once', async () => {
    const harness = createTenantManagerHarness();
    await harness.event('created');
    await parkedJob(harness, 'tenant-suspended');
    await harness.event('deleted');
    await harness.event('deleted');
    expect(harness.row()).toMatchObject({ status: 'deleted', cleanup: 'done', org_name: 'acme' });
    expect(harness.state.jobs.all()).toMatchObject([{ state: 'refused', reason: 'tenant-deleted' }]);
    expect(harness.state.securityGroups.groups.size).toBe(0);
    expect(harness.metrics.total('TenantUninstalled')).toBe(1);
  });

  it.each([
    ['404', 404],
    ['403', 403],
  ])('works though GitHub answers %s to everything', async (_name, status) => {
    const harness = createTenantManagerHarness();
    await harness.event('created');
    await harness.state.launches.create(launch({ state: 'running', instanceId: 'i-gone', runnerId: 5 }));
    harness.state.tenants.takeSlot(INSTALLATION);
    harness.state.github.fail({ kind: 'refused', status, message: 'no' });
    // EC2's word that it knows no such machine is believed of one that is not new.
    harness.clock.advance(EC2_KNOWS_AFTER);
    await harness.event('deleted');
    expect(harness.row()).toMatchObject({ status: 'deleted', cleanup: 'done' });
    expect(harness.state.launches.rows.size).toBe(1);
    expect([...harness.state.launches.rows.values()]).toMatchObject([{ state: 'ended' }]);
  });

  it('closes the gate before anything else', async () => {
    const harness = createTenantManagerHarness();
    await harness.event('created');
    harness.calls.length = 0;
    await harness.event('deleted');
    expect(harness.names()[0]).toBe('lifecycle.markDeleted');
  });

  it('lifts an operator’s suspension no more than any other', async () => {
    const harness = createTenantManagerHarness();
    harness.addTenant({ status: 'suspended', suspended_by: 'operator' });
    await harness.event('deleted');
    expect(harness.row()).toMatchObject({ status: 'deleted' });
  });
});

describe('suspend and unsuspend', () => {
  const suspendedAt = '2026-01-15T12:01:00Z';
  const liftedAt = '2026-01-15T12:02:00Z';

  it('close and open the tenant, and what waited starts', async () => {
    const harness = createTenantManagerHarness();
    await harness.event('created');
    await harness.event('suspend', { changedAt: suspendedAt });
    expect(harness.row()).toMatchObject({ status: 'suspended', suspended_by: 'github' });
    await parkedJob(harness, 'tenant-suspended');
    await harness.event('unsuspend', { changedAt: liftedAt });
    expect(harness.row()).toMatchObject({ status: 'active' });
    expect(harness.row()).not.toHaveProperty('suspended_by');
    expect(harness.state.queue.jobs).toMatchObject([{ jobId: 7001 }]);
  });

  it('in the wrong order end as in the right one', async () => {
    const harness = createTenantManagerHarness();
    await harness.event('created');
    await harness.event('unsuspend', { changedAt: liftedAt });
    await harness.event('suspend', { changedAt: suspendedAt });
    expect(harness.row()).toMatchObject({ status: 'active' });
  });

  it('before created make the row, so that nothing is forgotten', async () => {
    const harness = createTenantManagerHarness();
    await harness.event('suspend', { changedAt: suspendedAt });
    expect(harness.row()).toMatchObject({ org_name: 'acme', status: 'suspended', suspended_by: 'github' });
    await harness.event('created');
    expect(harness.row()).toMatchObject({ status: 'suspended' });
    await harness.event('unsuspend', { changedAt: liftedAt });
    expect(harness.row()).toMatchObject({ status: 'active', security_group_id: GROUP });
    expect(harness.metrics.total('TenantOnboarded')).toBe(1);
  });

  it('after deleted change nothing', async () => {
    const harness = createTenantManagerHarness();
    await harness.event('deleted');
    await harness.event('unsuspend', { changedAt: liftedAt });
    expect(harness.row()).toMatchObject({ status: 'deleted' });
  });

  it.each(['operator', 'approval', undefined])('of GitHub never lift a suspension by %s', async (suspended_by) => {
    const harness = createTenantManagerHarness();
    harness.addTenant({ status: 'suspended', suspended_by });
    await harness.event('suspend', { changedAt: suspendedAt });
    await harness.event('unsuspend', { changedAt: liftedAt });
    expect(harness.row()).toMatchObject({ status: 'suspended' });
    expect(harness.row()?.['suspended_by']).toBe(suspended_by);
    expect(harness.woken).toEqual([]);
  });

  it.each([true, false])('within one second are as GitHub says: suspended %s', async (suspended) => {
    for (const [first, second] of [
      ['suspend', 'unsuspend'],
      ['unsuspend', 'suspend'],
    ] as const) {
      const harness = createTenantManagerHarness();
      harness.addTenant();
      harness.state.github.installations.set(INSTALLATION, { login: 'acme', suspended });
      await harness.event(first, { changedAt: suspendedAt });
      await harness.event(second, { changedAt: suspendedAt });
      expect(harness.row()).toMatchObject({ status: suspended ? 'suspended' : 'active' });
    }
  });

  it.each([
    ['does not know the installation', { kind: 'found' }],
    ['refuses to say', { kind: 'refused', status: 401, message: 'no' }],
  ] as const)('within one second end suspended when GitHub %s', async (_name, answer) => {
    for (const [first, second] of [
      ['suspend', 'unsuspend'],
      ['unsuspend', 'suspend'],
    ] as const) {
      const harness = createTenantManagerHarness();
      harness.addTenant();
      if (answer.kind === 'found') harness.state.github.installations.clear();
      else harness.state.github.fail(answer);
      await harness.event(first, { changedAt: suspendedAt });
      await harness.event(second, { changedAt: suspendedAt });
      expect(harness.row()).toMatchObject({ status: 'suspended' });
    }
  });

  it('within one second are tried again when GitHub gives no answer', async () => {
    const harness = createTenantManagerHarness();
    harness.addTenant();
    const undo = harness.state.github.fail({ kind: 'unavailable', message: '502' });
    await harness.event('suspend', { changedAt: suspendedAt });
    await expect(harness.event('unsuspend', { changedAt: suspendedAt })).rejects.toThrow(
      /did not answer for installation 1001.*retrying/,
    );
    undo();
    await harness.event('unsuspend', { changedAt: suspendedAt });
    expect(harness.row()).toMatchObject({ status: 'active' });
  });

  it('ask GitHub nothing when their times differ', async () => {
    const harness = createTenantManagerHarness();
    harness.addTenant();
    await harness.event('suspend', { changedAt: suspendedAt });
    await harness.event('unsuspend', { changedAt: liftedAt });
    expect(harness.names().filter((name) => name.startsWith('github'))).toEqual([]);
  });

  it('without a time are as GitHub says', async () => {
    const harness = createTenantManagerHarness();
    harness.addTenant();
    harness.state.github.installations.set(INSTALLATION, { login: 'acme', suspended: true });
    const event = {
      source: 'multi-tenant-runner',
      detail: {
        action: 'suspend',
        installation: { id: INSTALLATION, account: { id: 501, login: 'acme', type: 'Organization' } },
        delivery_id: 'd',
      },
    };
    await harness.invoke(event);
    expect(harness.row()).toMatchObject({ status: 'suspended' });
  });
});

describe('renamed', () => {
  it('takes the new name', async () => {
    const harness = createTenantManagerHarness();
    await harness.event('created');
    await harness.event('renamed', { account: { ...account, login: 'acme-two' } });
    expect(harness.row()).toMatchObject({ org_name: 'acme-two', status: 'active' });
  });

  it('before created keeps the new name', async () => {
    const harness = createTenantManagerHarness();
    await harness.event('renamed', { account: { ...account, login: 'acme-two' } });
    await harness.event('created');
    expect(harness.row()).toMatchObject({ org_name: 'acme-two', security_group_id: GROUP });
  });

  it('leaves a deleted row as it is', async () => {
    const harness = createTenantManagerHarness();
    harness.addTenant({ status: 'deleted', cleanup: 'done' });
    await harness.event('renamed', { account: { ...account, login: 'acme-two' } });
    expect(harness.row()).toMatchObject({ org_name: 'acme' });
  });
});

describe('what is no tenant', () => {
  it.each(['created', 'suspend', 'unsuspend', 'deleted', 'renamed'] as const)(
    '%s of an enterprise is ignored with a reason',
    async (action) => {
      const harness = createTenantManagerHarness();
      await harness.event(action, { account: { kind: 'enterprise' } });
      expect(harness.state.tenants.rows.size).toBe(0);
      expect(harness.names()).toEqual(['registry.get']);
      expect(harness.log.lines[0]?.message).toMatch(/enterprise.*install it on its organisations/);
    },
  );

  it.each(['created', 'suspend', 'unsuspend', 'renamed'] as const)(
    '%s of an unknown installation is ignored with a reason',
    async (action) => {
      const harness = createTenantManagerHarness();
      await harness.event(action, { account: { kind: 'unknown' } });
      expect(harness.state.tenants.rows.size).toBe(0);
      expect(harness.log.lines[0]?.message).toMatch(/names no account/);
    },
  );

  it('deleted of an unknown installation leaves a tombstone for a late created', async () => {
    const harness = createTenantManagerHarness();
    await harness.event('deleted', { account: { kind: 'unknown' } });
    await harness.event('created');
    expect(harness.row()).toMatchObject({ status: 'deleted' });
    expect(harness.row()).not.toHaveProperty('org_name');
  });

  it('deleted without an account ends the tenant all the same', async () => {
    const harness = createTenantManagerHarness();
    await harness.event('created');
    await harness.event('suspend', { account: { kind: 'unknown' }, changedAt: '2026-01-15T12:01:00Z' });
    expect(harness.row()).toMatchObject({ status: 'suspended' });
    await harness.event('deleted', { account: { kind: 'unknown' } });
    expect(harness.row()).toMatchObject({ status: 'deleted', cleanup: 'done', account_id: 501 });
  });

  it('an event that can not be read fails with everything that is wrong, for the dead letters', async () => {
    const harness = createTenantManagerHarness();
    await expect(harness.invoke({ detail: { action: 'exploded', installation: { id: 'x' } } })).rejects.toThrow(
      /action is not one of created.*installation\.id is not an integer.*installation\.account is missing/,
    );
    expect(harness.names()).toEqual([]);
  });

  it.each([[{}], [null], ['text'], [[]]])('a call with %j says what was expected', async (event) => {
    await expect(createTenantManagerHarness().invoke(event)).rejects.toThrow(
      /neither an EventBridge event nor records/,
    );
  });
});

it('jobs of other tenants are not touched by an offboarding', async () => {
  const harness = createTenantManagerHarness();
  await harness.event('created');
  await harness.state.jobs.create(job({ installationId: 1002, state: 'parked' }));
  await harness.event('deleted');
  expect(harness.state.jobs.all()).toMatchObject([{ installationId: 1002, state: 'parked' }]);
});
