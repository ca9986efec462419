import { runnerName, type JobEvent } from '@multi-tenant-runner/core';
import type { InMemoryMachine } from '@multi-tenant-runner/testing';
import type { Functions } from '../functions';
import { createMachineSide } from '../machine-side';
import type { System } from '../system';

/** Machines that live just now: where this runs several times at once, a machine still does one thing after another. */
const busy = new WeakSet<InMemoryMachine>();

/**
 * Every machine does what machines do: reads its configuration and runs a job, waits idle, or gives up and shuts down.
 */
export async function machinesLive(system: System, functions: Functions): Promise<void> {
  for (const machine of system.harness.state.fleet.alive()) {
    if (busy.has(machine)) continue;
    busy.add(machine);
    await machineLives(machine, system, functions).finally(() => busy.delete(machine));
  }
  await machinesGo(system, functions);
}

/** Each machine that is configured takes a job that GitHub has for it, and runs it. */
export async function machinesTakeJobs(system: System, functions: Functions): Promise<void> {
  const { github, fleet } = system.harness.state;
  for (const { instanceId } of fleet.alive()) {
    const name = runnerName(system.harness.environment, instanceId);
    const registration = github.registrations.all().find((one) => one.name === name);
    const next = [...github.jobs].find(([, job]) => job.status === 'queued')?.[0];
    if (registration === undefined || registration.busy || next === undefined) continue;
    if (!(await createMachineSide(system).isConfigured(instanceId))) continue;
    await functions.jobEvent(await takes(system, instanceId, next));
  }
}

async function machineLives(machine: InMemoryMachine, system: System, functions: Functions): Promise<void> {
  const { github } = system.harness.state;
  const { instanceId } = machine;
  const registration = github.registrations
    .all()
    .find(({ name }) => name === runnerName(system.harness.environment, instanceId));
  if (registration?.busy === true) return finish(machine, system, functions);
  const side = createMachineSide(system);
  const answer = await side.claim(instanceId);
  // It announces itself, and waits in its place; one that was taken gives up when nothing more comes.
  if ([...system.harness.state.pool.blanks.values()].some((blank) => blank.instanceId === instanceId)) return;
  const configured = answer.statusCode === 200;
  if (registration === undefined || !(configured || registration.online)) {
    machine.state = 'shutting-down';
    return;
  }
  registration.online = true;
  if (configured) await side.says(instanceId, { kind: 'boot', timings: {} });
  const next = [...github.jobs].find(([, job]) => job.status === 'queued')?.[0];
  // Another round may have come by here meanwhile: a runner takes one job.
  if (next === undefined || registration.busy || !github.registrations.has(registration)) return;
  await functions.jobEvent(system.takeJob(instanceId, next));
  await finish(machine, system, functions);
}

async function finish(machine: InMemoryMachine, system: System, functions: Functions): Promise<void> {
  const running = [...system.harness.state.github.jobs].find(
    ([, job]) =>
      job.status === 'in_progress' && job.runnerName === runnerName(system.harness.environment, machine.instanceId),
  );
  if (running !== undefined) await functions.jobEvent(system.finishJob(machine.instanceId, running[0]));
  machine.state = 'shutting-down';
}

/** The machine claims its configuration and reports, and GitHub gives its runner the job. */
export async function takes(system: System, instanceId: string, jobId: number): Promise<JobEvent> {
  await createMachineSide(system).says(instanceId, { kind: 'boot', timings: {} });
  return system.takeJob(instanceId, jobId);
}

/** What shuts down is gone soon after, and EC2 says so. */
async function machinesGo(system: System, functions: Functions): Promise<void> {
  for (const machine of system.harness.state.fleet.machines.values()) {
    if (machine.state !== 'shutting-down') continue;
    machine.state = 'terminated';
    await functions.instanceEvent(machine.instanceId, 'terminated');
  }
}
