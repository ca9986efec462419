import { INSTALLATION, jobMessage } from '@multi-tenant-runner/testing';
import { newJob } from '@multi-tenant-runner/core';
import { streamRecord, createTenantManagerHarness, type TenantManagerHarness } from '../test/tenant-manager-harness';
import { decideAllowed, type OnboardingPolicy } from './decide-admission';

const account = { id: 501, login: 'Acme' };
const policy = (mode: OnboardingPolicy['mode'], ...logins: readonly string[]): OnboardingPolicy => ({
  mode,
  allowedAccounts: { ids: new Set(), logins: new Set(logins) },
});

describe('the allow list', () => {
  const list = (ids: readonly number[], ...logins: readonly string[]) => ({
    ids: new Set(ids),
    logins: new Set(logins),
  });

  it.each([
    ['admits an account by its id', list([501]), {}, 'admitted'],
    ['has GitHub say whose login it is, whatever its case', list([], 'acme'), {}, 'resolve'],
    ['admits the account that a login was pinned to', list([], 'acme'), { acme: 501 }, 'admitted'],
    ['admits it under a later name', list([], 'old-acme'), { 'old-acme': 501 }, 'admitted'],
    ['refuses another account that took over the login', list([], 'acme'), { acme: 7 }, 'login-of-another'],
    ['refuses an account that it does not list', list([5011], 'acme-two'), {}, 'not-listed'],
    ['forgets a pin whose login was taken off', list([], 'other'), { acme: 501 }, 'not-listed'],
  ])('%s', (_name, allowed, pins, expected) => {
    expect(decideAllowed(account, allowed, new Map(Object.entries(pins)))).toBe(expected);
  });

  it('takes an entry for an id or for a login, never for both', () => {
    expect(decideAllowed({ id: 7, login: '501' }, list([501]), new Map())).toBe('not-listed');
    expect(decideAllowed({ id: 501, login: 'acme' }, list([], '501'), new Map())).toBe('not-listed');
  });
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

describe('an account on the list', () => {
  const start = () => {
    const harness = createTenantManagerHarness({ onboarding: policy('allow_list', 'acme') });
    harness.state.github.installations.set(INSTALLATION, { login: 'acme', suspended: false, accountId: 501 });
    return harness;
  };

  it('runs jobs at once, and its login is pinned to it', async () => {
    const harness = start();
    await harness.event('created');
    expect(harness.row()).toMatchObject({ status: 'active' });
    expect(harness.metrics.total('TenantOnboarded')).toBe(1);
    expect(await harness.state.tenants.listPins()).toEqual(new Map([['acme', 501]]));
  });

  it('is not the stranger who takes over its login', async () => {
    const harness = start();
    await harness.event('created');
    harness.state.github.installations.set(1002, { login: 'acme', suspended: false, accountId: 666 });
    await harness.event('created', {
      installationId: 1002,
      account: { kind: 'owner', id: 666, login: 'acme', type: 'User' },
    });
    expect(harness.row(1002)).toMatchObject({ status: 'suspended', suspended_by: 'approval' });
    expect(harness.log.lines).toContainEqual(
      expect.objectContaining({ level: 'warn', message: expect.stringContaining('pinned to another') as string }),
    );
  });

  it('is not an account that had the login when the event was sent', async () => {
    const harness = start();
    harness.state.github.installations.set(INSTALLATION, { login: 'renamed', suspended: false, accountId: 501 });
    await harness.event('created');
    expect(harness.row()).toMatchObject({ status: 'suspended', suspended_by: 'approval' });
    expect((await harness.state.tenants.listPins()).size).toBe(0);
  });

  it('waits for GitHub’s answer, and has no row before it', async () => {
    const harness = start();
    const undo = harness.state.github.fail({ kind: 'unavailable', message: 'no answer' });
    await expect(harness.event('created')).rejects.toThrow('whose login acme');
    expect(harness.row()).toBeUndefined();
    undo();
    await harness.event('created');
    expect(harness.row()).toMatchObject({ status: 'active' });
  });

  it('leaves no trace in the stream of the table', async () => {
    const harness = start();
    await harness.event('created');
    harness.log.lines.length = 0;
    await harness.stream([streamRecord({ installationId: 0, after: { installation_id: 0, login_acme: 501 } })]);
    expect(harness.log.lines).toEqual([]);
    expect(harness.metrics.total('TenantRowInvalid')).toBe(0);
  });
});
