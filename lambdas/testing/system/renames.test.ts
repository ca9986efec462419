import { HOUR, MINUTE, newJob } from '@multi-tenant-runner/core';
import { jobMessage } from '@multi-tenant-runner/testing';
import { createFunctions } from './functions';
import { createSystem, type System } from './system';

const ID = 1001;
const ACCOUNT = { kind: 'owner', id: 501, login: 'acme-two', type: 'Organization' } as const;

const untilIdle = 16 * MINUTE;

/** The account is renamed at GitHub, and GitHub tells of it. */
async function rename(system: System): Promise<void> {
  system.harness.state.github.renameOwner(ID, 'acme-two');
  await createFunctions(system).lifecycle('renamed', { account: ACCOUNT });
}

async function parked(system: System, jobId: number, at: Date): Promise<void> {
  system.harness.state.github.jobs.set(jobId, { status: 'queued' });
  await system.harness.state.jobs.create(newJob(jobMessage({ jobId }), at, 'parked', 'limit'));
}

describe('a renamed owner', () => {
  it('starts its waiting jobs at the new login, and wastes none of their machines', async () => {
    const system = createSystem();
    system.harness.addTenant({ max_runners: 1 });
    await system.queueJob(1);
    for (const jobId of [2, 3, 4]) await parked(system, jobId, system.harness.clock.now());
    await rename(system);
    for (const jobId of [1, 2, 3, 4]) {
      const { instanceId } = system.machineOf(jobId);
      await system.jobEvent(system.takeJob(instanceId, jobId));
      await system.jobEvent(system.finishJob(instanceId, jobId));
      await system.shutDown(instanceId);
      await system.drain();
    }
    expect([1, 2, 3, 4].map((jobId) => system.job(jobId).state)).toEqual([
      'completed',
      'completed',
      'completed',
      'completed',
    ]);
    expect(system.harness.state.fleet.machines.size).toBe(4);
  });

  it('has its idle machine from before ended at its time', async () => {
    const system = createSystem();
    system.harness.addTenant();
    await system.queueJob(1);
    await rename(system);
    system.harness.state.github.jobs.set(1, { status: 'completed', conclusion: 'success' });
    system.harness.clock.advance(untilIdle);
    await system.sweep();
    expect([...system.harness.state.fleet.machines.values()].map(({ state }) => state)).toEqual(['shutting-down']);
    expect(system.harness.state.github.registrations.all()).toEqual([]);
  });

  it('has a job that lost its machine started again while GitHub still queues it', async () => {
    const system = createSystem();
    system.harness.addTenant();
    await system.queueJob(1);
    await rename(system);
    await system.shutDown(system.machineOf(1).instanceId);
    await system.drain();
    expect(system.job(1)).toMatchObject({ state: 'starting', launchId: '1-2' });
  });

  it('has the jobs that GitHub refused meanwhile started as soon as the rename is known', async () => {
    const system = createSystem();
    system.harness.addTenant();
    system.harness.state.github.renameOwner(ID, 'acme-two');
    await system.queueJob(1);
    expect(system.job(1)).toMatchObject({ state: 'parked', reason: 'github-refused' });
    await createFunctions(system).lifecycle('renamed', { account: ACCOUNT });
    await system.drain();
    expect(system.job(1)).toMatchObject({ state: 'starting', launchId: '1-2' });
  });
});

describe('a rename without a webhook', () => {
  it('is learnt from the end of the suspension in which it happened', async () => {
    const system = createSystem();
    system.harness.addTenant({
      status: 'suspended',
      suspended_by: 'github',
      github_changed_at: '2026-01-15T11:00:00.000Z',
    });
    system.harness.state.github.renameOwner(ID, 'acme-two');
    await parked(system, 1, system.harness.clock.now());
    await createFunctions(system).lifecycle('unsuspend', { account: ACCOUNT, changedAt: '2026-01-15T12:10:00Z' });
    await system.drain();
    expect(system.launchOf(1).state).toBe('running');
  });

  it('is learnt although GitHub gives no answer at first: the event comes again', async () => {
    const system = createSystem();
    system.harness.addTenant({
      status: 'suspended',
      suspended_by: 'github',
      github_changed_at: '2026-01-15T11:00:00.000Z',
    });
    system.harness.state.github.renameOwner(ID, 'acme-two');
    system.harness.state.github.fail(
      { kind: 'unavailable', message: 'Bad gateway' },
      { method: 'getInstallation', times: 1 },
    );
    const again = () =>
      createFunctions(system).lifecycle('unsuspend', { account: ACCOUNT, changedAt: '2026-01-15T12:10:00Z' });
    await expect(again()).rejects.toThrow('retrying the event');
    await again();
    expect(system.harness.state.tenants.rows.get(ID)).toMatchObject({ org_name: 'acme-two', status: 'active' });
  });

  it('is not undone by a late event that has the old login', async () => {
    const system = createSystem();
    system.harness.addTenant();
    await rename(system);
    await createFunctions(system).lifecycle('suspend', { changedAt: '2026-01-15T11:00:00Z' });
    await createFunctions(system).lifecycle('renamed', { account: { ...ACCOUNT, login: 'acme' } });
    expect(system.harness.state.tenants.rows.get(ID)).toMatchObject({ org_name: 'acme-two' });
  });
});

describe("a job's repository", () => {
  it('may be renamed while its machine boots: a runner of a user account is found where it is now', async () => {
    const system = createSystem();
    system.harness.addTenant({ org_name: 'jane', org_type: 'User' });
    await system.queueJob(1, { owner: 'jane', ownerType: 'User', repoId: 9 });
    system.harness.state.github.renameRepository('jane/app', 'jane/site');
    system.harness.clock.advance(untilIdle);
    await system.sweep();
    expect(system.harness.state.github.registrations.all()).toEqual([]);
    expect([...system.harness.state.fleet.machines.values()].map(({ state }) => state)).toEqual(['shutting-down']);
  });

  it('that cannot be seen any more proves nothing of its job: the row waits for the end of its day', async () => {
    const system = createSystem();
    system.harness.addTenant();
    await system.queueJob(1);
    system.harness.state.github.unseen.add('acme/app');
    await system.shutDown(system.machineOf(1).instanceId);
    await system.drain();
    expect(system.job(1).reason).not.toBe('gone-at-github');
    for (let hour = 0; hour < 26; hour += 1) {
      system.harness.clock.advance(HOUR);
      await system.sweep();
      await system.drain();
    }
    expect(system.job(1)).toMatchObject({ state: 'expired', reason: 'too-old' });
    expect(system.harness.state.fleet.machines.size).toBe(1);
  });

  it('that GitHub refuses a runner of never counts against the other repositories of its account', async () => {
    const system = createSystem();
    system.harness.addTenant({ org_name: 'jane', org_type: 'User', max_runners: 20 });
    system.harness.state.github.fail(
      { kind: 'refused', status: 404, message: 'Not Found' },
      { method: 'createJitConfig', times: 6 },
    );
    for (const jobId of [1, 2, 3, 4, 5, 6])
      await system.queueJob(jobId, { owner: 'jane', ownerType: 'User', repo: 'moved' });
    await system.queueJob(7, { owner: 'jane', ownerType: 'User' });
    expect(system.job(7)).toMatchObject({ state: 'starting' });
    expect(system.launchOf(7).state).toBe('running');
  });
});
