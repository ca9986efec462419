import { INSTALLATION, job, jobMessage, launch } from '@multi-tenant-runner/testing';
import { EC2_KNOWS_AFTER, newJob, type LifecycleAccount } from '@multi-tenant-runner/core';
import { tenantManagerWorld, type TenantManagerWorld } from '../test/tenant-manager-harness';

const GROUP = 'sg-00000000000000001';
const EARLIER = 900;
const account: LifecycleAccount = { kind: 'owner', id: 501, login: 'acme', type: 'Organization' };

async function parkedJob(world: TenantManagerWorld, reason: 'unknown-tenant' | 'tenant-suspended') {
  await world.state.jobs.create(newJob(jobMessage(), world.clock.now(), 'parked', reason));
}

describe('created', () => {
  it('makes the row with the default tier, the security group, and counts the tenant', async () => {
    const world = tenantManagerWorld();
    await world.event('created');
    expect(world.row()).toEqual({
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
    expect(world.metrics.counted).toEqual([{ name: 'TenantOnboarded', value: 1, properties: { tenant_id: INSTALLATION } }]);
    expect(world.state.securityGroups.groups.get(GROUP)?.tags).toMatchObject({ 'ghr:tenant_id': String(INSTALLATION), 'ghr:tenant_tier': 'small' });
  });

  it('starts the jobs that came before it', async () => {
    const world = tenantManagerWorld();
    await parkedJob(world, 'unknown-tenant');
    await world.event('created');
    expect(world.state.queue.jobs).toMatchObject([{ jobId: 7001 }]);
  });

  it('makes no group where all tenants share one', async () => {
    const world = tenantManagerWorld({ ownGroups: false });
    await world.event('created');
    expect(world.row()).not.toHaveProperty('security_group_id');
    expect(world.woken).toEqual([INSTALLATION]);
  });

  it('of a user account says so in the row', async () => {
    const world = tenantManagerWorld();
    await world.event('created', { account: { kind: 'owner', id: 7, login: 'jo', type: 'User' } });
    expect(world.row()).toMatchObject({ org_name: 'jo', org_type: 'User', account_id: 7 });
  });

  it('fills a row in that a mistyped command made, and keeps what it holds', async () => {
    const world = tenantManagerWorld();
    world.state.tenants.rows.set(INSTALLATION, { installation_id: INSTALLATION, tier: 'medium', max_runners: 5, updated_at: '2024-01-15T12:00:00Z' });
    await world.event('created');
    expect(world.row()).toMatchObject({ org_name: 'acme', status: 'active', tier: 'medium', max_runners: 5 });
    expect(world.metrics.total('TenantOnboarded')).toBe(1);
  });

  it('repeated changes and counts nothing', async () => {
    const world = tenantManagerWorld();
    await world.event('created');
    const row = { ...world.row(), tier: 'large', max_runners: 7 };
    world.state.tenants.rows.set(INSTALLATION, row);
    await world.event('created');
    expect(world.row()).toEqual(row);
    expect(world.metrics.total('TenantOnboarded')).toBe(1);
    expect(world.state.securityGroups.groups.size).toBe(1);
  });

  it('late never revives a deleted tenant', async () => {
    const world = tenantManagerWorld();
    await world.event('created');
    await world.event('deleted');
    await world.event('created');
    expect(world.row()).toMatchObject({ status: 'deleted', cleanup: 'done' });
    expect(world.state.securityGroups.groups.size).toBe(0);
    expect(world.metrics.total('TenantOnboarded')).toBe(1);
  });

  it('after its own deleted finds the tombstone', async () => {
    const world = tenantManagerWorld();
    await world.event('deleted');
    await world.event('created');
    expect(world.row()).toMatchObject({ status: 'deleted', account_id: 501 });
    expect(world.row()).not.toHaveProperty('org_name');
    expect(world.metrics.total('TenantOnboarded')).toBe(0);
    expect(world.woken).toEqual([]);
  });

  it('leaves no group behind when the tenant leaves while it is made', async () => {
    const world = tenantManagerWorld();
    const undo = world.faults.after('securityGroups.ensure', async () => {
      undo();
      await world.state.tenants.markDeleted(INSTALLATION, account, world.clock.now());
      await world.state.tenants.finishCleanup(INSTALLATION, world.clock.now());
    });
    await world.event('created');
    expect(world.state.securityGroups.groups.size).toBe(0);
    expect(world.row()).not.toHaveProperty('security_group_id');
    expect(world.woken).toEqual([]);
  });

  it('does not start an operator’s suspended tenant', async () => {
    const world = tenantManagerWorld();
    world.addTenant({ status: 'suspended', suspended_by: 'operator' });
    await world.event('created');
    expect(world.woken).toEqual([]);
  });
});

describe('an earlier installation of the same account', () => {
  it('is offboarded, and the new row names it', async () => {
    const world = tenantManagerWorld();
    world.addTenant({ installation_id: EARLIER });
    await world.event('created');
    expect(world.row()).toMatchObject({ status: 'active', tier: 'small', previous_installation_id: EARLIER });
    expect(world.row(EARLIER)).toMatchObject({ status: 'deleted', cleanup: 'done' });
    expect(world.metrics.total('TenantUninstalled')).toBe(1);
  });

  it('that was uninstalled already is only named', async () => {
    const world = tenantManagerWorld();
    world.addTenant({ installation_id: EARLIER, status: 'deleted', cleanup: 'done' });
    await world.event('created');
    expect(world.row()).toMatchObject({ previous_installation_id: EARLIER });
    expect(world.cleaned).toEqual([]);
  });

  it('is offboarded by the repeat of an event that was cut off', async () => {
    const world = tenantManagerWorld();
    world.addTenant({ installation_id: EARLIER });
    world.faults.fail('lifecycle.markDeleted', new Error('cut off'));
    await expect(world.event('created')).rejects.toThrow('cut off');
    expect(world.row()).toMatchObject({ status: 'active' });
    await world.event('created');
    expect(world.row(EARLIER)).toMatchObject({ status: 'deleted' });
  });

  it('does not keep the new one from working when it can not be offboarded', async () => {
    const world = tenantManagerWorld();
    world.addTenant({ installation_id: EARLIER });
    await parkedJob(world, 'unknown-tenant');
    world.faults.fail('lifecycle.markDeleted', new Error('cut off'));
    await expect(world.event('created')).rejects.toThrow('cut off');
    expect(world.state.queue.jobs).toHaveLength(1);
  });

  it('whose created comes late leaves the newer one alone', async () => {
    const world = tenantManagerWorld();
    world.addTenant();
    await world.event('created', { installationId: EARLIER });
    expect(world.row(EARLIER)).toMatchObject({ status: 'deleted' });
    expect(world.row(EARLIER)).not.toHaveProperty('org_name');
    expect(world.row()).toMatchObject({ status: 'active' });
    expect(world.metrics.total('TenantOnboarded')).toBe(0);
  });

  it('is told from a later one by GitHub, not by the ids alone', async () => {
    const world = tenantManagerWorld();
    world.addTenant();
    world.state.github.installations.delete(INSTALLATION);
    world.state.github.installations.set(EARLIER, { login: 'acme', suspended: false });
    await world.event('created', { installationId: EARLIER });
    expect(world.row(EARLIER)).toMatchObject({ status: 'active', previous_installation_id: INSTALLATION });
    expect(world.row()).toMatchObject({ status: 'deleted' });
  });

  it('stays when GitHub can not tell which is the present one', async () => {
    const world = tenantManagerWorld();
    world.addTenant();
    world.state.github.fail({ kind: 'refused', status: 403, message: 'no' });
    await world.event('created', { installationId: EARLIER });
    expect(world.row(EARLIER)).toMatchObject({ status: 'active' });
    expect(world.row()).toMatchObject({ status: 'active' });
  });

  it('of another account is nobody’s business', async () => {
    const world = tenantManagerWorld();
    world.addTenant({ installation_id: EARLIER, account_id: 502 });
    await world.event('created');
    expect(world.row()).not.toHaveProperty('previous_installation_id');
    expect(world.row(EARLIER)).toMatchObject({ status: 'active' });
  });
});

describe('deleted', () => {
  it('ends the tenant’s machines, parameters, jobs and group, and counts it once', async () => {
    const world = tenantManagerWorld();
    await world.event('created');
    await parkedJob(world, 'tenant-suspended');
    await world.event('deleted');
    await world.event('deleted');
    expect(world.row()).toMatchObject({ status: 'deleted', cleanup: 'done', org_name: 'acme' });
    expect(world.state.jobs.all()).toMatchObject([{ state: 'refused', reason: 'tenant-deleted' }]);
    expect(world.state.securityGroups.groups.size).toBe(0);
    expect(world.metrics.total('TenantUninstalled')).toBe(1);
  });

  it.each([
    ['404', 404],
    ['403', 403],
  ])('works though GitHub answers %s to everything', async (_name, status) => {
    const world = tenantManagerWorld();
    await world.event('created');
    await world.state.launches.create(launch({ state: 'running', instanceId: 'i-gone', runnerId: 5 }));
    await world.state.tenants.restoreSlot(INSTALLATION, '7001-1');
    world.state.github.fail({ kind: 'refused', status, message: 'no' });
    // EC2's word that it knows no such machine is believed of one that is not new.
    world.clock.advance(EC2_KNOWS_AFTER);
    await world.event('deleted');
    expect(world.row()).toMatchObject({ status: 'deleted', cleanup: 'done' });
    expect(world.state.launches.rows.size).toBe(1);
    expect([...world.state.launches.rows.values()]).toMatchObject([{ state: 'ended' }]);
  });

  it('closes the gate before anything else', async () => {
    const world = tenantManagerWorld();
    await world.event('created');
    world.calls.length = 0;
    await world.event('deleted');
    expect(world.names()[0]).toBe('lifecycle.markDeleted');
  });

  it('lifts an operator’s suspension no more than any other', async () => {
    const world = tenantManagerWorld();
    world.addTenant({ status: 'suspended', suspended_by: 'operator' });
    await world.event('deleted');
    expect(world.row()).toMatchObject({ status: 'deleted' });
  });
});

describe('suspend and unsuspend', () => {
  const suspendedAt = '2026-01-15T12:01:00Z';
  const liftedAt = '2026-01-15T12:02:00Z';

  it('close and open the tenant, and what waited starts', async () => {
    const world = tenantManagerWorld();
    await world.event('created');
    await world.event('suspend', { changedAt: suspendedAt });
    expect(world.row()).toMatchObject({ status: 'suspended', suspended_by: 'github' });
    await parkedJob(world, 'tenant-suspended');
    await world.event('unsuspend', { changedAt: liftedAt });
    expect(world.row()).toMatchObject({ status: 'active' });
    expect(world.row()).not.toHaveProperty('suspended_by');
    expect(world.state.queue.jobs).toMatchObject([{ jobId: 7001 }]);
  });

  it('in the wrong order end as in the right one', async () => {
    const world = tenantManagerWorld();
    await world.event('created');
    await world.event('unsuspend', { changedAt: liftedAt });
    await world.event('suspend', { changedAt: suspendedAt });
    expect(world.row()).toMatchObject({ status: 'active' });
  });

  it('before created make the row, so that nothing is forgotten', async () => {
    const world = tenantManagerWorld();
    await world.event('suspend', { changedAt: suspendedAt });
    expect(world.row()).toMatchObject({ org_name: 'acme', status: 'suspended', suspended_by: 'github' });
    await world.event('created');
    expect(world.row()).toMatchObject({ status: 'suspended' });
    await world.event('unsuspend', { changedAt: liftedAt });
    expect(world.row()).toMatchObject({ status: 'active', security_group_id: GROUP });
    expect(world.metrics.total('TenantOnboarded')).toBe(1);
  });

  it('after deleted change nothing', async () => {
    const world = tenantManagerWorld();
    await world.event('deleted');
    await world.event('unsuspend', { changedAt: liftedAt });
    expect(world.row()).toMatchObject({ status: 'deleted' });
  });

  it.each(['operator', 'approval', undefined])('of GitHub never lift a suspension by %s', async (suspended_by) => {
    const world = tenantManagerWorld();
    world.addTenant({ status: 'suspended', suspended_by });
    await world.event('suspend', { changedAt: suspendedAt });
    await world.event('unsuspend', { changedAt: liftedAt });
    expect(world.row()).toMatchObject({ status: 'suspended' });
    expect(world.row()?.['suspended_by']).toBe(suspended_by);
    expect(world.woken).toEqual([]);
  });

  it.each([true, false])('within one second are as GitHub says: suspended %s', async (suspended) => {
    for (const [first, second] of [
      ['suspend', 'unsuspend'],
      ['unsuspend', 'suspend'],
    ] as const) {
      const world = tenantManagerWorld();
      world.addTenant();
      world.state.github.installations.set(INSTALLATION, { login: 'acme', suspended });
      await world.event(first, { changedAt: suspendedAt });
      await world.event(second, { changedAt: suspendedAt });
      expect(world.row()).toMatchObject({ status: suspended ? 'suspended' : 'active' });
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
      const world = tenantManagerWorld();
      world.addTenant();
      if (answer.kind === 'found') world.state.github.installations.clear();
      else world.state.github.fail(answer);
      await world.event(first, { changedAt: suspendedAt });
      await world.event(second, { changedAt: suspendedAt });
      expect(world.row()).toMatchObject({ status: 'suspended' });
    }
  });

  it('within one second are tried again when GitHub gives no answer', async () => {
    const world = tenantManagerWorld();
    world.addTenant();
    const undo = world.state.github.fail({ kind: 'unavailable', message: '502' });
    await world.event('suspend', { changedAt: suspendedAt });
    await expect(world.event('unsuspend', { changedAt: suspendedAt })).rejects.toThrow(/no answer about installation 1001.*tried again/);
    undo();
    await world.event('unsuspend', { changedAt: suspendedAt });
    expect(world.row()).toMatchObject({ status: 'active' });
  });

  it('ask GitHub nothing when their times differ', async () => {
    const world = tenantManagerWorld();
    world.addTenant();
    await world.event('suspend', { changedAt: suspendedAt });
    await world.event('unsuspend', { changedAt: liftedAt });
    expect(world.names().filter((name) => name.startsWith('github'))).toEqual([]);
  });

  it('without a time are as GitHub says', async () => {
    const world = tenantManagerWorld();
    world.addTenant();
    world.state.github.installations.set(INSTALLATION, { login: 'acme', suspended: true });
    const event = { source: 'multi-tenant-runner', detail: { action: 'suspend', installation: { id: INSTALLATION, account: { id: 501, login: 'acme', type: 'Organization' } }, delivery_id: 'd' } };
    await world.invoke(event);
    expect(world.row()).toMatchObject({ status: 'suspended' });
  });
});

describe('renamed', () => {
  it('takes the new name', async () => {
    const world = tenantManagerWorld();
    await world.event('created');
    await world.event('renamed', { account: { ...account, login: 'acme-two' } });
    expect(world.row()).toMatchObject({ org_name: 'acme-two', status: 'active' });
  });

  it('before created keeps the new name', async () => {
    const world = tenantManagerWorld();
    await world.event('renamed', { account: { ...account, login: 'acme-two' } });
    await world.event('created');
    expect(world.row()).toMatchObject({ org_name: 'acme-two', security_group_id: GROUP });
  });

  it('leaves a deleted row as it is', async () => {
    const world = tenantManagerWorld();
    world.addTenant({ status: 'deleted', cleanup: 'done' });
    await world.event('renamed', { account: { ...account, login: 'acme-two' } });
    expect(world.row()).toMatchObject({ org_name: 'acme' });
  });
});

describe('what is no tenant', () => {
  it.each(['created', 'suspend', 'unsuspend', 'deleted', 'renamed'] as const)('%s of an enterprise is ignored with a reason', async (action) => {
    const world = tenantManagerWorld();
    await world.event(action, { account: { kind: 'enterprise' } });
    expect(world.state.tenants.rows.size).toBe(0);
    expect(world.names()).toEqual(['registry.get']);
    expect(world.log.lines[0]?.message).toMatch(/enterprise.*install it on its organisations/);
  });

  it.each(['created', 'suspend', 'unsuspend', 'renamed'] as const)('%s of nobody known is ignored with a reason', async (action) => {
    const world = tenantManagerWorld();
    await world.event(action, { account: { kind: 'unknown' } });
    expect(world.state.tenants.rows.size).toBe(0);
    expect(world.log.lines[0]?.message).toMatch(/did not say whose installation/);
  });

  it('deleted of nobody known leaves a tombstone for a late created', async () => {
    const world = tenantManagerWorld();
    await world.event('deleted', { account: { kind: 'unknown' } });
    await world.event('created');
    expect(world.row()).toMatchObject({ status: 'deleted' });
    expect(world.row()).not.toHaveProperty('org_name');
  });

  it('deleted without an account ends the tenant all the same', async () => {
    const world = tenantManagerWorld();
    await world.event('created');
    await world.event('suspend', { account: { kind: 'unknown' }, changedAt: '2026-01-15T12:01:00Z' });
    expect(world.row()).toMatchObject({ status: 'suspended' });
    await world.event('deleted', { account: { kind: 'unknown' } });
    expect(world.row()).toMatchObject({ status: 'deleted', cleanup: 'done', account_id: 501 });
  });

  it('an event that can not be read fails with everything that is wrong, for the dead letters', async () => {
    const world = tenantManagerWorld();
    await expect(world.invoke({ detail: { action: 'exploded', installation: { id: 'x' } } })).rejects.toThrow(
      /action is not one of created.*installation\.id is not a whole number.*installation\.account is not an object/,
    );
    expect(world.names()).toEqual([]);
  });

  it.each([[{}], [null], ['text'], [[]]])('a call with %j says what was expected', async (event) => {
    await expect(tenantManagerWorld().invoke(event)).rejects.toThrow(/neither an event of the bus nor records/);
  });
});

it('jobs of other tenants are not touched by an offboarding', async () => {
  const world = tenantManagerWorld();
  await world.event('created');
  await world.state.jobs.create(job({ installationId: 1002, state: 'parked' }));
  await world.event('deleted');
  expect(world.state.jobs.all()).toMatchObject([{ installationId: 1002, state: 'parked' }]);
});
