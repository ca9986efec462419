import { MINUTE, SECOND } from '@multi-tenant-runner/core';
import { jobEvent, jobMessage } from '@multi-tenant-runner/testing';
import { runCut, type Cut } from '../crash/crash-injection';
import { brokenPromises } from '../system';
import { LONG, gate, setRow, setUp, setUpWithRunner, sweepLater, workerDies } from './setup';

const FIRST = jobMessage({ jobId: 1 });

describe('one launch, one machine', () => {
  test('timeout-next-candidate: a call without an answer is repeated, not made elsewhere', async () => {
    const system = setUp();
    system.harness.state.fleet.answerUnknownOnce({ machineStarts: true });
    await expect(system.deliver(FIRST)).rejects.toThrow('the same call is repeated');
    await system.deliver(FIRST, { receiveCount: 2 });
    expect(system.harness.state.fleet.machines.size).toBe(1);
    expect(system.launchOf(1).state).toBe('running');
  });

  test('fresh-token: the next worker after a death during the call repeats the same call', async () => {
    const system = setUp();
    await workerDies(system, 'dies-after', 'fleet.run');
    system.harness.clock.advance(2 * MINUTE);
    await system.deliver(FIRST, { receiveCount: 2 });
    expect(system.harness.state.fleet.machines.size).toBe(1);
    expect(system.launchOf(1).state).toBe('running');
  });

  test('stops-unasked: a worker that may not start what another has begun leaves that to EC2’s word', async () => {
    const system = setUp();
    await workerDies(system, 'dies-after', 'fleet.run');
    system.harness.clock.advance(2 * MINUTE);
    setRow(system, { status: 'suspended', suspended_by: 'operator' });
    await system.deliver(FIRST, { receiveCount: 2 });
    expect(system.slots()).toEqual(['1-1']);
    expect(brokenPromises(system, 1)).toEqual([]);
  });

  test('settle-on-state: while the sweep looks for the machine no worker starts it', async () => {
    const system = setUp();
    await workerDies(system, 'dies-before', 'fleet.run');
    system.harness.clock.advance(LONG);
    const beforeLook = gate(system, 'fleet.findByToken');
    const sweep = system.sweep();
    await beforeLook.reached;
    await system.deliver(FIRST, { receiveCount: 2 });
    expect(system.harness.state.fleet.machines.size).toBe(0);
    beforeLook.open();
    await sweep;
    expect(brokenPromises(system, 1)).toEqual([]);
    await system.drain();
    expect(system.job(1)).toMatchObject({ state: 'starting', launchId: '1-2' });
  });

  test('settle-ignores-lease: while a worker starts the machine the sweep concludes nothing', async () => {
    const system = setUp();
    await workerDies(system, 'dies-before', 'fleet.run');
    system.harness.clock.advance(LONG);
    const beforeLease = gate(system, 'launches.change');
    const sweep = system.sweep();
    await beforeLease.reached;
    const beforeRun = gate(system, 'fleet.run');
    const worker = system.deliver(FIRST, { receiveCount: 2 });
    await beforeRun.reached;
    beforeLease.open();
    await sweep;
    expect(system.slots()).toEqual(['1-1']);
    beforeRun.open();
    await worker;
    expect(system.launchOf(1).state).toBe('running');
    expect(brokenPromises(system, 1)).toEqual([]);
  });

  test('settle-without-grace: a machine that EC2 does not list yet keeps its slot', async () => {
    const system = setUp();
    system.harness.state.fleet.view.hold();
    await workerDies(system, 'dies-after', 'fleet.run');
    system.harness.clock.advance(3 * MINUTE);
    await system.sweep();
    expect(system.slots()).toEqual(['1-1']);
    system.harness.state.fleet.view.release();
    system.harness.clock.advance(11 * MINUTE);
    await system.sweep();
    expect(system.launchOf(1).instanceId).toBe(system.machineOf(1).instanceId);
    expect(brokenPromises(system, 1)).toEqual([]);
  });

  test('not-found-is-gone: a machine whose id EC2 does not know yet keeps its slot', async () => {
    const system = setUp();
    system.harness.state.fleet.view.hold();
    await system.deliver(FIRST);
    system.harness.clock.advance(4 * MINUTE);
    await system.sweep();
    expect(system.slots()).toEqual(['1-1']);
    expect(brokenPromises(system, 1)).toEqual([]);
  });

  test('settle-on-old-look: a sweep that decided before a worker started the machine concludes nothing', async () => {
    const system = setUp({ max_runners: 2 }, [1, 2]);
    const secondDies = (cut: Cut) =>
      runCut(system.harness, 'fleet.run', cut, () => system.deliver(jobMessage({ jobId: 2 })));
    await workerDies(system, 'dies-before', 'fleet.run');
    await secondDies('dies-before');
    system.harness.clock.advance(LONG);
    system.harness.state.fleet.view.hold();
    // The sweep has decided on both launches and is busy with the first.
    const beforeLook = gate(system, 'fleet.findByToken');
    const sweep = system.sweep();
    await beforeLook.reached;
    await secondDies('dies-after');
    system.harness.clock.advance(2 * MINUTE);
    beforeLook.open();
    await sweep;
    expect(system.harness.state.fleet.alive()).toHaveLength(1);
    expect(brokenPromises(system, 2)).toEqual([]);
  });

  test('release-in-two: a worker that dies right before its release has given nothing back', async () => {
    const system = setUp();
    const undo = system.harness.state.fleet.refuse(() => true);
    await workerDies(system, 'dies-before', 'admissions.release');
    undo();
    system.harness.clock.advance(2 * MINUTE);
    await system.deliver(FIRST, { receiveCount: 2 });
    expect(brokenPromises(system, 1)).toEqual([]);
    await sweepLater(system);
    expect(system.launchOf(1).state).toBe('running');
    expect(brokenPromises(system, 1)).toEqual([]);
  });

  test('release-in-two: a launch that gave its slot back starts nothing when its message returns', async () => {
    const system = setUp();
    const undo = system.harness.state.fleet.refuse(() => true);
    await workerDies(system, 'dies-after', 'admissions.release');
    undo();
    system.harness.clock.advance(2 * MINUTE);
    await system.deliver(FIRST, { receiveCount: 2 });
    expect(system.harness.state.fleet.machines.size).toBe(0);
    await sweepLater(system);
    expect(system.job(1)).toMatchObject({ state: 'starting', launchId: '1-2' });
    expect(brokenPromises(system, 1)).toEqual([]);
  });
});

describe('what is over is noticed', () => {
  test('sweep-skips-ending: a release that could not remove everything is finished', async () => {
    const system = await setUpWithRunner();
    const { instanceId } = system.machineOf(1);
    await system.jobEvent(system.takeJob(instanceId, 1));
    await system.jobEvent(system.finishJob(instanceId, 1));
    system.harness.faults.fail('configs.remove', new Error('no answer'));
    await system.shutDown(instanceId);
    expect(system.launchOf(1).state).toBe('ending');
    expect(system.slots()).toEqual([]);
    await sweepLater(system);
    expect(system.launchOf(1).state).toBe('ended');
  });

  test('sweep-skips-known-instance: a machine that ended unheard is looked for by its id', async () => {
    const system = setUp();
    await workerDies(system, 'dies-before', 'github.createJitConfig');
    const { instanceId } = system.machineOf(1);
    await system.shutDown(instanceId, { eventLost: true });
    await sweepLater(system);
    expect(system.slots()).toEqual(['1-2']);
    expect(system.job(1).state).toBe('starting');
  });

  test('sweep-skips-running-job: GitHub is asked about a job that runs on no launch of ours', async () => {
    const system = await setUpWithRunner();
    const { instanceId } = system.machineOf(1);
    await system.jobEvent(system.takeJob(instanceId, 1));
    system.finishJob(instanceId, 1);
    await runCut(system.harness, 'admissions.read', 'dies-before', () => system.shutDown(instanceId));
    expect(system.job(1).state).toBe('running');
    // The first one finishes the release.
    await sweepLater(system);
    await sweepLater(system);
    expect(system.job(1).state).toBe('completed');
  });

  test('release-on-completed: the end of a job gives nothing back while its machine lives', async () => {
    const system = await setUpWithRunner({}, [1, 2]);
    await system.deliver(jobMessage({ jobId: 2 }));
    const { instanceId } = system.machineOf(1);
    await system.jobEvent(system.takeJob(instanceId, 1));
    await system.jobEvent(system.finishJob(instanceId, 1));
    await system.drain();
    expect(system.slots()).toEqual(['1-1']);
    expect(brokenPromises(system, 1)).toEqual([]);
    await system.shutDown(instanceId);
    await system.drain();
    expect(system.slots()).toEqual(['2-1']);
  });
});

describe('a busy machine lives', () => {
  test('undo-kills-busy: a worker that comes late to a suspended tenant leaves a runner that works', async () => {
    const system = setUp();
    await workerDies(system, 'dies-after', 'configs.put');
    const { instanceId } = system.machineOf(1);
    system.harness.clock.advance(2 * MINUTE);
    system.takeJob(instanceId, 1);
    const undo = system.harness.faults.before('github.authorize', () => {
      undo();
      system.harness.clock.advance(10 * SECOND);
      setRow(system, { status: 'suspended', suspended_by: 'operator' });
    });
    await system.deliver(FIRST, { receiveCount: 2 });
    expect(system.machineOf(1).state).toBe('pending');
    expect(system.slots()).toEqual(['1-1']);
  });

  test('undo-trusts-row: a worker that finds no machine in its row asks GitHub before it ends one', async () => {
    const system = setUp();
    await workerDies(system, 'dies-after', 'configs.put');
    expect(system.launchOf(1).instanceId).toBeUndefined();
    system.harness.clock.advance(2 * MINUTE);
    system.takeJob(system.machineOf(1).instanceId, 1);
    const undo = system.harness.faults.after('fleet.run', () => {
      undo();
      system.harness.clock.advance(10 * SECOND);
      setRow(system, { status: 'suspended', suspended_by: 'operator' });
    });
    await system.deliver(FIRST, { receiveCount: 2 });
    expect(system.machineOf(1).state).toBe('pending');
    expect(system.slots()).toEqual(['1-1']);
  });

  test('idle-without-lease: the sweep ends no machine that a worker is just giving its configuration', async () => {
    const system = setUp();
    await workerDies(system, 'dies-before', 'github.createJitConfig');
    system.harness.clock.advance(LONG);
    const beforeLease = gate(system, 'launches.change');
    const sweep = system.sweep();
    await beforeLease.reached;
    const beforePut = gate(system, 'configs.put');
    const worker = system.deliver(FIRST, { receiveCount: 2 });
    await beforePut.reached;
    beforeLease.open();
    await sweep;
    beforePut.open();
    await worker;
    await system.jobEvent(system.takeJob(system.machineOf(1).instanceId, 1));
    expect(system.job(1).state).toBe('running');
    expect(system.machineOf(1).state).toBe('pending');
  });

  test('sweep-cleans-suspended: a suspension ends no runner that works', async () => {
    const system = await setUpWithRunner();
    await system.jobEvent(system.takeJob(system.machineOf(1).instanceId, 1));
    setRow(system, { status: 'suspended', suspended_by: 'github' });
    await sweepLater(system);
    expect(system.machineOf(1).state).toBe('pending');
  });

  test('cancel-kills-predicted: a cancelled job ends no machine that another job took', async () => {
    const system = await setUpWithRunner({}, [1, 2]);
    const { instanceId } = system.machineOf(1);
    system.takeJob(instanceId, 2);
    system.harness.state.github.jobs.set(1, { status: 'completed', conclusion: 'cancelled' });
    await system.jobEvent(jobEvent({ jobId: 1, kind: 'completed', conclusion: 'cancelled' }));
    await sweepLater(system);
    expect(system.harness.state.fleet.machines.get(instanceId)?.state).toBe('pending');
  });

  test('idle-trusts-list: a runner that takes a job while the sweep decides is not ended', async () => {
    const system = await setUpWithRunner();
    system.harness.clock.advance(LONG);
    const beforeDelete = gate(system, 'github.deleteRunner');
    const sweep = system.sweep();
    await beforeDelete.reached;
    system.takeJob(system.machineOf(1).instanceId, 1);
    beforeDelete.open();
    await sweep;
    expect(system.machineOf(1).state).toBe('pending');
    expect(system.slots()).toEqual(['1-1']);
  });

  test('a runner whose job is not reported ended stays, even if GitHub would let its registration go', async () => {
    const system = await setUpWithRunner();
    await system.jobEvent(system.takeJob(system.machineOf(1).instanceId, 1));
    for (const registration of system.harness.state.github.registrations) registration.busy = false;
    await sweepLater(system);
    expect(system.machineOf(1).state).toBe('pending');
  });
});

test('a job whose inherited runner was taken meanwhile starts again', async () => {
  const system = setUp({ max_runners: 2 }, [1, 2, 3]);
  for (const jobId of [1, 2]) await system.deliver(jobMessage({ jobId }));
  const [first, second] = [system.machineOf(1).instanceId, system.machineOf(2).instanceId];
  const stolen = system.takeJob(first, 2);
  const stolenToo = system.takeJob(second, 3);
  // Job 1 is about to follow the runner of job 2, which the row says is now its own.
  const beforeFollow = gate(system, 'jobs.change');
  const taker = system.jobEvent(stolen);
  await beforeFollow.reached;
  await system.jobEvent(stolenToo);
  beforeFollow.open();
  await taker;
  expect(system.job(1)).toMatchObject({ state: 'parked', reason: 'runner-taken', launchId: '1-2' });
  expect(system.job(2).state).toBe('running');
  expect(system.job(3).state).toBe('running');
});
