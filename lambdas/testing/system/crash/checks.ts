import { MINUTE, isEnded } from '@multi-tenant-runner/core';
import { jobEvent, jobMessage } from '@multi-tenant-runner/testing';
import { createFunctions, type Functions } from '../functions';
import { createSystem, type System } from '../system';
import type { ArrangedScenario, Scenario } from './scenario';

const headSha = 'a'.repeat(40);
/** What the sweep does about checks; what else it does is cut in other scenarios. */
const CUTS: readonly string[] = [
  ...['jobs.tenantsWithChecks', 'jobs.listChecks', 'jobs.get', 'jobs.change'],
  ...['launches.readCursor', 'launches.writeCursor', 'checkRuns.create', 'checkRuns.update', 'checkRuns.find'],
];

/** A tenant with a limit of 1, one job on its machine and one that waits. */
async function beginWithWaitingJob(): Promise<{ readonly system: System; readonly functions: Functions }> {
  const system = createSystem({ checks: true });
  system.harness.addTenant({ max_runners: 1 });
  const functions = createFunctions(system);
  for (const jobId of [1, 2]) {
    system.harness.state.github.jobs.set(jobId, { status: 'queued' });
    await functions.scaleUp(jobMessage({ jobId, headSha }));
  }
  system.harness.clock.advance(MINUTE);
  return { system, functions };
}

/** One check a job, and none that goes on once its job is over; sweeps that follow end what is left. */
function arranged(
  { system, functions }: Pick<ArrangedScenario, 'system' | 'functions'>,
  act = (): Promise<unknown> => functions.sweep(),
): ArrangedScenario {
  const { checkRuns } = system.harness.state;
  return {
    system,
    functions,
    act,
    alsoWrong: () => [
      ...(new Set(checkRuns.runs.map(({ jobId }) => jobId)).size === checkRuns.runs.length ? [] : ['two checks']),
      ...checkRuns.runs
        .filter(({ status, jobId }) => status === 'queued' && isEnded(system.job(jobId).state))
        .map(({ jobId }) => `the check of job ${jobId} is open`),
    ],
  };
}

export const CHECKS: readonly Scenario[] = [
  {
    name: 'the sweep that has GitHub show why a job waits',
    cuts: CUTS,
    arrange: async () => arranged(await beginWithWaitingJob()),
  },
  {
    name: 'the sweep that looks for a check whose making gave no answer',
    cuts: CUTS,
    arrange: async () => {
      const started = await beginWithWaitingJob();
      started.system.harness.faults.loseAnswer('checkRuns.create');
      await started.functions.sweep();
      started.system.harness.clock.advance(3 * MINUTE);
      return arranged(started);
    },
  },
  {
    name: 'the sweep that ends the check of a job that is over',
    cuts: CUTS,
    ends: { 2: 'cancelled' },
    arrange: async () => {
      const { system, functions } = await beginWithWaitingJob();
      await functions.sweep();
      system.harness.state.github.jobs.set(2, { status: 'completed', conclusion: 'cancelled' });
      await functions.jobEvent(jobEvent({ jobId: 2, kind: 'completed', conclusion: 'cancelled' }));
      system.harness.clock.advance(MINUTE);
      return arranged({ system, functions });
    },
  },
];
