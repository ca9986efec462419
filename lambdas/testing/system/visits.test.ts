import { MINUTE, SECOND } from '@multi-tenant-runner/core';
import { job, launch, tenantRow } from '@multi-tenant-runner/testing';
import { ACTIONS_A_VISIT } from '@multi-tenant-runner/scale-down/carry-out-all';
import { JOBS_A_VISIT, LAUNCHES_A_VISIT } from '@multi-tenant-runner/scale-down/read-rows';
import { sweep } from '@multi-tenant-runner/scale-down/sweep';
import { ROWS_A_RUN } from '@multi-tenant-runner/scale-down/tenant-rotation';
import { visitTenant, type Visit } from '@multi-tenant-runner/scale-down/visit-tenant';
import { createSystem, type System } from './system';

const START = Date.parse('2026-01-15T09:00:00.000Z');
const at = (index: number): string => new Date(START + index).toISOString();

const visit = (system: System): Promise<Visit> =>
  visitTenant(1001, { machines: system.harness.state.fleet.alive() }, system.scaleDown());

async function addWaitingJobs(system: System, count: number): Promise<void> {
  for (let jobId = 1; jobId <= count; jobId += 1)
    await system.harness.state.jobs.create(job({ jobId, state: 'parked', reason: 'limit', queuedAt: at(jobId) }));
}

describe('a visit', () => {
  test('carries out so many actions, and the next one goes on behind them', async () => {
    const jobs = JOBS_A_VISIT + 200;
    const system = createSystem();
    system.harness.addTenant({ status: 'suspended', suspended_by: 'github' });
    await addWaitingJobs(system, jobs);
    const restated = (): number =>
      [...system.harness.state.jobs.rows.values()].filter(({ reason }) => reason === 'tenant-suspended').length;
    await expect(visit(system)).resolves.toMatchObject({ hasMore: true });
    expect(restated()).toBe(ACTIONS_A_VISIT);
    await expect(visit(system)).resolves.toMatchObject({ hasMore: true });
    expect(restated()).toBe(2 * ACTIONS_A_VISIT);
    await expect(visit(system)).resolves.toMatchObject({ hasMore: false });
    expect(restated()).toBe(jobs);
    expect(system.harness.state.launches.cursors.has('visit-1001')).toBe(false);
  });

  test('begins no action after its time, and the next one goes on with that', async () => {
    const system = createSystem();
    system.harness.addTenant();
    for (let jobId = 1; jobId <= 20; jobId += 1)
      await system.harness.state.launches.create(
        launch({ jobId, launchId: `${jobId}-1`, state: 'ending', createdAt: at(jobId) }),
      );
    system.harness.clock.advance(20 * MINUTE);
    const ended = (): number =>
      [...system.harness.state.launches.rows.values()].filter(({ state }) => state === 'ended').length;
    system.harness.faults.before('admissions.release', () => system.harness.clock.advance(SECOND));
    await expect(visit(system)).resolves.toMatchObject({ hasMore: true });
    expect(ended()).toBe(5);
    for (let more = 0; more < 3; more += 1) await visit(system);
    expect(ended()).toBe(20);
  });

  test('takes no launch beyond its page for over', async () => {
    const system = createSystem();
    system.harness.addTenant();
    const updatedAt = system.harness.clock.now().toISOString();
    for (let jobId = 2; jobId <= LAUNCHES_A_VISIT + 2; jobId += 1)
      await system.harness.state.launches.create(
        launch({ jobId, launchId: `${jobId}-1`, state: 'held', createdAt: at(jobId), updatedAt }),
      );
    const last = { createdAt: at(LAUNCHES_A_VISIT + 10), updatedAt };
    await system.harness.state.launches.create(launch({ jobId: 1, launchId: '1-1', state: 'held', ...last }));
    await system.harness.state.jobs.create(job({ jobId: 1, launchId: '1-1', state: 'starting', updatedAt: at(0) }));
    await visit(system);
    expect(system.harness.names()).not.toContain('github.getJob');
    expect(system.job(1).state).toBe('starting');
  });

  test('takes no job beyond its page for over', async () => {
    const system = createSystem();
    system.harness.addTenant({ max_runners: 1 });
    await system.queueJob(JOBS_A_VISIT + 10);
    await addWaitingJobs(system, JOBS_A_VISIT + 1);
    const before = system.launchOf(JOBS_A_VISIT + 10);
    await visit(system);
    expect(system.launchOf(JOBS_A_VISIT + 10)).toEqual(before);
  });
});

describe('the turns', () => {
  test('leave a tenant behind that ends two runs', async () => {
    const system = createSystem();
    for (let id = 1; id <= 60; id += 1)
      await system.harness.state.jobs.create(
        job({ installationId: id, state: 'parked', reason: 'unknown-tenant', nextTry: '2026-01-16T12:00:00.000Z' }),
      );
    const seen = new Set<unknown>();
    let isDead = false;
    system.harness.faults.before('launches.pageOpen', (id) => {
      seen.add(id);
      if (id === 3) isDead = true;
    });
    system.harness.onCall(() => (isDead ? Promise.reject(new Error('the function ended')) : undefined));
    for (let run = 0; run < 8; run += 1) {
      isDead = false;
      await sweep(system.scaleDown(), () => isDead).catch(() => undefined);
      system.harness.clock.advance(MINUTE);
    }
    expect(seen.size).toBe(60);
  });
});

describe('the net over all rows', () => {
  test('gets behind rows that are cleaned up, however many there are', async () => {
    const system = createSystem();
    for (let id = 1; id <= 2 * ROWS_A_RUN; id += 1)
      system.harness.state.tenants.rows.set(id, tenantRow({ installation_id: id, status: 'deleted', cleanup: 'done' }));
    system.harness.addTenant({ installation_id: 2 * ROWS_A_RUN + 1 });
    const tenants: number[] = [];
    for (let run = 0; run < 3; run += 1) tenants.push((await sweep(system.scaleDown(), () => false)).tenants);
    expect(tenants).toEqual([0, 0, 1]);
  });

  test('rests until an hour after its round began', async () => {
    const system = createSystem();
    system.harness.addTenant();
    const tenants: number[] = [];
    for (let run = 0; run < 3; run += 1) {
      tenants.push((await sweep(system.scaleDown(), () => false)).tenants);
      system.harness.clock.advance(30 * MINUTE);
    }
    expect(tenants).toEqual([1, 0, 1]);
  });
});
