import { INSTALLATION, type TenantRow } from '@multi-tenant-runner/testing';
import { readAccountPolicy } from '@multi-tenant-runner/core';
import fc from 'fast-check';
import { streamRecord, createTenantManagerHarness, type TenantManagerHarness } from '../test/tenant-manager-harness';

const SECOND = INSTALLATION + 1;
const THIRD = INSTALLATION + 2;

async function edit(
  harness: TenantManagerHarness,
  changes: TenantRow,
  { installationId = INSTALLATION, streamed = true } = {},
): Promise<void> {
  const before = harness.row(installationId);
  const after = Object.fromEntries(
    Object.entries({ ...before, ...changes }).filter(([, value]) => value !== undefined),
  );
  harness.state.tenants.rows.set(installationId, after);
  if (streamed) await harness.stream([streamRecord({ installationId, ...(before && { before }), after })]);
}

/** Everything that the table's stream has not told yet, in order. */
async function drain(harness: TenantManagerHarness): Promise<void> {
  const { changes } = harness.state.tenants;
  for (let change = changes.shift(); change !== undefined; change = changes.shift())
    await harness.stream([streamRecord(change)]);
}

const ATTACKS: readonly [string, TenantRow][] = [
  ['a ban', { status: 'suspended', suspended_by: 'operator' }],
  ['a limit of zero', { max_runners: 0 }],
  ['the refusal of public jobs', { allow_public_repositories: false }],
  ['the loss of a paid tier', { tier: 'small', max_runners: 1 }],
];

describe.each(ATTACKS)('%s', (_name, decision) => {
  it.each([
    ['after its uninstallation', ['deleted', 'created']],
    ['before its uninstallation is known', ['created', 'deleted']],
  ] as const)('outlasts a reinstallation that is reported %s', async (_when, order) => {
    const harness = createTenantManagerHarness();
    harness.addTenant({ tier: 'large', max_runners: 10, allow_public_repositories: true });
    await edit(harness, decision);
    for (const action of order)
      await harness.event(action, { installationId: action === 'created' ? SECOND : INSTALLATION });
    expect(harness.row(SECOND)).toMatchObject({ previous_installation_id: INSTALLATION, ...decision });
    await drain(harness);
    expect(harness.row(SECOND)).toMatchObject(decision);
  });

  it('reaches the present installation from the row of an earlier one, uninstalled or not yet', async () => {
    for (const isGone of [true, false]) {
      const harness = createTenantManagerHarness();
      harness.addTenant({ tier: 'large', max_runners: 10, allow_public_repositories: true });
      if (isGone) await harness.event('deleted');
      await harness.event('created', { installationId: SECOND });
      await harness.event('created', { installationId: THIRD });
      await drain(harness);
      await edit(harness, { ...decision });
      await drain(harness);
      expect(harness.row(THIRD)).toMatchObject(decision);
      expect(harness.row()).toMatchObject({ status: 'deleted' });
    }
  });

  it('is taken from the tenant that was, not from an installation that was gone before it had a row', async () => {
    const harness = createTenantManagerHarness();
    harness.addTenant();
    await edit(harness, decision);
    await harness.event('deleted');
    await harness.event('deleted', { installationId: SECOND });
    await harness.event('created', { installationId: SECOND });
    await harness.event('created', { installationId: THIRD });
    expect(harness.row(THIRD)).toMatchObject({ previous_installation_id: SECOND, ...decision });
  });

  it('is found although the index does not show the latest installation yet', async () => {
    const harness = createTenantManagerHarness();
    harness.addTenant();
    await harness.event('deleted');
    harness.state.tenants.accountIndex.hold();
    await harness.event('created', { installationId: SECOND });
    await edit(harness, decision, { installationId: SECOND, streamed: false });
    await harness.event('deleted', { installationId: SECOND });
    await harness.event('created', { installationId: THIRD });
    expect(harness.row(THIRD)).toMatchObject(decision);
  });
});

it('gives a new installation what its account has paid for, and only what was decided', async () => {
  const harness = createTenantManagerHarness();
  harness.addTenant({
    tier: 'large',
    max_runners: 12,
    runner_group: 'Builders',
    notes: 'contract 7',
    slots_held: 1,
    circuit_small: { failures: 5 },
    github_limited_until: '2026-01-15T13:00:00.000Z',
  });
  await harness.event('deleted');
  await harness.event('created', { installationId: SECOND });
  const row = harness.row(SECOND);
  expect(row).toMatchObject({
    status: 'active',
    tier: 'large',
    max_runners: 12,
    runner_group: 'Builders',
    notes: 'contract 7',
  });
  for (const own of [
    'slots_held',
    'slot_changes',
    'circuit_small',
    'github_limited_until',
    'cleanup',
    'deleted_at',
    'replaced_by',
  ])
    expect(row).not.toHaveProperty(own);
  expect(harness.metrics.total('TenantOnboarded')).toBe(1);
});

describe('under approval', () => {
  const start = () =>
    createTenantManagerHarness({
      onboarding: { mode: 'approval', allowedAccounts: { ids: new Set(), logins: new Set() } },
    });

  it('a tenant that nobody let in can’t let itself in by another installation', async () => {
    const harness = start();
    await harness.event('created');
    await harness.event('deleted');
    await harness.event('created', { installationId: SECOND });
    expect(harness.row(SECOND)).toMatchObject({ status: 'suspended', suspended_by: 'approval' });
  });

  it('a tenant that was let in stays in', async () => {
    const harness = start();
    await harness.event('created');
    await edit(harness, { status: 'active' });
    await harness.event('deleted');
    await harness.event('created', { installationId: SECOND });
    expect(harness.row(SECOND)).toMatchObject({ status: 'active' });
  });

  it('a tenant can be let in by the row of its earlier installation', async () => {
    const harness = start();
    await harness.event('created');
    await harness.event('created', { installationId: SECOND });
    await drain(harness);
    await edit(harness, { status: 'active' });
    expect(harness.row(SECOND)).toMatchObject({ status: 'active' });
  });
});

it('makes an account that an operator removed wait for approval when it comes back', async () => {
  const harness = createTenantManagerHarness();
  harness.addTenant();
  await edit(harness, { status: 'deleted' });
  await harness.event('created', { installationId: SECOND });
  expect(harness.row(SECOND)).toMatchObject({ status: 'suspended', suspended_by: 'approval' });
});

it('bans an account that has uninstalled the App, before it comes back', async () => {
  const harness = createTenantManagerHarness();
  harness.addTenant();
  await harness.event('deleted');
  await edit(harness, { status: 'suspended', suspended_by: 'operator' });
  expect(harness.row()).toMatchObject({ status: 'deleted' });
  await harness.event('created', { installationId: SECOND });
  expect(harness.row(SECOND)).toMatchObject({ status: 'suspended', suspended_by: 'operator' });
  expect(harness.log.lines).toContainEqual(
    expect.objectContaining({ level: 'warn', message: expect.stringContaining('stays suspended') as string }),
  );
});

it('an operator lifts a ban in the present row, whatever earlier rows say', async () => {
  const harness = createTenantManagerHarness();
  harness.addTenant({ status: 'suspended', suspended_by: 'operator' });
  await harness.event('deleted');
  await harness.event('created', { installationId: SECOND });
  await edit(harness, { status: 'active', suspended_by: undefined }, { installationId: SECOND });
  await drain(harness);
  await harness.event('deleted', { installationId: SECOND });
  await harness.event('created', { installationId: THIRD });
  expect(harness.row(THIRD)).toMatchObject({ status: 'active' });
});

it('no order and no number of reinstallations takes a decision away', async () => {
  const step = fc.constantFrom('created', 'deleted', 'suspend', 'unsuspend', 'renamed' as const);
  const events = fc.array(fc.tuple(step, fc.integer({ min: 0, max: 4 }), fc.boolean()), { maxLength: 25 });
  await fc.assert(
    fc.asyncProperty(events, fc.constantFrom(...ATTACKS), async (steps, [, decision]) => {
      const harness = createTenantManagerHarness();
      harness.addTenant();
      await edit(harness, decision);
      let lagged = false;
      for (const [action, number, lags] of steps) {
        const installationId = INSTALLATION + number;
        if (!lags) harness.state.tenants.accountIndex.release();
        else if (!lagged) harness.state.tenants.accountIndex.hold();
        lagged = lags;
        if (action === 'created')
          harness.state.github.installations.set(installationId, { login: 'acme', suspended: false });
        if (action === 'deleted') harness.state.github.installations.delete(installationId);
        await harness.event(action, { installationId, changedAt: harness.clock.now().toISOString() });
        harness.clock.advance(1_000);
      }
      for (const row of harness.state.tenants.rows.values()) {
        if (row['org_name'] === undefined) continue;
        const { standing, decisions } = readAccountPolicy(row);
        const { status, suspended_by: _by, ...attributes } = decision;
        expect(decisions).toMatchObject(attributes);
        expect(standing).toBe(status === 'suspended' ? 'banned' : 'admitted');
      }
    }),
    { numRuns: 200 },
  );
});
