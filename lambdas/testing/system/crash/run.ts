import { runCut, type Cut } from './crash-injection';
import { PAST_GRACE, drain, leftovers, machinesLive, unexplained } from './final-checks';
import type { Scenario, Scene } from './scenario';
import { brokenPromises } from '../system';

/** Longer than a message stays invisible after its worker died. */
const UNTIL_REDELIVERY = 6 * 60_000;
const ROUNDS = 8;

export interface Fault {
  readonly cut: Cut;
  /** Number of the call, from 0. */
  readonly at: number;
}

/**
 * Cuts the scenario's invocation, then each redelivery in turn, as often as there are faults; the delivery after the
 * last one is whole, unless the event is lost for good. Then the world goes on. Answers everything that is not as it
 * must be.
 */
export async function cutAndGoOn(scenario: Scenario, faults: readonly Fault[], lost = false): Promise<string[]> {
  const scene = await scenario.arrange();
  const { system } = scene;
  const broken = scenario.damaged === true ? [] : watchPromises(scene);
  for (const [index, { cut, at }] of faults.entries()) {
    await runCut(system.harness, at, cut, () => scene.act(index + 1));
    system.harness.clock.advance(UNTIL_REDELIVERY);
  }
  if (!lost) await scene.act(faults.length + 1);
  return [...(await goOn(scenario, scene)), ...broken];
}

/** The promises hold after every single call, not only at the end. */
function watchPromises({ system }: Scene): string[] {
  const broken: string[] = [];
  const limit = Number(system.harness.state.tenants.rows.get(1001)?.['max_runners'] ?? 0);
  system.harness.afterCall((port, method) => {
    if (port !== 'fleet' && port !== 'registry') return;
    broken.push(...brokenPromises(system, Math.max(limit, 1)).map((promise) => `after ${port}.${method}: ${promise}`));
  });
  return broken;
}

/** Machines run what GitHub gives them; one sweep past the grace explains everything; in the end nothing is left. */
async function goOn(scenario: Scenario, { system, functions, later, alsoWrong }: Scene): Promise<string[]> {
  await drain(system, functions);
  await machinesLive(system, functions);
  system.harness.clock.advance(PAST_GRACE);
  await functions.sweep();
  const problems = unexplained(system).map((thing) => `after one sweep: ${thing}`);
  await later?.();
  for (let round = 0; round < ROUNDS && inTheEnd(scenario, system).length > 0; round += 1) {
    await drain(system, functions);
    await machinesLive(system, functions);
    system.harness.clock.advance(PAST_GRACE);
    await functions.sweep();
  }
  return [
    ...problems,
    ...[...inTheEnd(scenario, system), ...(alsoWrong?.() ?? [])].map((thing) => `in the end: ${thing}`),
  ];
}

/** What is left, and every job that GitHub knows whose row does not say how it ended. */
function inTheEnd(scenario: Scenario, system: Scene['system']): string[] {
  const rows = new Map(system.harness.state.jobs.all().map(({ jobId, state }) => [jobId, state]));
  const wrong = [...system.harness.state.github.jobs.keys()]
    .filter((jobId) => rows.get(jobId) !== (scenario.ends?.[jobId] ?? 'completed'))
    .map((jobId) => `job ${jobId} ${rows.get(jobId) ?? 'without a row'}`);
  return [...leftovers(system), ...wrong];
}
