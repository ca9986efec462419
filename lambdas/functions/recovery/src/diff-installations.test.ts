import { DAY } from '@multi-tenant-runner/core';
import { INSTALLATION } from '@multi-tenant-runner/testing';
import { createRecoveryHarness, type RecoveryHarness } from '../test/recovery-harness';
import { isComparisonDue } from './diff-installations';

const sent = (harness: RecoveryHarness) =>
  harness.state.bus.published.map(({ lifecycle }) => ({ action: lifecycle?.action, id: lifecycle?.installationId }));

describe('the nightly comparison', () => {
  it('is silent where GitHub and the registry agree', async () => {
    const harness = createRecoveryHarness();
    harness.addTenant();
    harness.addTenant({
      installation_id: 1002,
      org_name: 'globex',
      account_id: 502,
      status: 'suspended',
      suspended_by: 'operator',
    });
    await harness.run();
    expect(sent(harness)).toEqual([]);
  });

  it('sends the `created` that was lost, whole, as the webhook would have', async () => {
    const harness = createRecoveryHarness();
    harness.state.github.installations.set(1003, {
      login: 'initech',
      suspended: false,
      accountId: 503,
      changedAt: '2026-01-15T11:00:00Z',
    });
    await harness.run();
    expect(harness.state.bus.published).toMatchObject([
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
    expect(harness.metrics.total('InstallationsMended')).toBe(1);
  });

  it.each([
    ['suspend', { status: 'active' }, true],
    ['unsuspend', { status: 'suspended', suspended_by: 'github' }, false],
  ])('sends the %s that was lost', async (action, row, suspended) => {
    const harness = createRecoveryHarness();
    harness.addTenant(row);
    harness.state.github.installations.set(INSTALLATION, { login: 'acme', accountId: 501, suspended });
    await harness.run();
    expect(sent(harness)).toEqual([{ action, id: INSTALLATION }]);
  });

  it.each(['operator', 'approval'])('leaves what the %s suspended', async (suspendedBy) => {
    const harness = createRecoveryHarness();
    harness.addTenant({ status: 'suspended', suspended_by: suspendedBy });
    await harness.run();
    expect(sent(harness)).toEqual([]);
  });

  it('sends a rename as GitHub does', async () => {
    const harness = createRecoveryHarness();
    harness.addTenant();
    harness.state.github.installations.set(INSTALLATION, { login: 'acme-inc', accountId: 501, suspended: false });
    await harness.run();
    expect(harness.state.bus.published).toMatchObject([
      { detailType: 'installation_target', lifecycle: { action: 'renamed', account: { login: 'acme-inc' } } },
    ]);
  });

  it('makes the row of a lost installation that is suspended as suspended', async () => {
    const harness = createRecoveryHarness();
    harness.state.github.installations.set(1003, { login: 'initech', suspended: true, accountId: 503 });
    await harness.run();
    expect(sent(harness)).toEqual([{ action: 'suspend', id: 1003 }]);
  });

  it('takes a tenant for uninstalled only when GitHub says 404 for that very one', async () => {
    const harness = createRecoveryHarness();
    harness.addTenant();
    harness.addTenant({ installation_id: 1002, org_name: 'globex', account_id: 502 });
    harness.state.github.installations.delete(1002);
    await harness.run();
    expect(harness.state.bus.published).toMatchObject([
      { lifecycle: { action: 'deleted', installationId: 1002, account: { kind: 'owner', id: 502, login: 'globex' } } },
    ]);
  });

  it('offboards no tenant that the list lacks but GitHub knows, and none without an answer', async () => {
    const harness = createRecoveryHarness();
    harness.addTenant();
    harness.addTenant({ installation_id: 1002, org_name: 'globex', account_id: 502 });
    const { listInstallations } = harness.state.app;
    const shortened: typeof listInstallations = async (page) => {
      const answer = await listInstallations(page);
      return answer.kind === 'page' ? { ...answer, installations: answer.installations.slice(0, 1) } : answer;
    };
    Object.assign(harness.state.app, { listInstallations: shortened });
    const undo = harness.state.github.fail(
      { kind: 'unavailable', message: 'no answer' },
      { method: 'getInstallation' },
    );
    await harness.run();
    undo();
    await harness.run();
    expect(sent(harness)).toEqual([]);
    expect(harness.state.launches.cursors.get('recovery-installations')).toBeDefined();
  });

  it('offboards nobody while the list lacks most tenants of an App that is ours', async () => {
    const harness = createRecoveryHarness();
    for (const id of [1, 2, 3]) harness.addTenant({ installation_id: id, org_name: `org-${id}`, account_id: 500 + id });
    for (const id of [2, 3]) harness.state.github.installations.delete(id);
    await harness.run();
    expect(sent(harness)).toEqual([]);
    expect(harness.metrics.counted).toContainEqual(
      expect.objectContaining({ name: 'RecoveryFailed', properties: { part: 'installations' } }),
    );
  });

  describe('with the key of another App', () => {
    const ofAnotherApp = (tenants: number) => {
      const harness = createRecoveryHarness();
      for (let id = 1; id <= tenants; id += 1)
        harness.addTenant({ installation_id: id, org_name: `org-${id}`, account_id: 500 + id });
      return harness;
    };
    const swap = (harness: RecoveryHarness): void => {
      harness.state.app.appId = 9999;
      harness.state.github.installations.clear();
      harness.state.github.installations.set(9, { login: 'elsewhere', suspended: false, accountId: 9 });
    };
    const refusals = (harness: RecoveryHarness) =>
      harness.metrics.counted.filter(
        ({ name, properties }) => name === 'RecoveryFailed' && properties['part'] === 'app',
      ).length;

    it.each([1, 3])('neither onboards nor offboards anybody, with %i tenants', async (tenants) => {
      const harness = ofAnotherApp(tenants);
      await harness.run();
      swap(harness);
      harness.clock.advance(DAY);
      await harness.run();
      expect(sent(harness)).toEqual([]);
      expect(refusals(harness)).toBe(1);
      expect(harness.log.lines).toContainEqual(
        expect.objectContaining({ level: 'error', fields: expect.objectContaining({ app_id: 9999 }) as unknown }),
      );
    });

    it.each([1, 3])('does not trust the first App that it meets, with %i tenants', async (tenants) => {
      const harness = ofAnotherApp(tenants);
      swap(harness);
      await harness.run();
      await harness.run();
      expect(sent(harness)).toEqual([]);
      expect(refusals(harness)).toBe(2);
      expect(harness.state.launches.cursors.get('recovery-app')).toBeUndefined();
    });

    it('goes on as soon as the right key is back', async () => {
      const harness = ofAnotherApp(1);
      await harness.run();
      harness.clock.advance(DAY);
      harness.state.app.appId = 9999;
      await harness.run();
      harness.state.app.appId = 4711;
      harness.state.github.installations.set(9, { login: 'new', suspended: false, accountId: 9 });
      await harness.run();
      expect(sent(harness)).toEqual([{ action: 'created', id: 9 }]);
    });

    it('waits where GitHub does not say whose App it is', async () => {
      const harness = ofAnotherApp(1);
      harness.state.github.installations.clear();
      harness.state.app.fail({ kind: 'unavailable', message: 'no answer' }, { method: 'getApp' });
      await harness.run();
      expect(sent(harness)).toEqual([]);
    });
  });

  it('revives no deleted tenant', async () => {
    const harness = createRecoveryHarness();
    harness.addTenant({ status: 'deleted', cleanup: 'done' });
    await harness.run();
    expect(sent(harness)).toEqual([]);
  });

  it('ignores enterprises and accounts without a name', async () => {
    const harness = createRecoveryHarness();
    harness.state.github.installations.set(1003, { login: '', suspended: false });
    await harness.run();
    expect(sent(harness)).toEqual([]);
  });

  it('is made once a night, and again by the next run when it was cut off', async () => {
    const harness = createRecoveryHarness();
    harness.state.github.installations.set(1003, { login: 'initech', suspended: false, accountId: 503 });
    harness.faults.fail('bus.publishLifecycle', new Error('no answer'));
    const cut = await harness.run();
    expect(cut.failed).toEqual(['installations']);
    await harness.run();
    expect(sent(harness)).toHaveLength(1);
    await harness.run();
    expect(sent(harness)).toHaveLength(1);
    harness.clock.advance(DAY);
    await harness.run();
    expect(sent(harness)).toHaveLength(2);
  });

  it('reads every page of GitHub’s list', async () => {
    const harness = createRecoveryHarness();
    harness.state.app.pageSize.value = 2;
    for (let id = 1; id <= 11; id += 1)
      harness.state.github.installations.set(id, { login: `org-${id}`, suspended: false, accountId: id });
    await harness.run();
    expect(sent(harness)).toHaveLength(11);
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
