import {
  MINUTE,
  SECOND,
  decodeJson,
  encodeJobEvent,
  decodeJobEvent,
  runnerName,
  type Job,
  type JobEvent,
  type JobMessage,
  type Launch,
} from '@multi-tenant-runner/core';
import { createWorld, jobEvent, jobMessage, type InMemoryMachine, type InMemoryRegistration, type World } from '@multi-tenant-runner/testing';
import { RecentRefusals } from '../functions/scale-up/src/candidates';
import { handleJob } from '../functions/scale-up/src/handle-job';
import type { ScaleUpDeps } from '../functions/scale-up/src/deps';
import { handleInstanceEvent } from '../functions/scale-down/src/handle-instance-event';
import { handleJobEvent } from '../functions/scale-down/src/handle-job-event';
import { sweep, type SweepReport } from '../functions/scale-down/src/sweep';
import type { ScaleDownDeps } from '../functions/scale-down/src/deps';

const LEASE = 90 * SECOND;
export const LIMITS = { bootTimeout: 10 * MINUTE, idleTimeout: 5 * MINUTE, maxLifetime: 360 * MINUTE, grace: 10 * MINUTE };

/** The Lambdas' own code over one in-memory world, with GitHub and the machines played by the test. */
export interface System {
  readonly world: World;
  deliver(message: JobMessage, options?: { readonly receiveCount?: number; readonly worker?: string }): Promise<void>;
  /** Handles what is on the tier queues until they are empty. */
  drain(): Promise<void>;
  /** Tells GitHub of a job and delivers its message. */
  queueJob(jobId: number, overrides?: Partial<JobMessage>): Promise<JobMessage>;
  sweep(): Promise<SweepReport>;
  /** GitHub gives the runner of a machine a job; answers the event that says so. */
  takeJob(instanceId: string, jobId: number): JobEvent;
  finishJob(instanceId: string, jobId: number): JobEvent;
  jobEvent(event: JobEvent): Promise<void>;
  /** The machine shuts itself down; EC2's event is delivered unless it is to be lost. */
  shutDown(instanceId: string, options?: { readonly eventLost?: boolean }): Promise<void>;
  job(jobId: number, installationId?: number): Job;
  launchOf(jobId: number): Launch;
  machineOf(jobId: number): InMemoryMachine;
  live(installationId?: number): string[];
  scaleUp(worker?: string): ScaleUpDeps;
  scaleDown(worker?: string): ScaleDownDeps;
}

export function createSystem(options: Parameters<typeof createWorld>[0] & Pick<ScaleUpDeps['scaleUp'], 'tierSubnetIds'> = {}): System {
  const world = createWorld(options);
  const refusals = new RecentRefusals(MINUTE);
  let invocations = 0;
  const nextName = (): string => `invocation-${(invocations += 1)}`;
  const shared = () => ({ ...world, tenants: world.registry, settings: world.settings });

  const scaleUp = (): ScaleUpDeps => ({
    ...shared(),
    refusals,
    scaleUp: {
      subnetIds: ['subnet-a', 'subnet-b'],
      ...(options.tierSubnetIds && { tierSubnetIds: options.tierSubnetIds }),
      launchTemplates: new Map([...world.settings.tiers.keys()].map((tier) => [tier, { id: `lt-${tier}`, version: '1' }])),
      maxReceiveCount: 5,
      leaseMilliseconds: LEASE,
    },
  });
  const scaleDown = (worker = nextName()): ScaleDownDeps => ({ ...shared(), scaleDown: LIMITS, lease: { name: worker, milliseconds: LEASE } });
  const registrationOf = (instanceId: string): InMemoryRegistration => {
    const found = world.state.github.registrations.find(({ name }) => name === runnerName(world.environment, instanceId));
    if (found === undefined) throw new Error(`no runner is registered for ${instanceId}`);
    return found;
  };

  const system: System = {
    world,
    scaleUp,
    scaleDown,
    deliver: (message, { receiveCount = 1, worker = nextName() } = {}) =>
      handleJob(message, { receiveCount, lease: { name: worker, milliseconds: LEASE } }, scaleUp()),
    drain: async () => {
      for (let message = world.state.queue.takeJob(); message !== undefined; message = world.state.queue.takeJob()) await system.deliver(message);
    },
    queueJob: async (jobId, overrides) => {
      const message = jobMessage({ jobId, ...overrides });
      world.state.github.jobs.set(jobId, { status: 'queued' });
      await system.deliver(message);
      return message;
    },
    sweep: () => sweep(scaleDown(), () => false),
    takeJob: (instanceId, jobId) => {
      const registration = registrationOf(instanceId);
      registration.online = true;
      registration.busy = true;
      world.state.github.jobs.set(jobId, { status: 'in_progress', runnerName: registration.name });
      return jobEvent({ jobId, kind: 'in_progress', at: world.clock.now().toISOString(), runnerName: registration.name, runnerId: registration.id });
    },
    finishJob: (instanceId, jobId) => {
      const registration = registrationOf(instanceId);
      world.state.github.registrations.splice(world.state.github.registrations.indexOf(registration), 1);
      world.state.github.jobs.set(jobId, { status: 'completed', conclusion: 'success', runnerName: registration.name });
      return jobEvent({ jobId, kind: 'completed', at: world.clock.now().toISOString(), conclusion: 'success', runnerName: registration.name, runnerId: registration.id });
    },
    jobEvent: async (event) => {
      const decoded = decodeJson(encodeJobEvent(event), decodeJobEvent);
      if (!decoded.ok) throw new Error(decoded.problems.join(', '));
      await handleJobEvent(decoded.value, scaleDown());
    },
    shutDown: async (instanceId, { eventLost = false } = {}) => {
      const machine = world.state.fleet.machines.get(instanceId);
      if (machine === undefined) throw new Error(`no machine ${instanceId}`);
      machine.state = 'terminated';
      if (!eventLost) await handleInstanceEvent({ instanceId, state: 'terminated' }, scaleDown());
    },
    job: (jobId, installationId = 1001) => {
      const row = [...world.state.jobs.rows.values()].find((job) => job.jobId === jobId && job.installationId === installationId);
      if (row === undefined) throw new Error(`no row of job ${jobId}`);
      return row;
    },
    launchOf: (jobId) => {
      const row = world.state.launches.all().find((launch) => launch.launchId === system.job(jobId).launchId);
      if (row === undefined) throw new Error(`no launch of job ${jobId}`);
      return row;
    },
    machineOf: (jobId) => {
      const { instanceId } = system.launchOf(jobId);
      const machine = instanceId === undefined ? undefined : world.state.fleet.machines.get(instanceId);
      if (machine === undefined) throw new Error(`no machine of job ${jobId}`);
      return machine;
    },
    live: (installationId = 1001) => {
      const live = world.state.tenants.rows.get(installationId)?.['live'];
      return live instanceof Set ? [...live].map(String).sort() : [];
    },
  };
  return system;
}

/** The first two promises at one moment: no machine above the limit, none without a slot, none twice for a launch. */
export function brokenPromises(system: System, limit: number): string[] {
  const broken: string[] = [];
  const alive = system.world.state.fleet.alive();
  if (alive.length > limit) broken.push(`${alive.length} machines with a limit of ${limit}`);
  const live = new Set(system.live());
  for (const machine of alive) {
    if (!live.has(machine.request.launchId)) broken.push(`the machine of ${machine.request.launchId} holds no slot`);
  }
  const started = [...system.world.state.fleet.machines.values()].map((machine) => machine.request.launchId);
  for (const launchId of new Set(started)) {
    if (started.filter((one) => one === launchId).length > 1) broken.push(`${launchId} started twice`);
  }
  return broken;
}
