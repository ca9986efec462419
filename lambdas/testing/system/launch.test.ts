import { MINUTE, SECOND } from '@multi-tenant-runner/core';
import { jobEvent } from '@multi-tenant-runner/testing';
import { brokenPromises, createSystem } from './system';

function systemWithTenant(overrides: Record<string, unknown> = {}) {
  const system = createSystem();
  system.harness.addTenant(overrides);
  return system;
}

describe('one job', () => {
  test('gets one machine, runs, and gives its slot back', async () => {
    const system = systemWithTenant();
    await system.queueJob(1);
    expect(system.launchOf(1)).toMatchObject({ state: 'running', jitStored: true });
    expect(system.slots()).toEqual(['1-1']);
    const { instanceId } = system.machineOf(1);
    await system.jobEvent(system.takeJob(instanceId, 1));
    expect(system.job(1).state).toBe('running');
    await system.jobEvent(system.finishJob(instanceId, 1));
    expect(system.slots()).toEqual(['1-1']);
    await system.shutDown(instanceId);
    expect(system.job(1)).toMatchObject({ state: 'completed', conclusion: 'success' });
    expect(system.launchOf(1).state).toBe('ended');
    expect(system.slots()).toEqual([]);
  });

  test('costs one look at its runner group, one registration at GitHub and a token, and no Describe', async () => {
    const system = systemWithTenant();
    await system.queueJob(1);
    expect(system.harness.names().filter((name) => name.startsWith('github.'))).toEqual([
      'github.authorize',
      'github.findRunnerGroup',
      'github.createJitConfig',
    ]);
    expect(system.harness.names().filter((name) => /fleet\.(describe|list|findByToken)/.test(name))).toEqual([]);
  });

  test.each([
    ['small', 'subnet-own'],
    ['medium', 'subnet-a'],
  ])('of the size %s starts in %s, as only small has subnets of its own', async (tier, expected) => {
    const system = createSystem({ tierSubnetIds: new Map([['small', ['subnet-own']]]) });
    system.harness.addTenant();
    await system.queueJob(1, { tier, labels: ['self-hosted', tier] });
    const { subnetId } = system.machineOf(1).request.intent;
    expect(subnetId.replace('subnet-b', 'subnet-a')).toBe(expected);
  });

  test('is not started when it is older than GitHub keeps it queued', async () => {
    const system = systemWithTenant();
    await system.queueJob(1, { queuedAt: '2026-01-14T11:00:00Z' });
    expect(system.job(1)).toMatchObject({ state: 'expired', reason: 'too-old' });
    expect(system.harness.state.fleet.machines.size).toBe(0);
  });
});

describe('the same message again', () => {
  test('two workers on one launch start one machine', async () => {
    const system = systemWithTenant();
    const message = { ...(await queued(system, 1)) };
    await Promise.allSettled([system.deliver(message), system.deliver(message)]);
    expect(system.harness.state.fleet.machines.size).toBe(1);
    expect(brokenPromises(system, 2)).toEqual([]);
  });

  test('a second worker that meets a live lease leaves', async () => {
    const system = systemWithTenant();
    const message = await queued(system, 1);
    const undo = system.harness.faults.before('fleet.run', async () => {
      undo();
      await system.deliver(message);
      expect(system.harness.state.fleet.machines.size).toBe(0);
    });
    await system.deliver(message);
    expect(system.harness.state.fleet.machines.size).toBe(1);
  });

  test('a late redelivery after the release starts nothing', async () => {
    const system = systemWithTenant();
    const message = await system.queueJob(1);
    const { instanceId } = system.machineOf(1);
    await system.jobEvent(system.takeJob(instanceId, 1));
    await system.shutDown(instanceId);
    await system.deliver(message);
    await system.jobEvent(system.finishJob(instanceId, 1));
    await system.deliver(message);
    expect(system.harness.state.fleet.machines.size).toBe(1);
    expect(system.slots()).toEqual([]);
  });

  test('a slow worker whose job has been started and ended by another meanwhile takes no slot', async () => {
    const system = systemWithTenant();
    const message = await queued(system, 1);
    const undo = system.harness.faults.before('admissions.admit', async () => {
      undo();
      await system.deliver(message);
      const { instanceId } = system.machineOf(1);
      system.harness.state.github.jobs.set(1, { status: 'completed', conclusion: 'success' });
      await system.shutDown(instanceId);
    });
    await system.deliver(message);
    expect(system.slots()).toEqual([]);
    expect(system.harness.state.fleet.machines.size).toBe(1);
  });
});

describe('the limit', () => {
  test('of 0 admits no launch, and the job waits', async () => {
    const system = systemWithTenant({ max_runners: 0 });
    await system.queueJob(1);
    expect(system.job(1)).toMatchObject({ state: 'parked', reason: 'limit' });
    expect(system.harness.state.fleet.machines.size).toBe(0);
    expect(system.harness.metrics.total('TenantLimitReached')).toBe(1);
  });

  test('parks the job above it once, and a release starts the one that waits longest', async () => {
    const system = systemWithTenant({ max_runners: 1 });
    await system.queueJob(1);
    await system.queueJob(3, { queuedAt: '2026-01-15T11:50:00Z' });
    await system.queueJob(2, { queuedAt: '2026-01-15T11:55:00Z' });
    expect(system.harness.metrics.total('TenantLimitReached')).toBe(2);
    const { instanceId } = system.machineOf(1);
    await system.jobEvent(system.takeJob(instanceId, 1));
    await system.shutDown(instanceId);
    await system.drain();
    expect(system.job(3).state).toBe('starting');
    expect(system.job(2).state).toBe('parked');
    expect(brokenPromises(system, 1)).toEqual([]);
  });

  test('admits once more after parking: a slot freed in between dispatched no job', async () => {
    const system = systemWithTenant({ max_runners: 1 });
    await system.queueJob(1);
    const { instanceId } = system.machineOf(1);
    await system.jobEvent(system.takeJob(instanceId, 1));
    const undo = system.harness.faults.after('registry.get', async () => {
      undo();
      await system.shutDown(instanceId);
    });
    await system.queueJob(2);
    expect(system.job(2).state).toBe('starting');
    expect(system.launchOf(2).state).toBe('running');
    expect(brokenPromises(system, 1)).toEqual([]);
  });

  test('is never passed by parallel deliveries', async () => {
    const system = systemWithTenant({ max_runners: 3 });
    for (let jobId = 1; jobId <= 20; jobId += 1) system.harness.state.github.jobs.set(jobId, { status: 'queued' });
    await Promise.all(Array.from({ length: 20 }, (_, index) => system.queueJob(index + 1)));
    expect(system.harness.state.fleet.alive()).toHaveLength(3);
    expect(brokenPromises(system, 3)).toEqual([]);
  });

  test("that is invalid is replaced by the tier's own", async () => {
    const system = systemWithTenant({ max_runners: 'many' });
    for (const jobId of [1, 2, 3]) await system.queueJob(jobId);
    expect(system.harness.state.fleet.alive()).toHaveLength(2);
  });

  test('lowered below what runs kills nothing and admits nothing until below it', async () => {
    const system = systemWithTenant({ max_runners: 2 });
    for (const jobId of [1, 2, 3]) await system.queueJob(jobId);
    system.harness.state.tenants.rows.set(1001, { ...system.harness.state.tenants.rows.get(1001), max_runners: 1 });
    await system.sweep();
    expect(system.harness.state.fleet.alive()).toHaveLength(2);
    const first = system.machineOf(1).instanceId;
    await system.jobEvent(system.takeJob(first, 1));
    await system.shutDown(first);
    await system.drain();
    expect(system.job(3).state).toBe('parked');
  });
});

describe('EC2', () => {
  test('a time-out repeats the same call, and the machine that came of it is used', async () => {
    const system = systemWithTenant();
    system.harness.state.fleet.answerUnknownOnce({ machineStarts: true });
    const message = await queued(system, 1);
    await expect(system.deliver(message)).rejects.toThrow('the same call is repeated');
    system.harness.clock.advance(2 * MINUTE);
    await system.deliver(message, { receiveCount: 2 });
    expect(system.harness.state.fleet.machines.size).toBe(1);
    expect(system.launchOf(1).state).toBe('running');
  });

  test.each(['throttled', 'no-group', 'account', 'impossible'] as const)(
    'a repeat that is %s proves nothing about the call before it',
    async (kind) => {
      const system = systemWithTenant();
      system.harness.state.fleet.answerUnknownOnce({ machineStarts: true });
      const message = await queued(system, 1);
      await expect(system.deliver(message)).rejects.toThrow();
      system.harness.clock.advance(2 * MINUTE);
      const run = system.harness.state.fleet.run;
      Object.assign(system.harness.state.fleet, {
        run: async () => ({ kind, code: 'RequestLimitExceeded', message: 'too many' }),
      });
      await expect(system.deliver(message, { receiveCount: 2 })).rejects.toThrow('repeated');
      expect(system.slots()).toEqual(['1-1']);
      Object.assign(system.harness.state.fleet, { run });
      await system.deliver(message, { receiveCount: 3 });
      expect(system.launchOf(1).state).toBe('running');
      expect(system.harness.state.fleet.machines.size).toBe(1);
    },
  );

  test('a definite refusal after a time-out moves to the next candidate with a token of its own', async () => {
    const system = systemWithTenant();
    const message = await queued(system, 1);
    system.harness.state.fleet.answerUnknownOnce({ machineStarts: false });
    await expect(system.deliver(message)).rejects.toThrow();
    const firstIntent = system.launchOf(1).intent;
    system.harness.state.fleet.refuse((intent) => intent.subnetId === firstIntent?.subnetId);
    system.harness.clock.advance(2 * MINUTE);
    await system.deliver(message, { receiveCount: 2 });
    const tokens = system.harness.calls
      .filter(({ port, method }) => port === 'fleet' && method === 'run')
      .map(({ args }) => (args[0] as { intent: { clientToken: string } }).intent.clientToken);
    expect(tokens).toHaveLength(3);
    expect(tokens[0]).toBe(tokens[1]);
    expect(tokens[2]).not.toBe(tokens[1]);
    expect(system.harness.state.fleet.machines.size).toBe(1);
  });

  test('a group that EC2 does not know yet makes its job wait half a minute, at no fault of the tenant', async () => {
    const system = systemWithTenant();
    const known = system.harness.state.fleet.refuse(() => true, {
      kind: 'no-group',
      code: 'InvalidGroup.NotFound',
      message: 'no such group',
    });
    await system.queueJob(1);
    expect(system.job(1)).toMatchObject({ state: 'parked', reason: 'no-security-group', restarts: 0 });
    expect(system.harness.metrics.counted.map(({ name }) => name)).not.toContain('RunnerLaunchFailed');
    known();
    system.harness.clock.advance(MINUTE);
    await system.sweep();
    await system.drain();
    expect(system.launchOf(1).state).toBe('running');
    expect(system.harness.state.tenants.rows.get(1001)).not.toHaveProperty('circuit_small');
  });

  test('an account that AWS still verifies is asked once a launch, and the job says what EC2 said', async () => {
    const system = systemWithTenant();
    system.harness.state.fleet.refuse(() => true, {
      kind: 'account',
      code: 'PendingVerification',
      message: 'being validated',
    });
    await system.queueJob(1);
    expect(system.harness.names().filter((name) => name === 'fleet.run')).toHaveLength(1);
    expect(system.job(1)).toMatchObject({
      state: 'parked',
      reason: 'capacity',
      capacityErrors: [expect.stringContaining('PendingVerification')],
    });
    expect(system.harness.metrics.total('CapacityRefused')).toBe(1);
    expect(system.harness.state.tenants.rows.get(1001)).not.toHaveProperty('circuit_small');
  });

  test('without capacity anywhere the slot is given back and the job waits without using up a restart', async () => {
    const system = systemWithTenant();
    const undo = system.harness.state.fleet.refuse(() => true);
    await system.queueJob(1);
    expect(system.job(1)).toMatchObject({ state: 'parked', reason: 'capacity', restarts: 0, startNumber: 2 });
    expect(system.slots()).toEqual([]);
    expect((await system.sweep()).oldestJobs).toEqual({ small: expect.any(Number) });
    undo();
    system.harness.clock.advance(2 * MINUTE);
    await system.sweep();
    await system.drain();
    expect(system.job(1).state).toBe('starting');
  });

  test('an unknown answer on the last receive parks the job; the sweep settles the launch by its token', async () => {
    const system = systemWithTenant();
    const message = await queued(system, 1);
    system.harness.state.fleet.answerUnknownOnce({ machineStarts: false });
    await system.deliver(message, { receiveCount: 5 });
    expect(system.job(1)).toMatchObject({ state: 'parked', reason: 'error' });
    expect(system.slots()).toEqual(['1-1']);
    system.harness.clock.advance(15 * MINUTE);
    await system.sweep();
    await system.drain();
    expect(system.harness.state.fleet.alive()).toHaveLength(1);
    expect(system.job(1).state).toBe('starting');
    expect(brokenPromises(system, 2)).toEqual([]);
  });
});

describe('GitHub', () => {
  test('that refuses the token keeps EC2 out of it', async () => {
    const system = systemWithTenant();
    system.harness.state.github.fail({ kind: 'refused', status: 403, message: 'no' });
    await system.queueJob(1);
    expect(system.job(1)).toMatchObject({ state: 'parked', reason: 'github-refused' });
    expect(system.harness.state.fleet.machines.size).toBe(0);
    expect(system.slots()).toEqual([]);
  });

  test('that limits the mint ends the machine and parks the job until it may come back', async () => {
    const system = systemWithTenant();
    system.harness.state.github.fail(
      { kind: 'limited', retryAt: new Date('2026-01-15T12:30:00Z') },
      { method: 'createJitConfig', times: 1 },
    );
    await system.queueJob(1);
    expect(system.job(1)).toMatchObject({
      state: 'parked',
      reason: 'github-limited',
      nextTry: '2026-01-15T12:30:00.000Z',
    });
    expect(system.harness.state.fleet.alive()).toEqual([]);
    expect(system.slots()).toEqual([]);
  });

  test('a registration left by a worker that died is replaced', async () => {
    const system = systemWithTenant();
    const message = await queued(system, 1);
    system.harness.faults.loseAnswer('github.createJitConfig');
    await expect(system.deliver(message)).rejects.toThrow();
    system.harness.clock.advance(2 * MINUTE);
    await system.deliver(message, { receiveCount: 2 });
    expect(system.launchOf(1).state).toBe('running');
    expect(system.harness.state.github.registrations.all()).toHaveLength(1);
    expect(system.harness.state.fleet.machines.size).toBe(1);
  });
});

describe('the tenant changes while EC2 takes long', () => {
  test('suspended: the machine ends and the job waits', async () => {
    const system = systemWithTenant();
    system.harness.faults.after('fleet.run', () => {
      system.harness.clock.advance(10 * SECOND);
      system.harness.state.tenants.rows.set(1001, {
        ...system.harness.state.tenants.rows.get(1001),
        status: 'suspended',
      });
    });
    await system.queueJob(1);
    expect(system.job(1)).toMatchObject({ state: 'parked', reason: 'tenant-suspended' });
    expect(system.harness.state.fleet.alive()).toEqual([]);
  });

  test('deleted: the machine ends and the job is refused', async () => {
    const system = systemWithTenant();
    system.harness.faults.after('fleet.run', () => {
      system.harness.clock.advance(10 * SECOND);
      system.harness.state.tenants.rows.set(1001, {
        ...system.harness.state.tenants.rows.get(1001),
        status: 'deleted',
      });
    });
    await system.queueJob(1);
    expect(system.job(1)).toMatchObject({ state: 'refused', reason: 'tenant-deleted' });
    expect(system.harness.state.fleet.alive()).toEqual([]);
  });
});

describe('a job that no runner takes', () => {
  test('whose machine died is started again, three times, and then hourly', async () => {
    const system = systemWithTenant();
    await system.queueJob(1);
    for (let start = 1; start <= 4; start += 1) {
      expect(system.job(1)).toMatchObject({ state: 'starting', startNumber: start });
      await system.shutDown(system.machineOf(1).instanceId);
      await system.drain();
    }
    expect(system.job(1)).toMatchObject({ state: 'parked', reason: 'relaunch-limit' });
    expect(system.slots()).toEqual([]);
  });

  test('cancelled before its worker gets to it takes no slot', async () => {
    const system = systemWithTenant();
    const message = await queued(system, 1);
    system.harness.faults.before('admissions.admit', async () =>
      system.jobEvent(jobEvent({ jobId: 1, kind: 'completed', conclusion: 'cancelled' })),
    );
    system.harness.state.github.jobs.set(1, { status: 'completed', conclusion: 'cancelled' });
    await system.deliver(message);
    expect(system.job(1).state).toBe('cancelled');
    expect(system.harness.state.fleet.machines.size).toBe(0);
    expect(system.slots()).toEqual([]);
  });

  test('completed before it was queued starts nothing', async () => {
    const system = systemWithTenant();
    await system.jobEvent(jobEvent({ jobId: 1, kind: 'completed', conclusion: 'cancelled' }));
    await system.queueJob(1);
    expect(system.harness.state.fleet.machines.size).toBe(0);
  });
});

async function queued(system: ReturnType<typeof createSystem>, jobId: number) {
  system.harness.state.github.jobs.set(jobId, { status: 'queued' });
  const { jobMessage } = await import('@multi-tenant-runner/testing');
  return jobMessage({ jobId });
}

test('a lease outlives the longest a worker can run', () => {
  expect(createSystem().scaleUp().scaleUp.leaseMilliseconds).toBeGreaterThan(60 * SECOND);
});

test('a registration of an earlier attempt that GitHub does not let us see goes before its launch ends', async () => {
  const system = systemWithTenant();
  const { github } = system.harness.state;
  const message = await queued(system, 1);
  // Registered, but the answer says nothing; the second attempt hears that the name exists.
  const clear = system.harness.faults.after('github.createJitConfig', (answer) => {
    clear();
    Object.assign(answer as object, { kind: 'unavailable', message: 'no answer' });
  });
  const undo = github.fail({ kind: 'refused', status: 403, message: 'no' }, { method: 'findRunner' });
  await system.deliver(message);
  undo();
  expect(system.launchOf(1).state).not.toBe('ended');
  expect(github.registrations.all()).toHaveLength(1);
  for (let round = 0; round < 3; round += 1) {
    system.harness.clock.advance(17 * MINUTE);
    await system.sweep();
  }
  expect(system.harness.state.launches.all()[0]).toMatchObject({ launchId: '1-1', state: 'ended' });
  expect(github.registrations.all().filter(({ name }) => name.endsWith('1'))).toEqual([]);
});
