import {
  GIVEN_LAUNCH_RATE,
  MINUTE,
  SECOND,
  parseJson,
  encodeJobEvent,
  parseJobEvent,
  runnerName,
  type Job,
  type JobEvent,
  type JobMessage,
  type Launch,
} from '@multi-tenant-runner/core';
import {
  MACHINE_URL,
  claimSecretFor,
  createTestHarness,
  jobEvent,
  jobMessage,
  type InMemoryMachine,
  type InMemoryRegistration,
  type TestHarness,
} from '@multi-tenant-runner/testing';
import { RecentCapacityErrors } from '@multi-tenant-runner/scale-up/candidates';
import { handleJob } from '@multi-tenant-runner/scale-up/handle-job';
import type { createHandler as createScaleUp } from '@multi-tenant-runner/scale-up/handler';
import type { ScaleUpDeps } from '@multi-tenant-runner/scale-up/deps';
import { handleInstanceEvent } from '@multi-tenant-runner/scale-down/handle-instance-event';
import { createKnownMachines } from '@multi-tenant-runner/scale-down/known-machines';
import { handleJobEvent } from '@multi-tenant-runner/scale-down/handle-job-event';
import { sweep, type SweepReport } from '@multi-tenant-runner/scale-down/sweep';
import type { ScaleDownDeps } from '@multi-tenant-runner/scale-down/deps';

import { timerOf, type SystemOptions } from './options';
import { slotsOf } from './slots';

export { brokenPromises } from './promises';

const LEASE = 90 * SECOND;
export const LIMITS = {
  bootTimeout: 10 * MINUTE,
  idleTimeout: 5 * MINUTE,
  maxLifetime: 360 * MINUTE,
  grace: 10 * MINUTE,
};

/** The Lambdas' own code on one in-memory harness; the test acts as GitHub and as the machines. */
export interface System {
  readonly harness: TestHarness;
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
  /** The launches that hold a slot. Throws where the tenant's row counts another number of them. */
  slots(installationId?: number): string[];
  scaleUp(worker?: string): ScaleUpDeps;
  readonly after: Parameters<typeof createScaleUp>[1];
  scaleDown(worker?: string): ScaleDownDeps;
}

export function createSystem(options: SystemOptions = {}): System {
  const [harness, capacityErrors] = [createTestHarness(options), new RecentCapacityErrors(MINUTE)];
  let invocations = 0;
  const nextName = (): string => `invocation-${(invocations += 1)}`;
  const { pool, blanks } = harness;
  const pooling = options.pools && { pool, blanks, pools: options.pools, sharedGroupId: 'sg-shared' };
  const sharing = options.sharing && {
    tiers: options.sharing,
    orders: harness.orders,
    blanks,
    sharedGroupId: 'sg-shared',
  };
  const { checkRuns, ...shared } = {
    ...{ ...harness, tenants: harness.registry },
    ...(pooling && { pooling }),
    ...(sharing && { sharing }),
  };

  const scaleUp = (): ScaleUpDeps => ({
    ...shared,
    capacityErrors,
    scaleUp: {
      subnetIds: ['subnet-a', 'subnet-b'],
      ...(options.tierSubnetIds && { tierSubnetIds: options.tierSubnetIds }),
      launchTemplates: new Map([...harness.settings.tiers].map(([tier]) => [tier, { id: `lt-${tier}`, version: '1' }])),
      maxReceiveCount: 5,
      leaseMilliseconds: LEASE,
      grace: LIMITS.grace,
      launchRate: GIVEN_LAUNCH_RATE,
      machinesACall: 10,
      machineUrl: MACHINE_URL,
    },
    claimSecretFor: async (clientToken) => claimSecretFor(clientToken),
  });
  const scaleDown = (worker = nextName()): ScaleDownDeps => ({
    ...shared,
    ...(options.checks === true && { checkRuns }),
    scaleDown: LIMITS,
    known: createKnownMachines(),
    lease: { name: worker, milliseconds: LEASE },
  });
  const registrationOf = (instanceId: string): InMemoryRegistration => {
    const found = harness.state.github.registrations
      .all()
      .find(({ name }) => name === runnerName(harness.environment, instanceId));
    if (found === undefined) throw new Error(`no runner is registered for ${instanceId}`);
    return found;
  };

  const system: System = {
    harness,
    ...{ scaleUp, scaleDown, after: timerOf(options, harness.clock) },
    deliver: (message, { receiveCount = 1, worker = nextName() } = {}) =>
      handleJob(message, { receiveCount, lease: { name: worker, milliseconds: LEASE } }, scaleUp()),
    drain: async () => {
      for (let message = harness.state.queue.takeJob(); message !== undefined; message = harness.state.queue.takeJob())
        await system.deliver(message);
    },
    queueJob: async (jobId, overrides) => {
      const message = jobMessage({ jobId, ...overrides });
      harness.state.github.jobs.set(jobId, { status: 'queued' });
      await system.deliver(message);
      return message;
    },
    sweep: () => sweep(scaleDown(), () => false),
    takeJob: (instanceId, jobId) => {
      const registration = registrationOf(instanceId);
      registration.online = true;
      registration.busy = true;
      harness.state.github.jobs.set(jobId, { status: 'in_progress', runnerName: registration.name });
      return jobEvent({
        jobId,
        kind: 'in_progress',
        at: harness.clock.now().toISOString(),
        runnerName: registration.name,
        runnerId: registration.id,
      });
    },
    finishJob: (instanceId, jobId) => {
      const registration = registrationOf(instanceId);
      harness.state.github.registrations.remove(registration);
      harness.state.github.jobs.set(jobId, {
        status: 'completed',
        conclusion: 'success',
        runnerName: registration.name,
      });
      return jobEvent({
        jobId,
        kind: 'completed',
        at: harness.clock.now().toISOString(),
        conclusion: 'success',
        runnerName: registration.name,
        runnerId: registration.id,
      });
    },
    jobEvent: async (event) => {
      const decoded = parseJson(encodeJobEvent(event), parseJobEvent);
      if (!decoded.ok) throw new Error(decoded.problems.join(', '));
      await handleJobEvent(decoded.value, scaleDown());
    },
    shutDown: async (instanceId, { eventLost = false } = {}) => {
      const machine = harness.state.fleet.machines.get(instanceId);
      if (machine === undefined) throw new Error(`no machine ${instanceId}`);
      machine.state = 'terminated';
      machine.endedAt = harness.clock.now().toISOString();
      if (!eventLost) await handleInstanceEvent({ instanceId, state: 'terminated' }, scaleDown());
    },
    job: (jobId, installationId = 1001) => {
      const row = [...harness.state.jobs.rows.values()].find(
        (job) => job.jobId === jobId && job.installationId === installationId,
      );
      if (row === undefined) throw new Error(`no row of job ${jobId}`);
      return row;
    },
    launchOf: (jobId) => {
      const row = harness.state.launches.all().find((launch) => launch.launchId === system.job(jobId).launchId);
      if (row === undefined) throw new Error(`no launch of job ${jobId}`);
      return row;
    },
    machineOf: (jobId) => {
      const machine = harness.state.fleet.machineOf(system.launchOf(jobId));
      if (machine === undefined) throw new Error(`no machine of job ${jobId}`);
      return machine;
    },
    slots: (installationId = 1001) => slotsOf(installationId, harness.state),
  };
  return system;
}
