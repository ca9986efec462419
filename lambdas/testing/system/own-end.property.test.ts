import { MINUTE, jobEndOf, type JobEvent } from '@multi-tenant-runner/core';
import fc from 'fast-check';
import { createMachineSide } from './machine-side';
import { createSystem, type System } from './system';

const TEN_MINUTES = 10 * MINUTE;

async function withTwoMachines(): Promise<{ readonly system: System; readonly machines: readonly [string, string] }> {
  const system = createSystem();
  system.harness.addTenant({ max_runners: 2 });
  for (const jobId of [1, 2]) await system.queueJob(jobId);
  return { system, machines: [system.machineOf(1).instanceId, system.machineOf(2).instanceId] };
}

const launchOn = (system: System, instanceId: string) =>
  system.harness.state.launches.all().find((row) => row.instanceId === instanceId);

/** `lost`: nobody hears of the start. */
const events = fc.record({
  swapped: fc.boolean(),
  lost: fc.subarray([1, 2]),
  twice: fc.subarray([0, 1, 2, 3]),
  order: fc.shuffledSubarray([0, 1, 2, 3, 4, 5, 6, 7], { minLength: 8 }),
});

test('in whatever order two jobs are heard of, each ends once, and its launch has what it ran and until when', () =>
  fc.assert(
    fc.asyncProperty(events, async ({ swapped, lost, twice, order }) => {
      const { system, machines } = await withTwoMachines();
      const [first, second] = swapped ? [machines[1], machines[0]] : machines;
      const begun = [system.takeJob(first, 1), system.takeJob(second, 2)];
      system.harness.clock.advance(TEN_MINUTES);
      const ended = [system.finishJob(first, 1), system.finishJob(second, 2)];
      const heard = begun.filter(({ jobId }) => !lost.includes(jobId));
      const words: JobEvent[] = [...heard, ...ended];
      const all = [...words, ...twice.flatMap((index) => words[index] ?? [])];
      for (const index of order) {
        const event = all[index];
        if (event !== undefined) await system.jobEvent(event);
      }
      expect(system.harness.metrics.total('JobEnded')).toBe(2);
      for (const [jobId, instanceId] of [
        [1, first],
        [2, second],
      ] as const) {
        const job = system.job(jobId);
        expect(job).toMatchObject({ state: 'completed', conclusion: 'success' });
        const launch = launchOn(system, instanceId);
        expect(launch?.takenBy).toBe(jobId);
        expect(launch && jobEndOf(launch, job)).toBe(job.endedAt);
        await system.shutDown(instanceId);
        expect(launchOn(system, instanceId)).toMatchObject({ state: 'ended', jobEndedAt: job.endedAt });
      }
      expect(system.slots()).toEqual([]);
    }),
    { numRuns: 150 },
  ));

describe('a machine that lives on after its own job', () => {
  async function hung(): Promise<{ readonly system: System; readonly instanceId: string }> {
    const { system, machines } = await withTwoMachines();
    const [instanceId] = machines;
    await createMachineSide(system).claim(instanceId);
    await system.jobEvent(system.takeJob(instanceId, 1));
    system.harness.clock.advance(TEN_MINUTES);
    await createMachineSide(system).says(instanceId, { kind: 'idle' });
    await system.jobEvent(system.finishJob(instanceId, 1));
    return { system, instanceId };
  }
  const isAlive = ({ harness }: System, instanceId: string): boolean =>
    harness.state.fleet.alive().some((machine) => machine.instanceId === instanceId);

  test('is left alone for as long as a machine may be idle, and then ended', async () => {
    const { system, instanceId } = await hung();
    system.harness.clock.advance(4 * MINUTE);
    const before = system.harness.calls.length;
    await system.sweep();
    expect(system.harness.calls.slice(before).some(({ port }) => port === 'fleet.terminate')).toBe(false);
    expect(launchOn(system, instanceId)?.jobEndedAt).toBeUndefined();
    system.harness.clock.advance(2 * MINUTE);
    await system.sweep();
    expect(launchOn(system, instanceId)?.jobEndedAt).toBe(system.job(1).endedAt);
    system.harness.clock.advance(MINUTE);
    await system.sweep();
    expect(isAlive(system, instanceId)).toBe(false);
    expect(launchOn(system, instanceId)).toMatchObject({ state: 'ended', reason: 'idle' });
  });

  test('whose job we ended ourselves is left to GitHub', async () => {
    const { system, machines } = await withTwoMachines();
    const [instanceId] = machines;
    await system.jobEvent(system.takeJob(instanceId, 1));
    await system.harness.state.jobs.change(
      1001,
      1,
      { from: ['running'] },
      { state: 'cancelled', reason: 'gone-at-github', endedAt: system.harness.clock.now().toISOString() },
    );
    // The row of a job that is busy on its own machine is read in one minute of ten.
    for (let minute = 0; minute < 20; minute += 1) {
      system.harness.clock.advance(MINUTE);
      await system.sweep();
    }
    expect(isAlive(system, instanceId)).toBe(true);
    // Not by GitHub's word alone, which lets no busy runner go.
    expect(launchOn(system, instanceId)?.jobEndedAt).toBeUndefined();
  });
});
