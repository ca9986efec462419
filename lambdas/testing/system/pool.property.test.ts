import { MINUTE, TAG } from '@multi-tenant-runner/core';
import { jobMessage } from '@multi-tenant-runner/testing';
import fc from 'fast-check';
import { drain, leftovers } from './crash/final-checks';
import { machinesLive } from './crash/machines';
import { createFunctions, type Functions } from './functions';
import { announceAll, poolOf } from './pools';
import { brokenPromises, createSystem, type System } from './system';

const LIMIT = 5;
const SIZE = 2;
const FAULTS = [
  ...['pool.bind', 'pool.occupy', 'pool.recordInstance', 'pool.announce', 'pool.vacate', 'pool.forgetBound'],
  ...['blanks.start', 'blanks.dress', 'fleet.terminate', 'launches.change', 'configs.put', 'admissions.release'],
] as const;

const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('job' as const), jobId: fc.integer({ min: 1, max: 4 }) }) },
  { weight: 2, arbitrary: fc.constant({ kind: 'fill' as const }) },
  { weight: 3, arbitrary: fc.constant({ kind: 'boot' as const }) },
  { weight: 2, arbitrary: fc.constant({ kind: 'sweep' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'live' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'lost' as const }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('later' as const), minutes: fc.integer({ min: 1, max: 20 }) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('fault' as const),
      where: fc.constantFrom(...FAULTS),
      isLate: fc.boolean(),
    }),
  },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** What no step may break, whatever failed before. */
function broken(system: System, everBound: Map<string, string>): string[] {
  const { launches, fleet, blanks, pool } = system.harness.state;
  const problems = [...brokenPromises(system, LIMIT)];
  for (const { instanceId, launchId, installationId, claim, blank } of launches.all()) {
    if (instanceId === undefined || blank === undefined) continue;
    if ((everBound.get(instanceId) ?? launchId) !== launchId) problems.push(`${instanceId} was bound twice`);
    everBound.set(instanceId, launchId);
    const tags = fleet.machines.get(instanceId)?.tags ?? {};
    const isDressed = tags[TAG.tenantId] === String(installationId) && blanks.groups.get(instanceId) === 'sg-acme';
    if (claim !== undefined && !isDressed) problems.push(`${instanceId} has a configuration and is not the tenant's`);
  }
  if (pool.blanks.size > SIZE) problems.push(`${pool.blanks.size} places of ${SIZE}`);
  return problems;
}

async function take(given: Step, system: System, functions: Functions): Promise<void> {
  const { fleet, github } = system.harness.state;
  switch (given.kind) {
    case 'job':
      if (!github.jobs.has(given.jobId)) github.jobs.set(given.jobId, { status: 'queued' });
      return void (await functions.scaleUp(jobMessage({ jobId: given.jobId })));
    case 'fill':
      return void (await functions.fill('small'));
    case 'boot':
      return announceAll(system).catch(() => undefined);
    case 'sweep':
      return void (await functions.sweep());
    case 'live':
      return machinesLive(system, functions).catch(() => undefined);
    case 'lost': {
      const [machine] = fleet.alive();
      if (machine !== undefined) machine.state = 'terminated';
      return;
    }
    case 'later':
      return system.harness.clock.advance(given.minutes * MINUTE);
    case 'fault':
      if (given.isLate) return system.harness.faults.loseAnswer(given.where);
      return system.harness.faults.fail(given.where, new Error('it fails'));
  }
}

test('no order of jobs, machines, sweeps, losses and failures breaks a promise or leaves anything behind', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 30 }), async (steps) => {
      const system = createSystem({ pools: poolOf({ size: SIZE }) });
      system.harness.addTenant({ max_runners: LIMIT });
      const functions = createFunctions(system);
      const everBound = new Map<string, string>();
      for (const [at, given] of steps.entries()) {
        // A failed sweep of the schedule is the next one's to make good.
        await take(given, system, functions).catch(() => undefined);
        expect(broken(system, everBound).map((problem) => `after step ${at}: ${problem}`)).toEqual([]);
      }
      for (let round = 0; round < 12; round += 1) {
        await drain(system, functions).catch(() => undefined);
        await announceAll(system).catch(() => undefined);
        await machinesLive(system, functions).catch(() => undefined);
        system.harness.clock.advance(17 * MINUTE);
        await functions.sweep().catch(() => undefined);
        expect(broken(system, everBound)).toEqual([]);
      }
      await drain(system, functions);
      expect(leftovers(system)).toEqual([]);
    }),
    { numRuns: 60 },
  );
});
