import { crossingsOf } from './crossings';
import { floodOf } from './flood';
import { DAY, MINUTE, SECOND } from '@multi-tenant-runner/core';
import type { InMemoryGitHub, InMemoryRegistration } from '@multi-tenant-runner/testing';
import type { Cancel, Scheduler } from '../engine/scheduler';
import type { Violations } from '../invariants/violations';
import type { Deliveries } from './deliveries';
import type { SimulationBus } from './events';
import { fits } from './fits';
import { keep, listOf, remove } from './lists';
import type { SimJob, SimMachine, SimTenant } from '../scenario/model';
import type { Random } from '../engine/random';
import type { JobPlan, TenantPlan } from '../scenario/scenario';
import { jobPayload } from './payloads';
import { createRunLists, type RunLists } from './run-lists';
import { createInstallations, type Installations } from './installations';
import type { FaultSettings } from '../scenario/fault-kinds';

/** GitHub as it is: installations, jobs, runners, and which runner gets which job. */
export interface SimulatedGitHub extends Installations {
  readonly jobs: readonly SimJob[];
  job(id: number): SimJob | undefined;
  readonly runs: Pick<RunLists, 'openOf' | 'newestOf'>;
  queueJob(plan: JobPlan): void;
  /** Those that are over, and of which nobody will ask again. */
  forget(isForgotten: (job: SimJob) => boolean): void;
  /** Repeats the webhooks of the tenant's jobs, more than one tenant may send. */
  flood(tenant: SimTenant): void;
}

export interface SimulatedGitHubDeps {
  readonly events: SimulationBus;
  readonly state: InMemoryGitHub;
  readonly deliveries: Deliveries;
  readonly scheduler: Scheduler;
  readonly random: Random;
  readonly faultKinds: FaultSettings;
  readonly violations: Violations;
  readonly plans: readonly TenantPlan[];
}

export function createSimulatedGitHub(deps: SimulatedGitHubDeps): SimulatedGitHub {
  const { events, state, deliveries, scheduler, random, faultKinds, violations } = deps;
  const installations = createInstallations(deps);
  const jobs: SimJob[] = [];
  const byId = new Map<number, SimJob>();
  const waiting = new Map<SimTenant, SimJob[]>();
  const online = new Map<SimTenant, SimMachine[]>();
  const runs = createRunLists();
  const homes = new Map<SimMachine, SimTenant>();
  const deadlines = new Map<SimJob, Cancel>();
  /** It is in GitHub's queue no more. */
  const leave = (job: SimJob): void => {
    remove(listOf(waiting, job.tenant), job);
    deadlines.get(job)?.();
    deadlines.delete(job);
  };

  const announce = (job: SimJob, action: 'waiting' | 'queued' | 'in_progress' | 'completed'): void => {
    const { tenant } = job;
    if (job.plan.groupOnly === 'unseen') return;
    // GitHub sends nothing for a suspended or removed installation.
    if (tenant.installationId === undefined || tenant.suspended) return;
    deliveries.send('workflow_job', jobPayload(job, action, tenant.installationId), tenant.installationId);
  };
  const write = (job: SimJob): void => {
    const runnerName = job.machine?.registration?.name;
    state.jobs.set(job.id, {
      status: job.status,
      ...(job.conclusion !== undefined && { conclusion: job.conclusion }),
      ...(runnerName !== undefined && { runnerName }),
    });
  };
  const assign = (tenant: SimTenant): void => {
    for (const machine of [...listOf(online, tenant)]) {
      const { registration } = machine;
      if (registration === undefined || registration.busy || !state.registrations.has(registration)) continue;
      const fitsHere = (job: SimJob): boolean => fits(job, registration, faultKinds.has('public-job'));
      const first = listOf(waiting, tenant).find(fitsHere);
      const steals = first !== undefined && faultKinds.has('steal') && random.chance(0.3);
      const job = steals ? random.pick(listOf(waiting, tenant).filter(fitsHere)) : first;
      if (job !== undefined) start(job, machine, registration);
    }
  };
  const start = (job: SimJob, machine: SimMachine, registration: InMemoryRegistration): void => {
    for (const what of crossingsOf(job, machine, registration)) violations.record('cross-tenant', what);
    registration.busy = true;
    job.status = 'in_progress';
    job.startedAt = scheduler.now();
    job.machine = machine;
    machine.job = job;
    leave(job);
    write(job);
    announce(job, 'in_progress');
    events.emit('runner.assigned', { machine, job });
  };
  const shutGate = (job: SimJob): void => {
    if (job.status !== 'queued') return;
    job.status = 'waiting';
    leave(job);
    write(job);
    announce(job, random.chance(0.8) ? 'waiting' : 'queued');
    scheduler.after(job.plan.gate?.openAfter ?? 0, () => openGate(job));
  };
  const openGate = (job: SimJob): void => {
    if (job.status !== 'waiting') return;
    job.status = 'queued';
    enqueue(job);
  };
  const enqueue = (job: SimJob): void => {
    job.queuedAt = scheduler.now();
    listOf(waiting, job.tenant).push(job);
    write(job);
    announce(job, 'queued');
    deadlines.set(
      job,
      scheduler.after(DAY, () => finish(job, 'cancelled')),
    );
    assign(job.tenant);
  };
  const finish = (job: SimJob, conclusion: string): void => {
    if (job.status === 'completed') return;
    job.status = 'completed';
    job.conclusion = conclusion;
    job.completedAt = scheduler.now();
    runs.end(job);
    leave(job);
    write(job);
    const { machine } = job;
    if (machine?.registration !== undefined) {
      // A just-in-time runner is gone with its one job.
      state.registrations.remove(machine.registration);
      remove(listOf(online, job.tenant), machine);
      events.emit('runner.finished', { machine });
    }
    announce(job, 'completed');
  };

  /** GitHub removes a runner that never ran a job after a day. */
  const forgetLater = (registration: InMemoryRegistration): void =>
    void scheduler.after(DAY, () => state.registrations.remove(registration));

  events.on('job.ran', ({ job, conclusion }) => finish(job, conclusion));
  events.on('runner.connecting', ({ machine, jitConfig }) => {
    const registration = state.registrations.withId(Number(jitConfig));
    const tenant = registration && installations.tenantOfLogin(registration.where.split('/')[0] ?? '');
    if (registration === undefined || tenant === undefined) return events.emit('runner.rejected', { machine });
    registration.online = true;
    machine.registration = registration;
    listOf(online, tenant).push(machine);
    homes.set(machine, tenant);
    scheduler.after(SECOND, () => assign(tenant));
  });
  events.on('machine.lost', ({ machine }) => {
    const { registration, job } = machine;
    if (registration === undefined) return;
    registration.online = false;
    const home = homes.get(machine);
    if (home !== undefined) remove(listOf(online, home), machine);
    homes.delete(machine);
    // GitHub fails the job of a runner that vanished after some minutes.
    if (job?.status === 'in_progress')
      scheduler.after(random.between(MINUTE, 10 * MINUTE), () => finish(job, 'failure'));
    else if (state.registrations.has(registration)) forgetLater(registration);
  });

  return {
    ...installations,
    ...{ jobs, runs },
    job: (id) => byId.get(id),
    flood: (tenant) => floodOf(jobs, tenant).forEach((job) => announce(job, 'completed')),
    forget(isForgotten) {
      keep(jobs, (job) => {
        if (!isForgotten(job)) return true;
        byId.delete(job.id);
        return !state.jobs.delete(job.id);
      });
    },
    queueJob(plan) {
      const tenant = installations.tenantOfNumber(plan.tenant);
      if (tenant?.installationId === undefined) return;
      const job: SimJob = {
        id: 70_000 + plan.number,
        plan,
        tenant,
        installationId: tenant.installationId,
        createdAt: scheduler.now(),
        queuedAt: scheduler.now(),
        status: 'queued',
      };
      jobs.push(job);
      byId.set(job.id, job);
      runs.add(job);
      if (plan.cancelAfter !== undefined) scheduler.after(plan.cancelAfter, () => finish(job, 'cancelled'));
      if (plan.gate?.shutAfter === 0) return shutGate(job);
      enqueue(job);
      if (plan.gate !== undefined) scheduler.after(plan.gate.shutAfter, () => shutGate(job));
    },
  };
}
