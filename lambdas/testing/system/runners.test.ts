import { MINUTE, SECOND, takeLease } from '@multi-tenant-runner/core';
import { job, jobEvent } from '@multi-tenant-runner/testing';
import { createMachineSide } from './machine-side';
import { brokenPromises, createSystem, type System } from './system';

async function systemWithTwoRunners(overrides: Record<string, unknown> = {}): Promise<System> {
  const system = createSystem();
  system.harness.addTenant(overrides);
  await system.queueJob(1);
  await system.queueJob(2);
  return system;
}

describe('GitHub gives a job to another runner than its own', () => {
  test('two jobs that swap their runners both run, and nothing is started for either', async () => {
    const system = await systemWithTwoRunners();
    const first = system.machineOf(1).instanceId;
    const second = system.machineOf(2).instanceId;
    await system.jobEvent(system.takeJob(first, 2));
    expect(system.job(1)).toMatchObject({ state: 'starting', launchId: '2-1' });
    await system.jobEvent(system.takeJob(second, 1));
    await system.jobEvent(system.finishJob(first, 2));
    await system.shutDown(first);
    await system.jobEvent(system.finishJob(second, 1));
    await system.shutDown(second);
    await system.drain();
    expect([system.job(1).state, system.job(2).state]).toEqual(['completed', 'completed']);
    expect(system.harness.state.fleet.machines.size).toBe(2);
    expect(system.slots()).toEqual([]);
  });

  test('the inheritor whose inherited machine dies is started again', async () => {
    const system = await systemWithTwoRunners();
    const [first, second] = [system.machineOf(1).instanceId, system.machineOf(2).instanceId];
    await system.jobEvent(system.takeJob(first, 2));
    await system.shutDown(second);
    await system.drain();
    expect(system.job(1)).toMatchObject({ state: 'starting', launchId: '1-2' });
    expect(brokenPromises(system, 2)).toEqual([]);
  });

  test('a job left with no runner waits for a slot of its own', async () => {
    const system = createSystem();
    system.harness.addTenant({ max_runners: 1 });
    await system.queueJob(1);
    await system.queueJob(2);
    const { instanceId } = system.machineOf(1);
    await system.jobEvent(system.takeJob(instanceId, 2));
    expect(system.job(2)).toMatchObject({ state: 'running' });
    expect(system.job(1)).toMatchObject({ state: 'parked', reason: 'runner-taken', restarts: 0 });
    await system.jobEvent(system.finishJob(instanceId, 2));
    await system.shutDown(instanceId);
    await system.drain();
    expect(system.job(1).state).toBe('starting');
    expect(brokenPromises(system, 1)).toEqual([]);
  });

  test('three jobs on two runners: the job left without one is parked, however the events interleave', async () => {
    const arrange = async () => {
      const system = await systemWithTwoRunners();
      await system.queueJob(3);
      const [first, second] = [system.machineOf(1).instanceId, system.machineOf(2).instanceId];
      return { system, third: system.takeJob(first, 3), stolen: system.takeJob(second, 1) };
    };
    for (const swapped of [false, true]) {
      let steps = 1;
      for (let step = 0; step < steps; step += 1) {
        const { system, third, stolen } = await arrange();
        const [outer, inner] = swapped ? [stolen, third] : [third, stolen];
        const before = system.harness.calls.length;
        let seen = 0;
        let other: Promise<void> | undefined;
        const undo = system.harness.onCall(async () => {
          if (seen++ !== step) return;
          undo();
          await (other = system.jobEvent(inner));
        });
        await system.jobEvent(outer);
        undo();
        await (other ?? system.jobEvent(inner));
        steps = Math.max(steps, system.harness.calls.length - before);
        expect([system.job(1).state, system.job(3).state]).toEqual(['running', 'running']);
        expect(system.job(2)).toMatchObject({ state: 'parked', reason: 'runner-taken' });
        if (step > 60) break;
      }
    }
  });

  test('three jobs that pass their runners round all run on those three, however the events interleave', async () => {
    const orders = [
      [0, 1, 2],
      [0, 2, 1],
      [1, 0, 2],
      [1, 2, 0],
      [2, 0, 1],
      [2, 1, 0],
    ] as const;
    for (const [outer, inner, last] of orders) {
      let steps = 1;
      for (let step = 0; step < steps; step += 1) {
        const system = createSystem();
        system.harness.addTenant({ max_runners: 4 });
        for (const jobId of [1, 2, 3]) await system.queueJob(jobId);
        const [first, second, third] = [1, 2, 3].map((jobId) => system.machineOf(jobId).instanceId);
        const events = [
          system.takeJob(second ?? '', 1),
          system.takeJob(third ?? '', 2),
          system.takeJob(first ?? '', 3),
        ];
        const deliver = async (index: number): Promise<void> => {
          const event = events[index];
          if (event !== undefined) await system.jobEvent(event);
        };
        const before = system.harness.calls.length;
        let seen = 0;
        let other: Promise<void> | undefined;
        const undo = system.harness.onCall(async () => {
          if (seen++ !== step) return;
          undo();
          await (other = deliver(inner));
        });
        await deliver(outer);
        undo();
        await (other ?? deliver(inner));
        steps = Math.max(steps, system.harness.calls.length - before);
        await system.drain();
        await deliver(last);
        expect({ outer, inner, step, machines: system.harness.state.fleet.machines.size }).toEqual({
          outer,
          inner,
          step,
          machines: 3,
        });
        expect([1, 2, 3].map((jobId) => system.job(jobId).state)).toEqual(['running', 'running', 'running']);
      }
    }
  });

  test('a runner name of another tenant binds nothing', async () => {
    const system = await systemWithTwoRunners();
    system.harness.addTenant({ installation_id: 2002, org_name: 'globex', account_id: 502 });
    const event = system.takeJob(system.machineOf(1).instanceId, 99);
    await system.jobEvent({ ...event, installationId: 2002, owner: 'globex', ownerId: 502 });
    expect(system.launchOf(1).takenBy).toBeUndefined();
    expect(system.job(1).state).toBe('starting');
  });
});

describe('events out of order', () => {
  test('the machine ends before its job is reported running or completed', async () => {
    const system = await systemWithTwoRunners();
    const { instanceId } = system.machineOf(1);
    const running = system.takeJob(instanceId, 1);
    const completed = system.finishJob(instanceId, 1);
    await system.shutDown(instanceId);
    expect(system.job(1).state).toBe('completed');
    await system.jobEvent(completed);
    await system.jobEvent(running);
    expect(system.job(1)).toMatchObject({ state: 'completed', startNumber: 1 });
    expect(system.slots()).toEqual(['2-1']);
  });

  test('every event twice changes nothing', async () => {
    const system = await systemWithTwoRunners();
    const { instanceId } = system.machineOf(1);
    for (const event of [system.takeJob(instanceId, 1), system.finishJob(instanceId, 1)]) {
      await system.jobEvent(event);
      await system.jobEvent(event);
    }
    await system.shutDown(instanceId);
    await system.shutDown(instanceId);
    await system.drain();
    expect(system.job(1).state).toBe('completed');
    expect(system.slots()).toEqual(['2-1']);
  });
});

describe('the sweep', () => {
  test('leaves a healthy system alone', async () => {
    const system = await systemWithTwoRunners();
    const { instanceId } = system.machineOf(1);
    await system.jobEvent(system.takeJob(instanceId, 1));
    system.harness.clock.advance(11 * MINUTE);
    expect(await system.sweep()).toMatchObject({ repaired: 0, failed: 0, finished: true });
  });

  test('releases the slot of a machine whose end was never reported', async () => {
    const system = await systemWithTwoRunners();
    const { instanceId } = system.machineOf(1);
    await system.jobEvent(system.takeJob(instanceId, 1));
    system.finishJob(instanceId, 1);
    await system.shutDown(instanceId, { eventLost: true });
    system.harness.clock.advance(11 * MINUTE);
    await system.sweep();
    expect(system.slots()).toEqual(['2-1']);
    system.harness.clock.advance(11 * MINUTE);
    await system.sweep();
    expect(system.job(1).state).toBe('completed');
  });

  test.each([
    ['whose job began and ended a moment ago', true],
    ['that died on the way to its job', false],
  ])('releases the slot of a machine %s a minute after its end, although nobody reported it', async (_what, ran) => {
    const system = await systemWithTwoRunners();
    const { instanceId } = system.machineOf(1);
    system.harness.clock.advance(4 * MINUTE);
    if (ran) {
      await system.jobEvent(system.takeJob(instanceId, 1));
      await system.jobEvent(system.finishJob(instanceId, 1));
    }
    await system.shutDown(instanceId, { eventLost: true });
    system.harness.clock.advance(MINUTE);
    await system.sweep();
    expect(system.slots()).not.toContain('1-1');
  });

  test('asks about no machine that a worker is at work on, or that was started a moment ago', async () => {
    const system = createSystem();
    system.harness.addTenant();
    system.harness.state.fleet.view.hold();
    await system.queueJob(1);
    const asked = () => system.harness.calls.filter(({ method }) => method === 'describe').length;
    system.harness.clock.advance(2 * MINUTE);
    await system.sweep();
    expect(asked()).toBe(0);
    system.harness.clock.advance(2 * MINUTE);
    await takeLease(system.launchOf(1), { name: 'worker', milliseconds: 90 * SECOND }, system.scaleDown());
    await system.sweep();
    expect(asked()).toBe(0);
    system.harness.clock.advance(2 * MINUTE);
    await system.sweep();
    expect(asked()).toBe(1);
  });

  test('ends a runner that gets no job, and starts its job again only if GitHub still has it queued', async () => {
    const system = await systemWithTwoRunners();
    system.harness.state.github.jobs.set(1, { status: 'completed', conclusion: 'cancelled' });
    system.harness.clock.advance(16 * MINUTE);
    await system.sweep();
    await system.drain();
    expect(system.job(1).state).toBe('cancelled');
    expect(system.job(2)).toMatchObject({ state: 'starting', startNumber: 2, restarts: 1 });
    expect(brokenPromises(system, 2)).toEqual([]);
  });

  test('spares a runner that GitHub calls busy although no event said so', async () => {
    const system = await systemWithTwoRunners();
    system.takeJob(system.machineOf(1).instanceId, 1);
    system.harness.clock.advance(60 * MINUTE);
    await system.sweep();
    expect(system.machineOf(1).state).toBe('pending');
    expect(system.slots()).toContain('1-1');
  });

  test('spares a machine that calls itself busy', async () => {
    const system = await systemWithTwoRunners();
    await createMachineSide(system).says(system.machineOf(1).instanceId, { kind: 'busy' });
    system.harness.clock.advance(60 * MINUTE);
    await system.sweep();
    expect(system.slots()).toContain('1-1');
  });

  test('ends a machine at its maximum lifetime, whatever it does, and says so on its job', async () => {
    const system = await systemWithTwoRunners();
    const { instanceId } = system.machineOf(1);
    await system.jobEvent(system.takeJob(instanceId, 1));
    system.harness.clock.advance(376 * MINUTE);
    await system.sweep();
    expect(system.job(1)).toMatchObject({ state: 'cancelled', reason: 'max-lifetime' });
    expect(system.slots()).not.toContain('1-1');
  });

  test(
    'leaves a job of 360 minutes to GitHub’s own end, whenever it started and whether or not its start was ' +
      'heard of',
    async () => {
      for (const heard of [true, false]) {
        const system = await systemWithTwoRunners();
        system.harness.clock.advance(14 * MINUTE);
        const event = system.takeJob(system.machineOf(1).instanceId, 1);
        if (heard) await system.jobEvent(event);
        system.harness.clock.advance(366 * MINUTE);
        await system.sweep();
        expect(system.slots()).toContain('1-1');
        system.harness.clock.advance(30 * MINUTE);
        await system.sweep();
        expect(system.slots()).not.toContain('1-1');
      }
    },
  );

  test('terminates a machine that no launch accounts for, after the grace', async () => {
    const system = await systemWithTwoRunners();
    const { request } = system.machineOf(1);
    system.harness.state.fleet.plant({
      instanceId: 'i-stranger',
      request: { ...request, launchId: '9-9', intent: { ...request.intent, clientToken: 'stranger' } },
    });
    await system.sweep();
    expect(system.harness.state.fleet.machines.get('i-stranger')?.state).toBe('running');
    system.harness.clock.advance(11 * MINUTE);
    await system.sweep();
    expect(system.harness.state.fleet.machines.get('i-stranger')?.state).toBe('shutting-down');
  });

  test('gives a slot that no launch held to a job that waits', async () => {
    const system = await systemWithTwoRunners();
    system.harness.addTenant({ slots_held: 3, max_runners: 3 });
    await system.queueJob(3);
    expect(system.job(3)).toMatchObject({ state: 'parked', reason: 'limit' });
    await system.sweep().then(() => system.drain());
    expect(system.slots()).toEqual(['1-1', '2-1', '3-1']);
  });

  test("of one tenant that fails leaves the others' to go on", async () => {
    const system = await systemWithTwoRunners({ max_runners: 0 });
    system.harness.addTenant({ installation_id: 2002, org_name: 'globex', account_id: 502 });
    await system.queueJob(5, { installationId: 2002, owner: 'globex', ownerId: 502 });
    system.harness.faults.before('jobs.pageIndexed', (installationId) => {
      if (installationId === 1001) throw new Error('broken row');
    });
    await system.shutDown([...system.harness.state.fleet.machines.keys()][0] ?? '', { eventLost: true });
    system.harness.clock.advance(11 * MINUTE);
    expect(await system.sweep()).toMatchObject({ failed: 1, finished: true });
    expect(system.slots(2002)).not.toContain('5-1');
  });

  test('expires what waited longer than GitHub keeps it', async () => {
    const system = await systemWithTwoRunners({ max_runners: 0 });
    system.harness.clock.advance(25 * 60 * MINUTE);
    await system.sweep();
    expect(system.job(1)).toMatchObject({ state: 'expired', reason: 'too-old' });
  });

  test('expires the job of an installation that never became a tenant', async () => {
    const system = createSystem();
    await system.harness.state.jobs.create(
      job({ jobId: 9, state: 'parked', reason: 'unknown-tenant', nextTry: '2026-01-16T12:00:00.000Z' }),
    );
    system.harness.clock.advance(25 * 60 * MINUTE);
    await system.sweep();
    expect(system.job(9)).toMatchObject({ state: 'expired', reason: 'too-old' });
  });

  test('that runs out of time goes on where it stopped', async () => {
    const system = createSystem();
    for (let id = 1; id <= 20; id += 1)
      system.harness.addTenant({ installation_id: id, org_name: `org-${id}`, account_id: 500 + id });
    system.harness.state.tenants.pageSize = 8;
    const { sweep } = await import('@multi-tenant-runner/scale-down/sweep');
    const seen: unknown[] = [];
    system.harness.faults.before('jobs.pageIndexed', (installationId) => void seen.push(installationId));
    const first = await sweep(system.scaleDown(), () => seen.length >= 8);
    expect(first.tenants).toBeLessThan(20);
    expect(first.finished).toBe(false);
    expect(await system.sweep()).toMatchObject({ tenants: 20 - first.tenants, finished: true });
    expect(new Set(seen).size).toBe(20);
    system.harness.clock.advance(60 * MINUTE);
    expect(await system.sweep()).toMatchObject({ tenants: 20, finished: true });
  });
});

describe('an uninstalled tenant', () => {
  test('is emptied without GitHub, and said to be gone exactly once', async () => {
    const system = await systemWithTwoRunners({ max_runners: 2 });
    await system.queueJob(3);
    system.harness.state.github.installations.delete(1001);
    system.harness.state.tenants.rows.set(1001, {
      ...system.harness.state.tenants.rows.get(1001),
      status: 'deleted',
      cleanup: 'pending',
    });
    await system.sweep();
    expect(system.harness.state.fleet.alive()).toEqual([]);
    expect([1, 2, 3].map((jobId) => system.job(jobId).state)).toEqual(['refused', 'refused', 'refused']);
    for (const machine of system.harness.state.fleet.machines.values()) machine.state = 'terminated';
    await system.sweep();
    await system.sweep();
    expect(system.harness.state.tenants.rows.get(1001)).toMatchObject({ status: 'deleted', cleanup: 'done' });
    expect(system.harness.metrics.total('TenantUninstalled')).toBe(1);
    expect(system.slots()).toEqual([]);
  });

  const uninstall = async (system: System): Promise<void> => {
    system.harness.state.github.installations.delete(1001);
    system.harness.state.tenants.rows.set(1001, {
      ...system.harness.state.tenants.rows.get(1001),
      status: 'deleted',
      cleanup: 'pending',
    });
    for (let pass = 0; pass < 3; pass += 1) {
      await system.sweep();
      for (const machine of system.harness.state.fleet.machines.values()) machine.state = 'terminated';
    }
  };

  test('has no job that runs for ever because word of it came after the clean-up', async () => {
    const system = createSystem();
    system.harness.addTenant();
    await uninstall(system);
    const late = jobEvent({ jobId: 7, kind: 'in_progress', runnerName: 'gone' });
    await system.jobEvent(late);
    await system.jobEvent(late);
    expect(system.job(7)).toMatchObject({ state: 'cancelled', reason: 'tenant-deleted' });
  });

  test("has no such job either when the word's first handling was cut off", async () => {
    const system = createSystem();
    system.harness.addTenant();
    await uninstall(system);
    const late = jobEvent({ jobId: 7, kind: 'in_progress', runnerName: 'gone' });
    system.harness.faults.loseAnswer('jobs.create');
    await expect(system.jobEvent(late)).rejects.toThrow();
    await system.jobEvent(late);
    expect(system.job(7)).toMatchObject({ state: 'cancelled', reason: 'tenant-deleted' });
  });

  test('is not said to be clean while a job began to run under the clean-up', async () => {
    const system = createSystem();
    system.harness.addTenant();
    await system.harness.state.jobs.create(job({ jobId: 1, state: 'starting' }));
    let looks = 0;
    system.harness.faults.after('jobs.pageOpen', async () => {
      if ((looks += 1) === 1)
        await system.harness.state.jobs.change(1001, 1, { from: ['starting'] }, { state: 'running' });
    });
    await uninstall(system);
    expect(system.job(1)).toMatchObject({ state: 'cancelled', reason: 'tenant-deleted' });
    expect(system.harness.state.tenants.rows.get(1001)).toMatchObject({ cleanup: 'done' });
  });
});
