import { MINUTE, SECOND, buildTenantNote, type JobMessage } from '@multi-tenant-runner/core';
import { INSTALLATION, jobMessage, type TenantRow } from '@multi-tenant-runner/testing';
import { setUp, sweepLater } from './counterexamples/setup';
import { brokenPromises, type System } from './system';

/** A job whose message says what its tenant's row is now. */
async function noted(system: System, jobId = 1): Promise<JobMessage> {
  const tenant = buildTenantNote(await system.harness.state.tenants.get(INSTALLATION));
  if (tenant === undefined) throw new Error('the row has no note');
  return jobMessage({ jobId, queuedAt: system.harness.clock.now().toISOString(), tenant });
}

const change = ({ harness: { state } }: System, overrides: TenantRow): void =>
  void state.tenants.rows.set(INSTALLATION, { ...state.tenants.rows.get(INSTALLATION), ...overrides });

async function callsOf(system: System, message: JobMessage): Promise<readonly string[]> {
  const before = system.harness.calls.length;
  await system.deliver(message);
  return system.harness.names().slice(before);
}

test('a job is started by what its message says of the tenant, and neither row is read', async () => {
  const system = setUp();
  const calls = await callsOf(system, await noted(system));
  expect(calls).not.toContain('registry.get');
  expect(calls).not.toContain('admissions.read');
  expect(system.launchOf(1)).toMatchObject({ state: 'running' });
});

describe('a tenant that changed since', () => {
  test.each<[string, TenantRow, Record<string, unknown>]>([
    ['is suspended', { status: 'suspended' }, { state: 'parked', reason: 'tenant-suspended' }],
    ['is at its limit', { max_runners: 0 }, { state: 'parked', reason: 'limit' }],
    ['belongs to somebody else', { account_id: 502 }, { state: 'refused', reason: 'foreign-owner' }],
    ['must wait for GitHub', { github_limited_until: '2099-01-01T00:00:00.000Z' }, { reason: 'github-limited' }],
    ['was deleted', { status: 'deleted', cleanup: 'pending' }, { state: 'refused', reason: 'tenant-deleted' }],
  ])('%s, whatever the message says', async (_what, overrides, expected) => {
    const system = setUp();
    const message = await noted(system);
    change(system, overrides);
    await system.deliver(message);
    expect(system.job(1)).toMatchObject(expected);
    expect(system.harness.state.fleet.machines.size).toBe(0);
    expect(system.harness.state.github.registrations.all()).toHaveLength(0);
  });

  test('has a new security group: the machine is in that one', async () => {
    const system = setUp();
    const message = await noted(system);
    change(system, { security_group_id: 'sg-new' });
    await system.deliver(message);
    expect(system.machineOf(1).request).toMatchObject({ intent: { securityGroupId: 'sg-new' } });
  });
});

test('more jobs than slots come with a note: as many start as there are slots', async () => {
  const system = setUp({}, [1, 2, 3]);
  const messages = [await noted(system, 1), await noted(system, 2), await noted(system, 3)];
  await Promise.all(messages.map((message) => system.deliver(message)));
  expect(system.slots()).toHaveLength(1);
  expect(system.harness.state.fleet.alive()).toHaveLength(1);
  expect(brokenPromises(system, 1)).toEqual([]);
});

test('a job that waited for its turn has its tenant read: too much may have changed', async () => {
  const system = setUp();
  const message = await noted(system);
  system.harness.clock.advance(MINUTE + SECOND);
  expect(await callsOf(system, message)).toContain('registry.get');
});

describe('what changes while EC2 works', () => {
  test('a suspension ends the machine with the next sweep, as of one that boots', async () => {
    const system = setUp();
    const undo = system.harness.faults.after('fleet.run', () => {
      undo();
      change(system, { status: 'suspended' });
    });
    await system.queueJob(1);
    expect(system.launchOf(1)).toMatchObject({ state: 'running' });
    system.harness.clock.advance(MINUTE);
    await system.sweep();
    expect(system.harness.state.fleet.alive()).toEqual([]);
    expect(system.harness.state.github.registrations.all()).toHaveLength(0);
    await sweepLater(system);
    expect(system.job(1)).toMatchObject({ state: 'parked', reason: 'tenant-suspended' });
    expect(system.slots()).toEqual([]);
  });
});
