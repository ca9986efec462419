import { runCut, type Cut } from './crash-injection';
import { freezeAt } from './freeze-injection';
import { PAST_GRACE, drain, leftovers, unexplained } from './final-checks';
import { machinesLive, machinesTakeJobs } from './machines';
import type { Scenario, ArrangedScenario } from './scenario';
import { brokenPromises } from '../system';

/** Longer than the visibility timeout of a message whose worker died. */
const UNTIL_REDELIVERY = 6 * 60_000;
const ROUNDS = 8;

export interface Fault {
  readonly cut: Cut;
  /** Number of the call, from 0. */
  readonly at: number;
}

/**
 * Crashes the scenario's invocation, then each redelivery in turn, once for each fault. The last delivery completes,
 * unless the event is lost for good; then machines, messages and sweeps run to the end. Returns every problem.
 */
export async function crashAndRecover(scenario: Scenario, faults: readonly Fault[], lost = false): Promise<string[]> {
  const arranged = await scenario.arrange();
  const { system } = arranged;
  const broken = scenario.damaged === true ? [] : watchPromises(arranged);
  for (const [index, { cut, at }] of faults.entries()) {
    await runCut(system.harness, at, cut, () => arranged.act(index + 1));
    system.harness.clock.advance(UNTIL_REDELIVERY);
  }
  if (!lost) await arranged.act(faults.length + 1);
  return [...(await runToEnd(scenario, arranged)), ...broken];
}

/** Whether anything else happened than the redelivery before the frozen invocation goes on. */
export type Thaw = 'after the redelivery' | 'after a sweep';

/**
 * Freezes the scenario's invocation before call number `at`. When its lease has run out others go on, machines take
 * jobs, and then it wakes up. Returns every problem.
 */
export async function freezeAndRecover(scenario: Scenario, at: number, thaw: Thaw): Promise<string[]> {
  const arranged = await scenario.arrange();
  const { system, functions } = arranged;
  const broken = scenario.damaged === true ? [] : watchPromises(arranged);
  const sleeper = await freezeAt(system.harness, at, () => arranged.act(1));
  system.harness.clock.advance(UNTIL_REDELIVERY);
  await arranged.act(2);
  if (thaw === 'after a sweep') {
    system.harness.clock.advance(PAST_GRACE);
    await functions.sweep();
    await drain(system, functions);
  }
  await machinesTakeJobs(system, functions);
  const undo = system.harness.afterCall((port, method, args) => {
    if (`${port}.${method}` === 'fleet.terminate') broken.push(...busyOf(args[0], system));
  });
  await sleeper?.wakeUp();
  undo();
  return [...(await runToEnd(scenario, arranged)), ...broken];
}

function busyOf(instanceIds: unknown, { harness }: ArrangedScenario['system']): string[] {
  const ids = Array.isArray(instanceIds) ? instanceIds.map(String) : [];
  const isBusy = (id: string): boolean =>
    harness.state.github.registrations.all().some(({ name, busy }) => busy && name.endsWith(id));
  return ids.filter(isBusy).map((id) => `${id} was terminated while it was busy`);
}

/** The promises hold after every single call, not only at the end. */
function watchPromises({ system }: ArrangedScenario): string[] {
  const broken: string[] = [];
  const limit = Number(system.harness.state.tenants.rows.get(1001)?.['max_runners'] ?? 0);
  system.harness.afterCall((port, method) => {
    if (port !== 'fleet' && port !== 'registry' && port !== 'admissions') return;
    broken.push(...brokenPromises(system, Math.max(limit, 1)).map((promise) => `after ${port}.${method}: ${promise}`));
  });
  return broken;
}

/** Machines run the jobs GitHub assigns; one sweep after the grace explains everything; at the end nothing is left. */
async function runToEnd(
  scenario: Scenario,
  { system, functions, later, alsoWrong }: ArrangedScenario,
): Promise<string[]> {
  await drain(system, functions);
  await machinesLive(system, functions);
  system.harness.clock.advance(PAST_GRACE);
  await functions.sweep();
  const problems = unexplained(system).map((thing) => `after one sweep: ${thing}`);
  await later?.();
  for (let round = 0; round < ROUNDS && wrongAtTheEnd(scenario, system).length > 0; round += 1) {
    await drain(system, functions);
    await machinesLive(system, functions);
    system.harness.clock.advance(PAST_GRACE);
    await functions.sweep();
  }
  return [
    ...problems,
    ...[...wrongAtTheEnd(scenario, system), ...(alsoWrong?.() ?? [])].map((thing) => `at the end: ${thing}`),
  ];
}

/** What is left, and every job of GitHub's whose row does not record its end. */
function wrongAtTheEnd(scenario: Scenario, system: ArrangedScenario['system']): string[] {
  const rows = new Map(system.harness.state.jobs.all().map(({ jobId, state }) => [jobId, state]));
  const wrong = [...system.harness.state.github.jobs.keys()]
    .filter((jobId) => rows.get(jobId) !== (scenario.ends?.[jobId] ?? 'completed'))
    .map((jobId) => `job ${jobId} ${rows.get(jobId) ?? 'without a row'}`);
  return [...leftovers(system), ...wrong];
}
