import { MINUTE, leftOf, surveyTenant } from '@multi-tenant-runner/core';
import { INSTALLATION } from '@multi-tenant-runner/testing';
import { createWebhookSender, delivery, workflowJob } from '@multi-tenant-runner/webhook/test/deliveries';
import { createFunctions, type Functions } from './functions';
import { brokenPromises, createSystem, type System } from './system';

const LIMIT = 2;
const RUNNING = 7000;
const NEW = 7001;
const RECEIVES = 5;

interface Scene {
  readonly system: System;
  readonly functions: Functions;
  /** GitHub tells of another job, and its message is handled. */
  readonly webhook: () => Promise<void>;
}

/** A tenant with a machine that has its runner, and room for another. */
async function newScene(): Promise<Scene> {
  const system = createSystem();
  const { harness } = system;
  harness.addTenant({ max_runners: LIMIT });
  await system.queueJob(RUNNING);
  harness.state.github.jobs.set(NEW, { status: 'queued' });
  const send = createWebhookSender(harness);
  const functions = createFunctions(system);
  const webhook = async (): Promise<void> => {
    const answer = await send(delivery('workflow_job', workflowJob({ job: { id: NEW } })));
    expect(answer.statusCode).toBeLessThan(300);
    await handleMessages(system, functions);
  };
  return { system, functions, webhook };
}

/** As SQS does: what fails comes again, later and five times at most. */
async function handleMessages({ harness }: System, functions: Functions): Promise<void> {
  const { queue } = harness.state;
  for (let message = queue.takeJob(); message !== undefined; message = queue.takeJob())
    for (let receive = 1; receive <= RECEIVES; receive += 1) {
      const { batchItemFailures } = await functions.scaleUp(message, receive);
      if (batchItemFailures.length === 0) break;
      expect(receive).toBeLessThan(RECEIVES);
      harness.clock.advance(MINUTE);
    }
}

const WAYS: Readonly<Record<string, (scene: Scene) => Promise<void>>> = {
  'its customer': async ({ system, functions }) => {
    const { github } = system.harness.state;
    github.installations.delete(INSTALLATION);
    github.registrations.clear();
    await functions.lifecycle('deleted');
  },
  'an operator': async ({ system, functions }) => {
    const { rows } = system.harness.state.tenants;
    const before = rows.get(INSTALLATION);
    const after = { ...before, status: 'deleted' };
    rows.set(INSTALLATION, after);
    await functions.stream([{ installationId: INSTALLATION, ...(before && { before }), after }]);
  },
};

/** Calls of every port, from the code itself: a new one is covered without being named. */
async function stepsOf(act: (scene: Scene) => Promise<void>): Promise<number> {
  const scene = await newScene();
  const { calls } = scene.system.harness;
  const before = calls.length;
  await act(scene);
  return calls.length - before;
}

/** Does one thing, and the other at one step of it. */
async function meanwhile(
  step: number,
  act: (scene: Scene) => Promise<void>,
  other: (scene: Scene) => Promise<void>,
): Promise<Scene> {
  const scene = await newScene();
  let seen = 0;
  const undo = scene.system.harness.onCall(async () => {
    if (seen++ !== step) return;
    undo();
    await other(scene);
  });
  await act(scene);
  expect(seen).toBeGreaterThan(step);
  return scene;
}

/** Nothing of the tenant is left in any place, nothing begins again, and every job that was told of has an end. */
async function expectGone({ system, functions, webhook }: Scene): Promise<void> {
  const { harness } = system;
  const { state } = harness;
  for (let round = 0; round < 4; round += 1) {
    await handleMessages(system, functions);
    expect(brokenPromises(system, LIMIT)).toEqual([]);
    for (const machine of state.fleet.machines.values())
      if (machine.state === 'shutting-down') machine.state = 'terminated';
    // GitHub forgets a runner that never comes back after a day.
    if (state.fleet.alive().length === 0) state.github.registrations.clear();
    harness.clock.advance(17 * MINUTE);
    await system.sweep();
  }
  const machines = state.fleet.machines.size;
  await webhook();
  await system.sweep();
  expect(state.fleet.machines.size).toBe(machines);
  const survey = await surveyTenant(INSTALLATION, { ...harness, tenants: harness.registry });
  expect(leftOf(survey).filter(({ unknown }) => unknown === undefined)).toEqual([]);
  expect(state.tenants.rows.get(INSTALLATION)).toMatchObject({ status: 'deleted', cleanup: 'done' });
  expect(state.fleet.alive()).toEqual([]);
  expect(state.queue.jobs).toEqual([]);
  const ends = state.jobs.all().map(({ jobId, state: now, reason }) => ({ jobId, now, reason }));
  for (const { now, reason } of ends) expect({ now, reason }).toEqual({ now: 'refused', reason: 'tenant-deleted' });
  expect(ends.map(({ jobId }) => jobId)).toContain(RUNNING);
}

describe.each(Object.entries(WAYS))('a tenant that %s ends', (_who, end) => {
  test("during each step of a job's webhook and launch leaves nothing behind", async () => {
    const steps = await stepsOf(({ webhook }) => webhook());
    expect(steps).toBeGreaterThan(8);
    for (let step = 0; step < steps; step += 1)
      await expectGone(await meanwhile(step, ({ webhook }) => webhook(), end));
  });

  test('leaves nothing behind, whichever step of its end a webhook comes in', async () => {
    const steps = await stepsOf(end);
    expect(steps).toBeGreaterThan(10);
    for (let step = 0; step < steps; step += 1)
      await expectGone(await meanwhile(step, end, ({ webhook }) => webhook()));
  });
});
