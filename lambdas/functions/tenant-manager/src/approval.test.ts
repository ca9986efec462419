import { INSTALLATION, jobMessage } from '@multi-tenant-runner/testing';
import { newJob, type LifecycleAccount } from '@multi-tenant-runner/core';
import { streamRecord, createTenantManagerHarness, type TenantManagerHarness } from '../test/tenant-manager-harness';
import { mayRunAtOnce, type OnboardingPolicy } from './decide-admission';

const account: Extract<LifecycleAccount, { kind: 'owner' }> = {
  kind: 'owner',
  id: 501,
  login: 'Acme',
  type: 'Organization',
};
const policy = (mode: OnboardingPolicy['mode'], ...allowed: readonly string[]): OnboardingPolicy => ({
  mode,
  allowedAccounts: new Set(allowed),
});

test.each([
  ['everybody at once', policy('automatic'), true],
  ['no account at once', policy('approval'), false],
  ['a login on the list, whatever its case', policy('allow_list', 'acme'), true],
  ['an account id on the list', policy('allow_list', '501'), true],
  ['no account that is not on the list', policy('allow_list', 'acme-two', '5011'), false],
])('lets in %s', (_name, onboarding, expected) => {
  expect(mayRunAtOnce(account, onboarding)).toBe(expected);
});

/** What the stream tells of the row's last change by hand. */
async function edit(harness: TenantManagerHarness, changes: Record<string, unknown>): Promise<void> {
  const before = harness.row();
  const after = { ...before, ...changes };
  harness.state.tenants.rows.set(INSTALLATION, after);
  await harness.stream([streamRecord({ ...(before && { before }), after })]);
}

describe('a tenant that is not let in at once', () => {
  const harness = () => createTenantManagerHarness({ onboarding: policy('approval') });

  it('has a row that is suspended by approval, no group, and is counted apart', async () => {
    const one = harness();
    await one.event('created');
    expect(one.row()).toMatchObject({
      status: 'suspended',
      suspended_by: 'approval',
      org_name: 'acme',
      tier: 'small',
      max_runners: 2,
    });
    expect(one.state.securityGroups.groups.size).toBe(0);
    expect(one.metrics.counted).toEqual([
      { name: 'TenantAwaitingApproval', value: 1, properties: { tenant_id: INSTALLATION } },
    ]);
    expect(one.log.lines).toContainEqual(
      expect.objectContaining({ level: 'warn', message: expect.stringContaining('waits for approval') }),
    );
  });

  it('is counted once, and stays as it is when the event comes again', async () => {
    const one = harness();
    await one.event('created');
    await one.event('created');
    expect(one.metrics.total('TenantAwaitingApproval')).toBe(1);
    expect(one.row()).toMatchObject({ status: 'suspended', suspended_by: 'approval' });
  });

  it('starts nothing until the operator sets it to active, and then what waited', async () => {
    const one = harness();
    await one.state.jobs.create(newJob(jobMessage(), one.clock.now(), 'parked', 'unknown-tenant'));
    await one.event('created');
    expect(one.state.queue.jobs).toEqual([]);
    await edit(one, { status: 'active' });
    expect(one.state.queue.jobs).toMatchObject([{ jobId: 7001 }]);
    expect(one.row()).toMatchObject({ status: 'active', security_group_id: expect.any(String) as string });
  });

  it('is not let in by GitHub’s unsuspend', async () => {
    const one = harness();
    await one.event('created');
    await one.event('suspend', { changedAt: '2026-01-15T12:01:00Z' });
    await one.event('unsuspend', { changedAt: '2026-01-15T12:02:00Z' });
    expect(one.row()).toMatchObject({ status: 'suspended', suspended_by: 'approval' });
    expect(one.woken).toEqual([]);
  });

  it('can be suspended by GitHub and return once it was let in', async () => {
    const one = harness();
    await one.event('created');
    await edit(one, { status: 'active' });
    await one.event('suspend', { changedAt: '2026-01-15T12:01:00Z' });
    await one.event('unsuspend', { changedAt: '2026-01-15T12:02:00Z' });
    expect(one.row()).toMatchObject({ status: 'active' });
  });

  it('waits too when another event of it comes first', async () => {
    const one = harness();
    await one.event('renamed');
    expect(one.row()).toMatchObject({ status: 'suspended', suspended_by: 'approval' });
  });

  it('is offboarded like any other', async () => {
    const one = harness();
    await one.event('created');
    await one.event('deleted');
    expect(one.row()).toMatchObject({ status: 'deleted', cleanup: 'done' });
  });
});

it('lets an account on the list run jobs at once', async () => {
  const harness = createTenantManagerHarness({ onboarding: policy('allow_list', 'acme') });
  await harness.event('created');
  expect(harness.row()).toMatchObject({ status: 'active' });
  expect(harness.metrics.total('TenantOnboarded')).toBe(1);
});
