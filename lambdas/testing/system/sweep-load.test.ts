import fc from 'fast-check';
import { HOUR, MINUTE } from '@multi-tenant-runner/core';
import { job } from '@multi-tenant-runner/testing';
import { ROWS_A_RUN } from '@multi-tenant-runner/scale-down/tenant-rotation';
import { sweep } from '@multi-tenant-runner/scale-down/sweep';
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
    'launches.listOpen',
    (id) => void reads.set(Number(id), (reads.get(Number(id)) ?? 0) + 1),
  );
  return reads;
}

describe('10,000 tenants', () => {
  test(`are covered in ten runs, each of which reads ${ROWS_A_RUN} tenants and no more`, async () => {
    const system = systemOf(10_000);
    const reads = watchReads(system);
    for (let run = 1; run <= 10; run += 1) {
      const before = system.harness.calls.length;
      const report = await sweep(system.scaleDown(), NEVER);
      expect(report).toMatchObject({ tenants: ROWS_A_RUN, failed: 0, finished: run === 10 });
      // Four reads of each, eleven pages, a bookmark for each eight.
      expect(system.harness.calls.length - before).toBeLessThan(4.3 * ROWS_A_RUN);
    }
    expect(reads.size).toBe(10_000);
    expect([...reads.values()].every((count) => count === 1)).toBe(true);
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
          for (let run = 0; run < 60 && reads.size < 120; run += 1) {
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
      { numRuns: 40 },
    );
  });

  test('because of one tenant do not keep it from the others, whether or not these have machines', async () => {
    const system = systemOf(60);
    for (let id = 1; id <= 30; id += 1)
      await system.queueJob(id, { installationId: id, owner: `org-${id}`, ownerId: 50_000 + id });
    const reads = watchReads(system);
    for (let run = 0; run < 12; run += 1) {
      let dead = false;
      system.harness.faults.before('launches.listOpen', (id) => {
        if (Number(id) === 3) dead = true;
      });
      await sweep(system.scaleDown(), () => dead);
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
