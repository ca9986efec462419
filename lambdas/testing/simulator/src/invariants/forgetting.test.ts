import { SECOND } from '@multi-tenant-runner/core';
import { buildSimulation } from '../build-simulation';
import { createScheduler } from '../engine/scheduler';
import { installVirtualTimers } from '../engine/virtual-timers';
import { planDay } from '../scenario/day-plan';
import { runScenario } from '../scenario/run-scenario';
import type { SimMachine } from '../scenario/model';
import { startSchedules } from '../schedules';
import { SILENT } from '../silent-log';
import { KEPT, createForgetting } from './forgetting';
import { checkLedger } from './ledger';

const options = { seed: '1', tenants: 1, jobs: 1, faultKinds: [] };
const JOB = { number: 1, tenant: 1, at: 0, repo: 'app', tier: 'small', isPublic: false, duration: 60 * SECOND };
const ID = 70_001;

/** Runs one job until long after its end; `spoil` may then change what forgetting finds. */
async function forgetOne(spoil: (simulation: ReturnType<typeof buildSimulation>) => void = () => undefined) {
  const scheduler = createScheduler('2026-01-15T12:00:00.000Z');
  const uninstall = installVirtualTimers(scheduler);
  try {
    const day = { ...options, hours: 1, hot: 0, outage: 0, raised: 1, concurrency: 5, ssm: false };
    const scenario = { tenants: planDay(day).tenants, jobs: [JOB], faultsEndAt: 0 };
    const until = scheduler.now() + 2 * KEPT;
    const simulation = buildSimulation({
      ...{ options, scenario, scheduler, faultsEndAt: 0, keepTrace: 'off', log: SILENT },
    });
    const forgetting = createForgetting({ ...simulation, isKept: () => false });
    let machine: SimMachine | undefined;
    simulation.events.on('machine.started', (event) => (machine = event.machine));
    startSchedules(simulation);
    runScenario(scenario, simulation);
    await scheduler.run(() => scheduler.now() > until);
    spoil(simulation);
    forgetting.pass();
    const { state } = simulation.ended;
    const left = [state.jobs.rows.size, state.launches.rows.size, state.usage.lives.size, simulation.started.size];
    return { simulation, forgetting, left, machine };
  } finally {
    uninstall();
  }
}

test('of a job that was over for an hour only its id stays, and its seconds count in the ledger', async () => {
  const { simulation, forgetting, left } = await forgetOne();
  expect([left, forgetting.jobs, forgetting.forgotten.machines]).toEqual([[0, 0, 0, 0], 1, 1]);
  const { started, ended, violations } = simulation;
  const ledger = checkLedger(started, ended.state, violations, forgetting.forgotten);
  expect([violations.list, ledger.machines, ledger.seconds.ledger > 60]).toEqual([[], 1, true]);
});

test('a machine that starts for it nevertheless is seen', async () => {
  const { simulation, machine } = await forgetOne();
  if (machine === undefined) throw new Error('the job had no machine');
  simulation.events.emit('machine.started', { machine: { ...machine, launchId: `${ID}-2` } });
  expect(simulation.violations.list).toMatchObject([
    { promise: 'doubled', what: expect.stringContaining('over for an hour') as string },
  ]);
});

test('what is wrong is not forgotten, so that the checks at the end find it', async () => {
  const without = await forgetOne(({ ended }) => ended.state.usage.lives.clear());
  expect(without.left).toEqual([0, 1, 0, 1]);
  const open = await forgetOne(({ ended: { state } }) => {
    for (const [key, row] of state.jobs.rows) state.jobs.rows.set(key, { ...row, state: 'running' });
  });
  expect([open.left[0], open.forgetting.jobs]).toEqual([1, 0]);
  const lost = await forgetOne(({ github }) => github.jobs.forEach((job) => (job.status = 'queued')));
  expect([lost.left[0], lost.forgetting.jobs]).toEqual([1, 0]);
});
