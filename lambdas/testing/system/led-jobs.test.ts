import { MINUTE, SLOT_STATES } from '@multi-tenant-runner/core';
import { job, launch } from '@multi-tenant-runner/testing';
import { neededJobs } from '@multi-tenant-runner/scale-down/needed-jobs';
import { brokenPromises, createSystem, type System } from './system';

async function runningSystem(): Promise<{ readonly system: System; readonly instanceId: string }> {
  const system = createSystem();
  system.harness.addTenant();
  await system.queueJob(1);
  return { system, instanceId: system.machineOf(1).instanceId };
}

const idsOf = (rows: readonly { readonly jobId: number }[]): number[] => rows.map(({ jobId }) => jobId);
const indexed = async ({ harness }: System): Promise<number[]> =>
  idsOf((await harness.state.jobs.pageIndexed(1001, { limit: 99 })).rows);
const open = async ({ harness }: System): Promise<number[]> => idsOf(await harness.state.jobs.listOpen(1001));

/** Minute by minute; answers how many rows of jobs were read by key. */
async function sweepFor(minutes: number, system: System): Promise<number> {
  let read = 0;
  const undo = system.harness.faults.before('jobs.getMany', (_id, ids) => void (read += (ids as number[]).length));
  for (let minute = 0; minute < minutes; minute += 1) {
    system.harness.clock.advance(MINUTE);
    await system.sweep();
  }
  undo();
  return read;
}

describe('a job that its launch leads to', () => {
  test('is in no index from its admission to its end, and among the open ones all the time', async () => {
    const { system, instanceId } = await runningSystem();
    expect([await indexed(system), await open(system)]).toEqual([[], [1]]);
    await system.jobEvent(system.takeJob(instanceId, 1));
    expect([await indexed(system), await open(system)]).toEqual([[], [1]]);
    await system.jobEvent(system.finishJob(instanceId, 1));
    await system.shutDown(instanceId);
    expect([await indexed(system), await open(system)]).toEqual([[], []]);
  });

  test('is back in the index with the end of the launch, should it be open then', async () => {
    const { system, instanceId } = await runningSystem();
    const taken = system.takeJob(instanceId, 1);
    await system.jobEvent(taken);
    await system.shutDown(instanceId);
    expect(system.launchOf(1).state).toBe('ended');
    expect(system.job(1).state).toBe('running');
    expect(await indexed(system)).toEqual([1]);
    // GitHub has it in the queue again, and its next launch takes it out.
    system.harness.state.github.jobs.set(1, { status: 'queued' });
    await sweepFor(11, system);
    await system.drain();
    expect(system.job(1)).toMatchObject({ state: 'starting', launchId: '1-2' });
    expect([await indexed(system), await open(system)]).toEqual([[], [1]]);
  });

  test('that ends between the reading and the write of the release stays out', async () => {
    const { system, instanceId } = await runningSystem();
    await system.jobEvent(system.takeJob(instanceId, 1));
    const completed = system.finishJob(instanceId, 1);
    const undo = system.harness.faults.before('admissions.release', async () => {
      undo();
      await system.jobEvent(completed);
    });
    await system.shutDown(instanceId);
    expect(system.job(1).state).toBe('completed');
    expect(system.launchOf(1).state).toBe('ended');
    // The first would have put it back.
    expect(system.harness.names().filter((name) => name === 'admissions.release')).toHaveLength(2);
    expect([await indexed(system), await open(system)]).toEqual([[], []]);
    expect(system.slots()).toEqual([]);
  });

  test('on another’s machine is found by its own launch, whichever of both ends first', async () => {
    const { system, instanceId } = await runningSystem();
    await system.queueJob(2);
    const second = system.machineOf(2).instanceId;
    await system.jobEvent(system.takeJob(instanceId, 2));
    await system.jobEvent(system.takeJob(second, 1));
    expect(await indexed(system)).toEqual([]);
    // Job 1 runs on the machine of 2-1, and launch 1-1 leads to it.
    await system.jobEvent(system.finishJob(instanceId, 2));
    await system.shutDown(instanceId);
    expect([await indexed(system), await open(system)]).toEqual([[1], [1]]);
    expect(brokenPromises(system, 2)).toEqual([]);
    await system.jobEvent(system.finishJob(second, 1));
    await system.shutDown(second);
    expect([await indexed(system), await open(system)]).toEqual([[], []]);
  });

  test('is found by a launch that is for another job by now, and is put back as that ends', async () => {
    const { system, instanceId } = await runningSystem();
    await system.queueJob(2);
    const second = system.machineOf(2).instanceId;
    await system.jobEvent(system.takeJob(instanceId, 2));
    expect(system.harness.state.launches.rows.get('1001/2-1')?.jobId).toBe(1);
    expect([await indexed(system), await open(system)]).toEqual([[], [1, 2]]);
    await system.shutDown(second);
    expect(await indexed(system)).toContain(2);
    expect(brokenPromises(system, 2)).toEqual([]);
  });

  test('is there while its launch ends in two steps', async () => {
    const { system, instanceId } = await runningSystem();
    await system.jobEvent(system.takeJob(instanceId, 1));
    Object.assign(system.machineOf(1), { state: 'terminated' });
    const { installationId, launchId } = system.launchOf(1);
    const ending = { guard: { from: SLOT_STATES }, changes: { state: 'ending' as const } };
    await system.harness.admissions.release({ installationId, launchId, ...ending });
    expect([await indexed(system), await open(system)]).toEqual([[], [1]]);
    await sweepFor(11, system);
    expect(system.launchOf(1).state).toBe('ended');
    expect([await indexed(system), await open(system)]).toEqual([[1], [1]]);
  });
});

describe('the sweep', () => {
  test('reads the row of a job that its own machine is busy with every ten minutes', async () => {
    const { system, instanceId } = await runningSystem();
    await system.jobEvent(system.takeJob(instanceId, 1));
    const read = await sweepFor(100, system);
    expect(read).toBe(10);
    expect(system.job(1).state).toBe('running');
  });

  test('finds the end that nobody told of it within 20 minutes of its time', async () => {
    const { system, instanceId } = await runningSystem();
    await system.jobEvent(system.takeJob(instanceId, 1));
    await system.harness.state.jobs.change(
      1001,
      1,
      { from: ['running'] },
      { state: 'completed', endedAt: system.harness.clock.now().toISOString() },
    );
    await sweepFor(25, system);
    expect(system.launchOf(1).jobEndedAt).toBeDefined();
  });

  test('takes a job that it did not read for none that is over', async () => {
    const { system, instanceId } = await runningSystem();
    await system.jobEvent(system.takeJob(instanceId, 1));
    const before = system.harness.calls.length;
    for (let minute = 0; minute < 60; minute += 1) {
      system.harness.clock.advance(MINUTE);
      expect(await system.sweep()).toMatchObject({ repaired: {}, failed: 0 });
    }
    const names = system.harness.names().slice(before);
    expect(names.filter((name) => name === 'jobs.get' || name === 'launches.change')).toEqual([]);
  });

  test('asks GitHub about a job whose own launch waits for it, and whose runner is gone', async () => {
    const system = createSystem();
    system.harness.addTenant();
    const at = system.harness.clock.now().toISOString();
    const key = { installationId: 1001, jobId: 1, launchId: '1-1' };
    await system.harness.admissions.admit({
      job: { kind: 'new', row: job({ ...key, state: 'starting', updatedAt: at }) },
      launch: launch({ ...key, state: 'running', instanceId: 'i-1', takenBy: 2, launchedAt: at, updatedAt: at }),
    });
    // Its row says the launch of job 2, which is over.
    await system.harness.state.jobs.change(1001, 1, { from: ['starting'] }, { launchId: '2-1' });
    system.harness.state.github.jobs.set(1, { status: 'completed', conclusion: 'success' });
    system.harness.clock.advance(11 * MINUTE);
    await system.sweep();
    expect(system.job(1).state).toBe('completed');
  });

  test('looks at what leads elsewhere each time, and at each machine in one minute of ten', () => {
    const [own, free] = [launch({ jobId: 7, launchId: '7-1', takenBy: 7 }), launch({ jobId: 8, launchId: '8-1' })];
    const stolen = launch({ jobId: 9, launchId: '9-1', takenBy: 10 });
    const passedOn = launch({ jobId: 12, launchId: '11-1', takenBy: 12 });
    const needed = (minute: number): readonly number[] =>
      neededJobs([own, free, stolen, passedOn], new Date(minute * MINUTE));
    for (let ten = 0; ten < 200; ten += 10) {
      const all = Array.from({ length: 10 }, (_, index) => needed(ten + index));
      expect(all.filter((ids) => ids.includes(7))).toHaveLength(1);
      for (const ids of all) expect(ids.filter((id) => id !== 7)).toEqual([8, 9, 10, 11, 12]);
    }
  });
});
