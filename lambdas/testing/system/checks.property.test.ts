import fc from 'fast-check';
import { HOUR, MINUTE, isEnded, type Job, type JobState } from '@multi-tenant-runner/core';
import { Crash, job } from '@multi-tenant-runner/testing';
import { createSystem, type System } from './system';

const SHA = 'a'.repeat(40);
const JOBS = [1, 2, 3];
const CUTS = ['well', 'well', 'well', 'dies-before', 'dies-after', 'fails', 'answer-lost'] as const;

/** What a job may come to, and what stands in the way of telling it. */
const step = fc.oneof(
  fc.record({
    kind: fc.constant('job' as const),
    jobId: fc.constantFrom(...JOBS),
    state: fc.constantFrom<JobState>('parked', 'queued', 'starting', 'running', 'completed', 'refused', 'cancelled'),
    reason: fc.constantFrom('limit' as const, 'capacity' as const, 'tier-access' as const),
  }),
  fc.record({
    kind: fc.constant('github' as const),
    answer: fc.constantFrom('well' as const, 'unavailable' as const, 'limited' as const, 'not-granted' as const),
  }),
  fc.record({
    kind: fc.constant('sweep' as const),
    after: fc.constantFrom(0, MINUTE, 3 * MINUTE, 20 * MINUTE),
    cut: fc.constantFrom(...CUTS),
    at: fc.nat(40),
  }),
);

/** The sweep's part about checks, with call number `at` cut; a process that died calls nothing more. */
async function cutSweep(system: System, at: number, cut: (typeof CUTS)[number]): Promise<void> {
  let seen = 0;
  let dead = false;
  const strike = (): never => {
    dead = cut.startsWith('dies');
    throw new Crash(cut);
  };
  const isEarly = cut === 'dies-before' || cut === 'fails';
  let isNext = false;
  const undo = [
    system.harness.onCall(() => {
      if (dead) throw new Crash('the process is dead');
      isNext = cut !== 'well' && seen++ === at;
      if (isNext && isEarly) strike();
    }),
    system.harness.afterCall(() => {
      if (dead) throw new Crash('the process is dead');
      if (isNext && !isEarly) {
        isNext = false;
        strike();
      }
    }),
  ];
  await system.sweep().catch(() => undefined);
  for (const one of undo) one();
}

const waits = ({ state }: Job): boolean => state !== 'running' && !isEnded(state);

function wrong(system: System, rows: ReadonlyMap<number, Job>): string[] {
  const { runs } = system.harness.state.checkRuns;
  const double = JOBS.filter((jobId) => runs.filter((run) => run.jobId === jobId).length > 1);
  const open = runs.filter(({ jobId, status }) => {
    const row = rows.get(jobId);
    return status === 'queued' && (row === undefined || !waits(row));
  });
  return [
    ...double.map((jobId) => `job ${jobId} has two checks`),
    ...open.map(({ jobId }) => `the check of job ${jobId} is open`),
  ];
}

test('no job has two checks, and none stays open once its job does not wait, whatever dies on the way', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
      const system = createSystem({ checks: true });
      system.harness.addTenant({ max_runners: 0 });
      const { jobs, checkRuns, github } = system.harness.state;
      for (const jobId of JOBS) {
        github.jobs.set(jobId, { status: 'queued' });
        await jobs.create(job({ jobId, state: 'parked', reason: 'limit', headSha: SHA }));
      }
      let mend = (): unknown => undefined;
      for (const one of steps) {
        if (one.kind === 'github') {
          mend();
          const retryAt = new Date(system.harness.clock.now().getTime() + 10 * MINUTE);
          const failures = {
            unavailable: { kind: 'unavailable', message: 'Bad gateway' },
            limited: { kind: 'limited', retryAt },
            'not-granted': { kind: 'not-granted' },
          } as const;
          if (one.answer !== 'well') mend = checkRuns.fail(failures[one.answer]);
        } else if (one.kind === 'job') {
          const row = system.job(one.jobId);
          const over = isEnded(one.state) ? { endedAt: system.harness.clock.now().toISOString() } : {};
          await jobs.change(1001, one.jobId, { from: [row.state] }, { state: one.state, reason: one.reason, ...over });
        } else {
          system.harness.clock.advance(one.after);
          await cutSweep(system, one.at, one.cut);
        }
      }
      mend();
      for (const jobId of JOBS)
        await jobs.change(1001, jobId, { from: [system.job(jobId).state] }, { state: 'completed' });
      for (let run = 0; run < 6; run += 1) {
        system.harness.clock.advance(run === 0 ? HOUR + MINUTE : 3 * MINUTE);
        await system.sweep();
      }
      return wrong(system, new Map(JOBS.map((jobId) => [jobId, system.job(jobId)]))).join('; ') === '';
    }),
    { numRuns: 200 },
  );
});
