import { DAY } from '@multi-tenant-runner/core';
import { INSTALLATION } from '@multi-tenant-runner/testing';
import { recoveryWorld, type RecoveryWorld } from '../test/recovery-harness';
import { isComparisonDue } from './diff-installations';

const sent = (world: RecoveryWorld) => world.state.bus.published.map(({ lifecycle }) => ({ action: lifecycle?.action, id: lifecycle?.installationId }));

describe('the nightly comparison', () => {
  it('is silent where GitHub and the registry agree', async () => {
    const world = recoveryWorld();
    world.addTenant();
    world.addTenant({ installation_id: 1002, org_name: 'globex', account_id: 502, status: 'suspended', suspended_by: 'operator' });
    await world.run();
    expect(sent(world)).toEqual([]);
  });

  it('sends the `created` that was lost, whole, as the webhook would have', async () => {
    const world = recoveryWorld();
    world.state.github.installations.set(1003, { login: 'initech', suspended: false, accountId: 503, changedAt: '2026-01-15T11:00:00Z' });
    await world.run();
    expect(world.state.bus.published).toMatchObject([
      {
        detailType: 'installation',
        lifecycle: {
          action: 'created',
          installationId: 1003,
          account: { kind: 'owner', id: 503, login: 'initech', type: 'Organization' },
          changedAt: '2026-01-15T11:00:00.000Z',
          deliveryId: 'recovery-1003-2026-01-15',
        },
      },
    ]);
    expect(world.metrics.total('InstallationsMended')).toBe(1);
  });

  it.each([
    ['suspend', { status: 'active' }, true],
    ['unsuspend', { status: 'suspended', suspended_by: 'github' }, false],
  ])('sends the %s that was lost', async (action, row, suspended) => {
    const world = recoveryWorld();
    world.addTenant(row);
    world.state.github.installations.set(INSTALLATION, { login: 'acme', accountId: 501, suspended });
    await world.run();
    expect(sent(world)).toEqual([{ action, id: INSTALLATION }]);
  });

  it.each(['operator', 'approval'])('leaves what the %s suspended', async (suspendedBy) => {
    const world = recoveryWorld();
    world.addTenant({ status: 'suspended', suspended_by: suspendedBy });
    await world.run();
    expect(sent(world)).toEqual([]);
  });

  it('sends a rename as GitHub does', async () => {
    const world = recoveryWorld();
    world.addTenant();
    world.state.github.installations.set(INSTALLATION, { login: 'acme-inc', accountId: 501, suspended: false });
    await world.run();
    expect(world.state.bus.published).toMatchObject([{ detailType: 'installation_target', lifecycle: { action: 'renamed', account: { login: 'acme-inc' } } }]);
  });

  it('makes the row of a lost installation that is suspended as suspended', async () => {
    const world = recoveryWorld();
    world.state.github.installations.set(1003, { login: 'initech', suspended: true, accountId: 503 });
    await world.run();
    expect(sent(world)).toEqual([{ action: 'suspend', id: 1003 }]);
  });

  it('takes a tenant for uninstalled only when GitHub says 404 for that very one', async () => {
    const world = recoveryWorld();
    world.addTenant();
    world.addTenant({ installation_id: 1002, org_name: 'globex', account_id: 502 });
    world.state.github.installations.delete(1002);
    await world.run();
    expect(world.state.bus.published).toMatchObject([{ lifecycle: { action: 'deleted', installationId: 1002, account: { kind: 'owner', id: 502, login: 'globex' } } }]);
  });

  it('offboards nobody whom the list lacks but GitHub knows, and nobody without an answer', async () => {
    const world = recoveryWorld();
    world.addTenant();
    world.addTenant({ installation_id: 1002, org_name: 'globex', account_id: 502 });
    const { listInstallations } = world.state.app;
    const shortened: typeof listInstallations = async (page) => {
      const answer = await listInstallations(page);
      return answer.kind === 'page' ? { ...answer, installations: answer.installations.slice(0, 1) } : answer;
    };
    Object.assign(world.state.app, { listInstallations: shortened });
    const undo = world.state.github.fail({ kind: 'unavailable', message: 'no answer' }, { method: 'getInstallation' });
    await world.run();
    undo();
    await world.run();
    expect(sent(world)).toEqual([]);
    expect(world.state.launches.cursors.get('recovery-installations')).toBeDefined();
  });

  it('takes no exodus at the word of what is rather the key of another App', async () => {
    const world = recoveryWorld();
    for (const id of [1, 2, 3]) world.addTenant({ installation_id: id, org_name: `org-${id}`, account_id: 500 + id });
    world.state.github.installations.clear();
    world.state.github.installations.set(9, { login: 'elsewhere', suspended: false, accountId: 9 });
    await world.run();
    expect(sent(world)).toEqual([{ action: 'created', id: 9 }]);
    expect(world.metrics.counted).toContainEqual(expect.objectContaining({ name: 'RecoveryFailed', properties: { part: 'installations' } }));
  });

  it('revives no deleted tenant', async () => {
    const world = recoveryWorld();
    world.addTenant({ status: 'deleted', cleanup: 'done' });
    await world.run();
    expect(sent(world)).toEqual([]);
  });

  it('ignores enterprises and accounts without a name', async () => {
    const world = recoveryWorld();
    world.state.github.installations.set(1003, { login: '', suspended: false });
    await world.run();
    expect(sent(world)).toEqual([]);
  });

  it('is made once a night, and again by the next run when it was cut off', async () => {
    const world = recoveryWorld();
    world.state.github.installations.set(1003, { login: 'initech', suspended: false, accountId: 503 });
    world.faults.fail('bus.publishLifecycle', new Error('no answer'));
    const cut = await world.run();
    expect(cut.failed).toEqual(['installations']);
    await world.run();
    expect(sent(world)).toHaveLength(1);
    await world.run();
    expect(sent(world)).toHaveLength(1);
    world.clock.advance(DAY);
    await world.run();
    expect(sent(world)).toHaveLength(2);
  });

  it('reads every page of GitHub’s list', async () => {
    const world = recoveryWorld();
    world.state.app.pageSize.value = 2;
    for (let id = 1; id <= 11; id += 1) world.state.github.installations.set(id, { login: `org-${id}`, suspended: false, accountId: id });
    await world.run();
    expect(sent(world)).toHaveLength(11);
  });
});

test.each([
  [undefined, '2026-01-15T12:00:00Z', true],
  ['2026-01-15T12:00:00Z', '2026-01-16T02:59:00Z', false],
  ['2026-01-15T12:00:00Z', '2026-01-16T03:00:00Z', true],
  ['2026-01-16T03:01:00Z', '2026-01-16T23:00:00Z', false],
  ['2026-01-16T03:01:00Z', '2026-01-17T02:00:00Z', false],
  ['unreadable', '2026-01-17T02:00:00Z', true],
])('after a comparison at %s, whether one is due at %s: %s', (last, now, due) => {
  expect(isComparisonDue(last, new Date(now))).toBe(due);
});
