import fc from 'fast-check';
import { HOUR, MINUTE, type JobEvent } from '@multi-tenant-runner/core';
import { brokenPromises, createSystem, type System } from './system';

/** GitHub gives any waiting job to any idle runner with its labels, even one started for another job. */
function setUp(jobs: readonly number[], limit: number): System {
  const system = createSystem();
  system.harness.addTenant({ max_runners: limit });
  for (const jobId of jobs) system.harness.state.github.jobs.set(jobId, { status: 'queued' });
  return system;
}

async function queueAll(system: System, jobs: readonly number[]): Promise<void> {
  for (const jobId of jobs) await system.queueJob(jobId);
}

const registrations = (system: System) => system.harness.state.github.registrations;
const instanceOf = (name: string): string => name.slice(name.indexOf('i-'));
const idle = (system: System): string[] =>
  registrations(system)
    .all()
    .filter(({ busy }) => !busy)
    .map(({ name }) => instanceOf(name));
const waiting = (system: System): number[] =>
  [...system.harness.state.github.jobs].filter(([, { status }]) => status === 'queued').map(([jobId]) => jobId);

/**
 * A job of a repository that the App can't see: the runner is busy, no webhook comes, and its machine ends
 * afterwards.
 */
function stealUnseen(system: System, instanceId: string): { end(): Promise<void> } {
  const registration = registrations(system)
    .all()
    .find(({ name }) => instanceOf(name) === instanceId);
  if (registration === undefined) throw new Error(`no runner is registered for ${instanceId}`);
  Object.assign(registration, { online: true, busy: true });
  return {
    end: async () => {
      registrations(system).remove(registration);
      await system.shutDown(instanceId);
    },
  };
}

async function runToTheEnd(system: System, instanceId: string, jobId: number): Promise<void> {
  await system.jobEvent(system.takeJob(instanceId, jobId));
  await system.jobEvent(system.finishJob(instanceId, jobId));
  await system.shutDown(instanceId);
}

describe('a chain of thefts', () => {
  test('in a ring runs every job on the machines that were there', async () => {
    const jobs = [1, 2, 3, 4, 5];
    const system = setUp(jobs, 5);
    await queueAll(system, jobs);
    const machines = jobs.map((jobId) => system.machineOf(jobId).instanceId);
    const events = jobs.map((jobId, index) => system.takeJob(String(machines[(index + 1) % jobs.length]), jobId));
    for (const event of events) await system.jobEvent(event);
    for (const [index, jobId] of jobs.entries()) {
      await system.jobEvent(system.finishJob(String(machines[(index + 1) % jobs.length]), jobId));
      await system.shutDown(String(machines[(index + 1) % jobs.length]));
    }
    await system.drain();
    expect(jobs.map((jobId) => system.job(jobId).state)).toEqual(jobs.map(() => 'completed'));
    expect(system.harness.state.fleet.machines.size).toBe(5);
    expect(system.slots()).toEqual([]);
  });

  test('from outside costs one machine more, however long it is', async () => {
    const jobs = [1, 2, 3];
    const system = setUp([...jobs, 99], 4);
    await queueAll(system, jobs);
    const [first = '', second = '', third = ''] = jobs.map((jobId) => system.machineOf(jobId).instanceId);
    // Job 99 took the first runner before its webhook came; each job that loses its runner takes the next one's.
    await system.jobEvent(system.takeJob(first, 99));
    await system.jobEvent(system.takeJob(second, 1));
    await system.jobEvent(system.takeJob(third, 2));
    await system.drain();
    expect(system.job(3)).toMatchObject({ state: 'starting' });
    await runToTheEnd(system, system.machineOf(3).instanceId, 3);
    expect(system.job(3)).toMatchObject({ state: 'completed', restarts: 0 });
    expect(system.harness.state.fleet.machines.size).toBe(4);
    expect(brokenPromises(system, 4)).toEqual([]);
  });
});

describe('a runner that a repository takes which the App can’t see', () => {
  test('is not ended while it works, and its job is started again once its machine is gone', async () => {
    const system = setUp([1], 1);
    await queueAll(system, [1]);
    const { instanceId } = system.machineOf(1);
    const theft = stealUnseen(system, instanceId);
    for (let round = 0; round < 3; round += 1) {
      system.harness.clock.advance(11 * MINUTE);
      await system.sweep();
    }
    expect(system.harness.state.fleet.machines.get(instanceId)?.state).not.toBe('terminated');
    await theft.end();
    await system.drain();
    expect(system.job(1)).toMatchObject({ state: 'starting', launchId: '1-2', restarts: 1 });
    await runToTheEnd(system, system.machineOf(1).instanceId, 1);
    expect(system.job(1).state).toBe('completed');
    expect(system.slots()).toEqual([]);
  });

  test('again and again leaves the job with one try an hour, not with an endless bill', async () => {
    const system = setUp([1], 1);
    await queueAll(system, [1]);
    let started = 1;
    for (; system.job(1).state === 'starting' && started < 20; started += 1) {
      await stealUnseen(system, system.machineOf(1).instanceId).end();
      await system.drain();
    }
    expect(system.harness.state.fleet.machines.size).toBe(4);
    expect(system.job(1)).toMatchObject({ state: 'parked', reason: 'relaunch-limit' });
    await system.sweep();
    await system.drain();
    expect(system.harness.state.fleet.machines.size).toBe(4);
    system.harness.clock.advance(HOUR + MINUTE);
    await system.sweep();
    await system.drain();
    await runToTheEnd(system, system.machineOf(1).instanceId, 1);
    expect(system.job(1).state).toBe('completed');
  });

  test('gives its inheritor’s job a machine all the same', async () => {
    const system = setUp([1, 2], 2);
    await queueAll(system, [1, 2]);
    const [first, second] = [system.machineOf(1).instanceId, system.machineOf(2).instanceId];
    // Job 2 takes the first runner, job 1 inherits the second, and an unseen job takes that one.
    await system.jobEvent(system.takeJob(first, 2));
    await stealUnseen(system, second).end();
    await system.drain();
    expect(system.job(1)).toMatchObject({ state: 'starting', launchId: '1-2' });
    expect(brokenPromises(system, 2)).toEqual([]);
  });
});

type Step =
  | { readonly kind: 'assign' | 'steal' | 'end'; readonly which: number; readonly to: number }
  | { readonly kind: 'hear' | 'end-theft'; readonly which: number }
  | { readonly kind: 'sweep' };

const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('assign' as const), which: fc.nat(9), to: fc.nat(9) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('steal' as const), which: fc.nat(9), to: fc.nat(9) }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('end' as const), which: fc.nat(9), to: fc.nat(9) }) },
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('hear' as const), which: fc.nat(9) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('end-theft' as const), which: fc.nat(9) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('sweep' as const) }) },
  ),
  { maxLength: 50, size: 'max' },
);

/** A GitHub that assigns as it likes and reports in any order, late, while machines come and go. */
class FaultSettings {
  private readonly unheard: (() => Promise<void>)[] = [];
  private readonly running: { readonly instanceId: string; readonly jobId: number }[] = [];
  private readonly thefts: ReturnType<typeof stealUnseen>[] = [];
  private stolen = 0;

  constructor(readonly system: System) {}

  async play(step: Step): Promise<void> {
    const { system } = this;
    const pick = <T>(from: readonly T[], which: number): T | undefined => from[which % Math.max(1, from.length)];
    if (step.kind === 'assign') return this.assign(pick(waiting(system), step.which), pick(idle(system), step.to));
    if (step.kind === 'steal') {
      const instanceId = pick(idle(system), step.to);
      // Fewer than the restarts that each job has.
      if (instanceId === undefined || this.stolen >= 3) return;
      this.stolen += 1;
      this.thefts.push(stealUnseen(system, instanceId));
    }
    if (step.kind === 'end') await this.end(step.which);
    if (step.kind === 'hear') await this.unheard.splice(step.which % Math.max(1, this.unheard.length), 1)[0]?.();
    if (step.kind === 'end-theft') await this.thefts.splice(step.which % Math.max(1, this.thefts.length), 1)[0]?.end();
    if (step.kind === 'sweep') {
      system.harness.clock.advance(2 * MINUTE);
      await system.sweep();
    }
    await system.drain();
  }

  /** All webhooks arrive, every stolen run ends, and GitHub assigns the remaining jobs. */
  async settle(): Promise<void> {
    for (let round = 0; round < 60; round += 1) {
      while (this.unheard.length > 0) await this.unheard.shift()?.();
      while (this.thefts.length > 0) await this.thefts.shift()?.end();
      while (this.running.length > 0) await this.end(0);
      await this.system.drain();
      const [jobId] = waiting(this.system);
      const [instanceId] = idle(this.system);
      this.assign(jobId, instanceId);
      if (
        jobId === undefined &&
        this.running.length === 0 &&
        this.unheard.length === 0 &&
        this.system.slots().length === 0
      )
        return;
      this.system.harness.clock.advance(11 * MINUTE);
      await this.system.sweep();
      await this.system.drain();
    }
  }

  private assign(jobId: number | undefined, instanceId: string | undefined): void {
    if (jobId === undefined || instanceId === undefined) return;
    this.later(this.system.takeJob(instanceId, jobId));
    this.running.push({ instanceId, jobId });
  }

  private async end(which: number): Promise<void> {
    const [ended] = this.running.splice(which % Math.max(1, this.running.length), 1);
    if (ended === undefined) return;
    this.later(this.system.finishJob(ended.instanceId, ended.jobId));
    await this.system.shutDown(ended.instanceId);
  }

  private later(event: JobEvent): void {
    this.unheard.push(() => this.system.jobEvent(event));
  }
}

test('whichever job takes which runner, in any order of webhooks: each job runs once, within the limit', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 6 }),
      fc.integer({ min: 1, max: 4 }),
      steps,
      async (count, limit, all) => {
        const jobs = Array.from({ length: count }, (_, index) => index + 1);
        const system = setUp(jobs, limit);
        await queueAll(system, jobs);
        const faultKinds = new FaultSettings(system);
        for (const step of all) {
          await faultKinds.play(step);
          expect(brokenPromises(system, limit)).toEqual([]);
        }
        await faultKinds.settle();
        expect(jobs.map((jobId) => [jobId, system.job(jobId).state])).toEqual(
          jobs.map((jobId) => [jobId, 'completed']),
        );
        expect(system.slots()).toEqual([]);
        expect(brokenPromises(system, limit)).toEqual([]);
      },
    ),
    { numRuns: 150 },
  );
});
