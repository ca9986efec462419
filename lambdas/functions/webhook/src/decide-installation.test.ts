import { decodeLifecycleEvent } from '@multi-tenant-runner/core';
import { delivery, installationPayload, webhookWorld, type Json } from '../test/deliveries';
import { decideInstallation } from './decide-installation';

const decide = (payload: Json, event = 'installation') => decideInstallation({ event, deliveryId: 'delivery-1', payload });

describe('an installation event', () => {
  it.each(['created', 'deleted', 'suspend', 'unsuspend'])('%s travels on the bus without its repositories', async (action) => {
    const world = webhookWorld();
    expect((await world.send(delivery('installation', installationPayload(action)))).statusCode).toBe(202);
    expect(world.state.bus.published).toMatchObject([
      {
        detailType: 'installation',
        lifecycle: {
          action,
          installationId: 1001,
          account: { kind: 'owner', id: 501, login: 'acme', type: 'Organization' },
          changedAt: '2026-01-15T11:59:00.000Z',
          deliveryId: 'delivery-1',
        },
      },
    ]);
    expect(JSON.stringify(world.state.bus.published)).not.toContain('repositories');
    expect(decodeLifecycleEvent(world.state.bus.published[0]?.detail)).toMatchObject({ ok: true });
  });

  it.each(['new_repository_selection', 'renamed', undefined])('with action %s changes no tenant', async (action) => {
    const world = webhookWorld();
    const response = await world.send(delivery('installation', { ...installationPayload('created'), action }));
    expect(response.statusCode).toBe(202);
    expect(world.state.bus.published).toEqual([]);
    expect(world.metrics.counted).toMatchObject([{ name: 'WebhookIgnored', properties: { reason: 'action' } }]);
  });

  it('with action new_permissions_accepted tells the tenant manager', async () => {
    const world = webhookWorld();
    await world.send(delivery('installation', { ...installationPayload('created'), action: 'new_permissions_accepted' }));
    expect(world.state.bus.published).toMatchObject([{ detailType: 'installation', lifecycle: { action: 'new_permissions_accepted', installationId: 1001 } }]);
  });

  it('of a user says so', () => {
    expect(decide(installationPayload('created', { account: { login: 'jo', id: 7, type: 'User' } }))).toMatchObject({ event: { account: { type: 'User', login: 'jo' } } });
  });

  it.each([
    ['a slug in place of a login', { account: { slug: 'big-corp', id: 3 } }],
    ['its target type', { account: null, target_type: 'Enterprise' }],
  ])('of an enterprise, known by %s, is passed on as such', (_name, overrides) => {
    expect(decide(installationPayload('created', overrides))).toMatchObject({ kind: 'publish', event: { account: { kind: 'enterprise' } } });
  });

  it.each([[null], [{}], [{ login: 'acme' }], [{ login: 'acme', id: 'x' }]])('of account %j is passed on: `deleted` must arrive though the account is gone too', (account) => {
    expect(decide(installationPayload('deleted', { account }))).toMatchObject({ kind: 'publish', event: { account: { kind: 'unknown' } } });
  });

  it('without installation is ignored with its reason', () => {
    expect(decide({ action: 'created' })).toMatchObject({ kind: 'ignore', reason: 'no-installation' });
  });

  it.each([
    [1557933591, '2019-05-15T15:19:51.000Z'],
    ['2026-01-15T13:00:00+02:00', '2026-01-15T11:00:00.000Z'],
    [null, undefined],
    ['now', undefined],
    [1e300, undefined],
  ])('changed at %j is ordered by %j', (updated_at, changedAt) => {
    const decision = decide(installationPayload('suspend', { updated_at }));
    expect(decision.kind === 'publish' ? decision.event.changedAt : decision.reason).toBe(changedAt);
  });
});

describe('an installation_target event', () => {
  const renamed = {
    action: 'renamed',
    account: { id: 501, login: 'acme-two', type: 'Organization' },
    changes: { login: { from: 'acme' } },
    installation: { id: 1001, node_id: 'x' },
    target_type: 'Organization',
  };

  it('renamed travels on the bus with the new name', async () => {
    const world = webhookWorld();
    await world.send(delivery('installation_target', renamed));
    expect(world.state.bus.published).toMatchObject([{ detailType: 'installation_target', lifecycle: { action: 'renamed', installationId: 1001, account: { login: 'acme-two', id: 501 } } }]);
  });

  it('with any other action changes no tenant', () => {
    expect(decide({ ...renamed, action: 'created' }, 'installation_target')).toMatchObject({ kind: 'ignore', reason: 'action' });
  });
});
