import fc from 'fast-check';
import { HOUR, MINUTE } from '@multi-tenant-runner/core';
import { job, launch } from '@multi-tenant-runner/testing';
import { ACTIONS_A_VISIT } from '@multi-tenant-runner/scale-down/carry-out-all';
import { JOBS_A_VISIT } from '@multi-tenant-runner/scale-down/read-rows';
import { TENANTS_A_RUN } from '@multi-tenant-runner/scale-down/tenant-rotation';
import { VISITS_A_RUN, sweep } from '@multi-tenant-runner/scale-down/sweep';
import { createSystem, type System } from './system';

const NEVER = (): boolean => false;

function systemOf(tenants: number): System {
  const system = createSystem();
  for (let id = 1; id <= tenants; id += 1)
    system.harness.addTenant({ installation_id: id, org_name: `org-${id}`, account_id: 50_000 + id });
  return system;
}

/** Counts how often each tenant's rows were read. */
function watchReads(system: System): Map<number, number> {
  const reads = new Map<number, number>();
  system.harness.faults.before(
    'launches.pageOpen',
    (id) => void reads.set(Number(id), (reads.get(Number(id)) ?? 0) + 1),
  );
  return reads;
}

describe('10,000 tenants', () => {
  test('without anything open are all looked at within an hour, and again an hour later, for a few reads', async () => {
    const system = systemOf(10_000);
    const reads = watchReads(system);
    for (let run = 1; run <= 59; run += 1) {
      const before = system.harness.calls.length;
      const report = await sweep(system.scaleDown(), NEVER);
      expect(report).toMatchObject({ failed: 0, finished: run >= 10_000 / TENANTS_A_RUN });
      // Four reads of each, some pages, a bookmark for each 32.
      const calls = system.harness.calls.length - before;
      expect(calls).toBeLessThan(run <= 10_000 / TENANTS_A_RUN ? 4.2 * TENANTS_A_RUN : 10);
      system.harness.clock.advance(MINUTE);
    }
    expect(reads.size).toBe(10_000);
    expect([...reads.values()].every((count) => count === 1)).toBe(true);
    system.harness.clock.advance(MINUTE);
    expect(await sweep(system.scaleDown(), NEVER)).toMatchObject({ tenants: TENANTS_A_RUN, finished: false });
  });

  test('and 30,000 that were uninstalled and cleaned up take no longer', async () => {
    const system = systemOf(10_000);
    for (let id = 10_001; id <= 40_000; id += 1)
      system.harness.addTenant({
        installation_id: id,
        org_name: `org-${id}`,
        account_id: 50_000 + id,
        status: 'deleted',
        cleanup: 'done',
      });
    const reads = watchReads(system);
    for (let run = 1; run <= 59; run += 1) {
      await sweep(system.scaleDown(), NEVER);
      system.harness.clock.advance(MINUTE);
    }
    expect(reads.size).toBe(10_000);
  });

  test('do not keep one with machines waiting: it is swept in every run', async () => {
    const system = systemOf(5_000);
    await system.queueJob(1, { installationId: 4_999, owner: 'org-4999', ownerId: 54_999 });
    const reads = watchReads(system);
    for (let run = 1; run <= 3; run += 1) await sweep(system.scaleDown(), NEVER);
    expect(reads.get(4_999)).toBe(3);
    expect(reads.get(1)).toBe(1);
  });

  test('do not keep a due job waiting: it is woken in the next run', async () => {
    const system = systemOf(5_000);
    await system.harness.state.jobs.create(
      job({
        installationId: 4_999,
        jobId: 9,
        owner: 'org-4999',
        ownerId: 54_999,
        state: 'parked',
        reason: 'capacity',
        nextTry: '2026-01-15T11:59:59.000Z',
      }),
    );
    await sweep(system.scaleDown(), NEVER);
    expect(system.harness.state.queue.jobs.map(({ jobId }) => jobId)).toEqual([9]);
  });
});

describe('one tenant with more jobs than a run can look at', () => {
  const JOBS = 6_000;

  async function crowdedSystem(others: number): Promise<System> {
    const system = systemOf(others + 1);
    for (let jobId = 1; jobId <= JOBS; jobId += 1)
      await system.harness.state.jobs.create(
        job({
          installationId: 1,
          jobId,
          owner: 'org-1',
          ownerId: 50_001,
          state: 'parked',
          reason: 'limit',
          queuedAt: new Date(Date.UTC(2026, 0, 15, 9, 0, 0, jobId)).toISOString(),
        }),
      );
    return system;
  }

  test('costs bounded reads and writes in each run, and has all of them looked at in turn', async () => {
    const system = await crowdedSystem(0);
    system.harness.state.tenants.rows.set(1, {
      ...system.harness.state.tenants.rows.get(1),
      status: 'suspended',
      suspended_by: 'github',
    });
    const restated = (): number =>
      system.harness.state.jobs.all().filter(({ reason }) => reason === 'tenant-suspended').length;
    const runs = Math.ceil(JOBS / ACTIONS_A_VISIT / VISITS_A_RUN);
    for (let run = 1; run <= runs; run += 1) {
      const before = system.harness.calls.length;
      await sweep(system.scaleDown(), NEVER);
      expect(system.harness.calls.length - before).toBeLessThan(VISITS_A_RUN * (ACTIONS_A_VISIT + 20));
      expect(restated()).toBe(Math.min(JOBS, run * VISITS_A_RUN * ACTIONS_A_VISIT));
      system.harness.clock.advance(MINUTE);
    }
    const pages = system.harness.calls.filter(({ port, method }) => port === 'jobs' && method === 'pageIndexed');
    for (const { args } of pages) expect(args[1]).toMatchObject({ limit: JOBS_A_VISIT });
  });

  test('keeps no other from a look in the same run, be they few or many', async () => {
    for (const others of [3, 55]) {
      const system = await crowdedSystem(others);
      for (let id = 2; id <= others + 1; id += 1)
        await system.queueJob(JOBS + id, { installationId: id, owner: `org-${id}`, ownerId: 50_000 + id });
      const reads = watchReads(system);
      expect(await sweep(system.scaleDown(), NEVER)).toMatchObject({ tenants: others + 1, failed: 0 });
      for (let id = 2; id <= others + 1; id += 1) expect(reads.get(id)).toBe(1);
      expect(reads.get(1)).toBe(VISITS_A_RUN);
    }
  });

  test('has its machines, launches and slots judged although its jobs do not fit into a page', async () => {
    const system = await crowdedSystem(0);
    system.harness.state.tenants.rows.set(1, { ...system.harness.state.tenants.rows.get(1), max_runners: 1 });
    await sweep(system.scaleDown(), NEVER);
    await system.drain();
    const [started] = system.harness.state.launches.all();
    if (started?.instanceId === undefined) throw new Error('no machine was started');
    system.harness.state.github.jobs.set(started.jobId, { status: 'completed', conclusion: 'success' });
    await system.shutDown(started.instanceId, { eventLost: true });
    system.harness.state.tenants.rows.set(1, { ...system.harness.state.tenants.rows.get(1), slots_held: 1 });
    for (let run = 1; run <= 12; run += 1) {
      system.harness.clock.advance(MINUTE);
      await sweep(system.scaleDown(), NEVER);
    }
    expect(system.slots(1)).not.toContain(started.launchId);
    expect(system.job(started.jobId, 1).state).toBe('completed');
  });

  test('whose launches do not fit into a page either has all of them settled', async () => {
    const system = systemOf(1);
    const LAUNCHES = 1_000;
    for (let jobId = 1; jobId <= LAUNCHES; jobId += 1)
      await system.harness.state.launches.create(
        launch({
          installationId: 1,
          jobId,
          launchId: `${jobId}-1`,
          state: 'ending',
          createdAt: new Date(Date.UTC(2026, 0, 15, 9, 0, 0, jobId)).toISOString(),
        }),
      );
    system.harness.clock.advance(20 * MINUTE);
    await sweep(system.scaleDown(), NEVER);
    expect(system.harness.state.launches.all().filter(({ state }) => state !== 'ended')).toEqual([]);
  });
});

describe('the time of a round', () => {
  const busy = async (tenants: number): Promise<System> => {
    const system = systemOf(tenants);
    for (let id = 1; id <= tenants; id += 1)
      await system.queueJob(id, { installationId: id, owner: `org-${id}`, ownerId: 50_000 + id });
    return system;
  };

  test('is that from one look at a tenant to the next', async () => {
    const system = await busy(40);
    const seconds: unknown[] = [];
    for (let run = 0; run < 4; run += 1) {
      seconds.push((await sweep(system.scaleDown(), NEVER)).roundSeconds);
      system.harness.clock.advance(MINUTE);
    }
    expect(seconds).toEqual([0, 60, 60, 60]);
  });

  test('grows while runs are too short for all', async () => {
    const system = await busy(40);
    const seconds: number[] = [];
    for (let run = 0; run < 6; run += 1) {
      let visits = 0;
      const undo = system.harness.faults.before('launches.pageOpen', () => void (visits += 1));
      seconds.push((await sweep(system.scaleDown(), () => visits >= 4)).roundSeconds ?? -1);
      undo();
      system.harness.clock.advance(MINUTE);
    }
    expect(Math.max(...seconds)).toBeGreaterThanOrEqual(120);
  });

  test('is not measured where nothing is open, and not from before that', async () => {
    const system = systemOf(3);
    expect(await sweep(system.scaleDown(), NEVER)).not.toHaveProperty('roundSeconds');
    await system.queueJob(1, { installationId: 1, owner: 'org-1', ownerId: 50_001 });
    await sweep(system.scaleDown(), NEVER);
    system.harness.clock.advance(5 * HOUR);
    expect(await sweep(system.scaleDown(), NEVER)).toMatchObject({ roundSeconds: 0 });
  });
});

describe('a part that fails', () => {
  test.each(['jobs.listDue', 'jobs.tenantsWithUnadmitted', 'registry.tenantsWithMark', 'registry.tenantsToCleanUp'])(
    '(%s) leaves the rest of the run to go on',
    async (where) => {
      const system = systemOf(3);
      await system.queueJob(1, { installationId: 1, owner: 'org-1', ownerId: 50_001 });
      system.harness.faults.before(where, () => {
        throw new Error('no answer');
      });
      expect(await sweep(system.scaleDown(), NEVER)).toMatchObject({ tenants: 3, failed: 0 });
      expect(system.harness.metrics.total('SweepFailed')).toBe(1);
    },
  );
});

describe('runs that end too early', () => {
  test('together reach every tenant, wherever each of them dies', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 40 }),
        fc.integer({ min: 0, max: 60 }),
        async (deaths, hot) => {
          const system = systemOf(120);
          for (let id = 1; id <= hot; id += 1)
            await system.queueJob(id, { installationId: 2 * id, owner: `org-${2 * id}`, ownerId: 50_000 + 2 * id });
          const reads = watchReads(system);
          for (let run = 0; run < 4_000 && reads.size < 120; run += 1) {
            system.harness.clock.advance(MINUTE);
            // What Lambda ends at its time-out settles nothing any more.
            let left = 40 + (deaths[run % deaths.length] ?? 1);
            const undo = system.harness.onCall(() =>
              (left -= 1) < 0 ? Promise.reject(new Error('the function ended')) : undefined,
            );
            await sweep(system.scaleDown(), () => left < 0).catch(() => undefined);
            undo();
          }
          expect(reads.size).toBe(120);
        },
      ),
      { numRuns: 12 },
    );
  });

  test('because of one tenant do not keep it from the others, whether or not these have machines', async () => {
    const system = systemOf(60);
    for (let id = 1; id <= 30; id += 1)
      await system.queueJob(id, { installationId: id, owner: `org-${id}`, ownerId: 50_000 + id });
    const reads = watchReads(system);
    for (let run = 0; run < 60; run += 1) {
      let dead = false;
      system.harness.faults.before('launches.pageOpen', (id) => {
        if (Number(id) === 3) dead = true;
      });
      const undo = system.harness.onCall(() => (dead ? Promise.reject(new Error('the function ended')) : undefined));
      await sweep(system.scaleDown(), () => dead).catch(() => undefined);
      undo();
      system.harness.clock.advance(3 * MINUTE);
    }
    for (let id = 1; id <= 60; id += 1) expect(reads.get(id) ?? 0).toBeGreaterThanOrEqual(1);
  });
});

describe('due jobs', () => {
  test("of a tenant at its limit do not stand before another's, however many they are", async () => {
    const system = createSystem();
    system.harness.addTenant({ max_runners: 0 });
    system.harness.addTenant({
      installation_id: 2002,
      org_name: 'globex',
      account_id: 502,
      security_group_id: 'sg-globex',
    });
    for (let jobId = 1; jobId <= 1_500; jobId += 1)
      await system.harness.state.jobs.create(
        job({ jobId, state: 'parked', reason: 'capacity', nextTry: '2026-01-15T11:00:00.000Z' }),
      );
    await system.harness.state.jobs.create(
      job({
        installationId: 2002,
        jobId: 9,
        owner: 'globex',
        ownerId: 502,
        state: 'parked',
        reason: 'capacity',
        nextTry: '2026-01-15T11:30:00.000Z',
      }),
    );
    await sweep(system.scaleDown(), NEVER);
    await sweep(system.scaleDown(), NEVER);
    expect(system.harness.state.queue.jobs.map(({ jobId }) => jobId)).toContain(9);
    expect(system.job(1)).toMatchObject({ state: 'parked', reason: 'limit' });
    expect(await system.harness.state.jobs.listDue(system.harness.clock.now(), 10)).toEqual([]);
  });

  test('that became jobs for a free slot start when one comes free', async () => {
    const system = createSystem();
    system.harness.addTenant({ max_runners: 1 });
    await system.queueJob(1);
    const { instanceId } = system.machineOf(1);
    await system.jobEvent(system.takeJob(instanceId, 1));
    await system.harness.state.jobs.create(
      job({ jobId: 2, state: 'parked', reason: 'capacity', nextTry: '2026-01-15T11:00:00.000Z' }),
    );
    system.harness.state.github.jobs.set(2, { status: 'queued' });
    await sweep(system.scaleDown(), NEVER);
    expect(system.job(2)).toMatchObject({ state: 'parked', reason: 'limit' });
    await system.shutDown(instanceId);
    await system.drain();
    expect(system.job(2).state).toBe('starting');
  });

  test('of a tenant that GitHub limits wait for that time', async () => {
    const system = createSystem();
    system.harness.addTenant();
    const until = new Date(system.harness.clock.now().getTime() + HOUR);
    await system.harness.registry.limitGitHub(1001, until);
    await system.harness.state.jobs.create(
      job({ jobId: 1, state: 'parked', reason: 'capacity', nextTry: '2026-01-15T11:00:00.000Z' }),
    );
    await sweep(system.scaleDown(), NEVER);
    expect(system.job(1)).toMatchObject({ state: 'parked', reason: 'github-limited', nextTry: until.toISOString() });
    system.harness.clock.advance(HOUR + MINUTE);
    await sweep(system.scaleDown(), NEVER);
    expect(system.harness.state.queue.jobs).toHaveLength(1);
  });
});
