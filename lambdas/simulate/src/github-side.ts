import { DAY, MINUTE, SECOND } from '@multi-tenant-runner/core';
import type { InMemoryGitHub, InMemoryRegistration } from '@multi-tenant-runner/testing';
import type { Agenda } from './agenda';
import type { Checker } from './checker';
import type { Deliveries } from './deliveries';
import { fits } from './fits';
import type { SimJob, SimMachine, SimTenant } from './model';
import type { Random } from './random';
import type { JobPlan, TenantPlan } from './scenario';
import { installationPayload, jobPayload } from './payloads';
import { createRenaming, type Renaming } from './renaming';
import type { Weather } from './weather';

/** GitHub as it is: installations, jobs, runners, and which runner gets which job. */
export interface GitHubSide extends Renaming {
  readonly tenants: readonly SimTenant[];
  readonly jobs: readonly SimJob[];
  job(id: number): SimJob | undefined;
  /** In GitHub's queue, oldest first. */
  waitingOf(tenant: SimTenant): readonly SimJob[];
  install(tenant: SimTenant): void;
  uninstall(tenant: SimTenant): void;
  suspend(tenant: SimTenant, suspended: boolean): void;
  queueJob(plan: JobPlan): void;
  /** The runner that a configuration is for comes online on a machine; undefined: GitHub knows no such runner. */
  connect(machine: SimMachine, jitConfig: string): InMemoryRegistration | undefined;
  /** The runner is heard of no more. */
  disconnect(machine: SimMachine): void;
  finish(job: SimJob, conclusion: string): void;
}

export interface GitHubSideDeps {
  readonly state: InMemoryGitHub;
  readonly deliveries: Deliveries;
  readonly agenda: Agenda;
  readonly random: Random;
  readonly weather: Weather;
  readonly checker: Checker;
  readonly plans: readonly TenantPlan[];
  /** Tells a machine that its runner was given a job. */
  readonly onAssigned: (machine: SimMachine, job: SimJob) => void;
  readonly onFinished: (machine: SimMachine) => void;
}

/** Each installation of an account has a new, higher id. */
const GENERATION = 100_000;
export const numberOf = (installationId: number): number => installationId % GENERATION;

export function createGitHubSide(deps: GitHubSideDeps): GitHubSide {
  const { state, deliveries, agenda, random, weather, checker } = deps;
  const tenants = deps.plans.map((plan): SimTenant => ({ plan, login: plan.login, repositories: new Map(), installationId: undefined, generation: 0, suspended: false, changedAt: '', limit: 0, ceiling: 0 }));
  const jobs: SimJob[] = [];
  const byId = new Map<number, SimJob>();
  const waiting = new Map<SimTenant, SimJob[]>();
  const online = new Map<SimTenant, SimMachine[]>();
  const listOf = <T>(lists: Map<SimTenant, T[]>, tenant: SimTenant): T[] => {
    const list = lists.get(tenant) ?? [];
    lists.set(tenant, list);
    return list;
  };
  const remove = <T>(list: T[], item: T): void => {
    const index = list.indexOf(item);
    if (index >= 0) list.splice(index, 1);
  };

  const tell = (job: SimJob, action: 'waiting' | 'queued' | 'in_progress' | 'completed'): void => {
    const { tenant } = job;
    if (job.plan.groupOnly === 'unseen') return;
    // GitHub sends nothing for a suspended or removed installation.
    if (tenant.installationId === undefined || tenant.suspended) return;
    deliveries.send('workflow_job', jobPayload(job, action, tenant.installationId), tenant.installationId);
  };
  const tellLifecycle = (tenant: SimTenant, action: string, installationId: number): void => {
    tenant.changedAt = new Date(Math.floor(agenda.now() / SECOND) * SECOND).toISOString();
    deliveries.send('installation', installationPayload(tenant, action, installationId), installationId);
  };
  const write = (job: SimJob): void => {
    const runnerName = job.machine?.registration?.name;
    state.jobs.set(job.id, { status: job.status, ...(job.conclusion !== undefined && { conclusion: job.conclusion }), ...(runnerName !== undefined && { runnerName }) });
  };
  const assign = (tenant: SimTenant): void => {
    for (const machine of [...listOf(online, tenant)]) {
      const { registration } = machine;
      if (registration === undefined || registration.busy || !state.registrations.includes(registration)) continue;
      const fitting = listOf(waiting, tenant).filter((job) => fits(job, registration, weather.has('public-job')));
      if (fitting.length === 0) continue;
      const job = weather.has('steal') && random.chance(0.3) ? random.pick(fitting) : fitting[0];
      if (job !== undefined) start(job, machine, registration);
    }
  };
  const start = (job: SimJob, machine: SimMachine, registration: InMemoryRegistration): void => {
    if (registration.installationId !== machine.installationId) checker.broken('cross-tenant', `the runner of ${machine.record.instanceId} (tenant ${machine.installationId}) is registered for ${registration.installationId}`);
    if (numberOf(machine.installationId) !== job.tenant.plan.number) checker.broken('cross-tenant', `a machine of tenant ${machine.installationId} took job ${job.id} of ${job.installationId}`);
    registration.busy = true;
    job.status = 'in_progress';
    job.startedAt = agenda.now();
    job.machine = machine;
    machine.job = job;
    remove(listOf(waiting, job.tenant), job);
    write(job);
    tell(job, 'in_progress');
    deps.onAssigned(machine, job);
  };
  const hold = (job: SimJob): void => {
    if (job.status !== 'queued') return;
    job.status = 'waiting';
    remove(listOf(waiting, job.tenant), job);
    write(job);
    tell(job, random.chance(0.8) ? 'waiting' : 'queued');
    agenda.after(job.plan.gate?.openAfter ?? 0, () => letThrough(job));
  };
  const letThrough = (job: SimJob): void => {
    if (job.status !== 'waiting') return;
    job.status = 'queued';
    enqueue(job);
  };
  const enqueue = (job: SimJob): void => {
    job.queuedAt = agenda.now();
    listOf(waiting, job.tenant).push(job);
    write(job);
    tell(job, 'queued');
    agenda.after(DAY, () => job.status === 'queued' && agenda.now() - job.queuedAt >= DAY && finish(job, 'cancelled'));
    assign(job.tenant);
  };
  const finish = (job: SimJob, conclusion: string): void => {
    if (job.status === 'completed') return;
    job.status = 'completed';
    job.conclusion = conclusion;
    job.completedAt = agenda.now();
    remove(listOf(waiting, job.tenant), job);
    write(job);
    const { machine } = job;
    if (machine?.registration !== undefined) {
      // A just-in-time runner is gone with its one job.
      remove(state.registrations, machine.registration);
      remove(listOf(online, job.tenant), machine);
      deps.onFinished(machine);
    }
    tell(job, 'completed');
  };

  return {
    ...createRenaming({ state, deliveries }),
    tenants,
    jobs,
    job: (id) => byId.get(id),
    waitingOf: (tenant) => listOf(waiting, tenant),
    finish,
    install(tenant) {
      tenant.generation += 1;
      tenant.installationId = tenant.generation * GENERATION + tenant.plan.number;
      tenant.suspended = false;
      state.installations.set(tenant.installationId, { login: tenant.login, suspended: false });
      tellLifecycle(tenant, 'created', tenant.installationId);
    },
    uninstall(tenant) {
      const { installationId } = tenant;
      if (installationId === undefined) return;
      state.installations.delete(installationId);
      tenant.installationId = undefined;
      tellLifecycle(tenant, 'deleted', installationId);
    },
    suspend(tenant, suspended) {
      if (tenant.installationId === undefined || tenant.suspended === suspended) return;
      tenant.suspended = suspended;
      state.installations.set(tenant.installationId, { login: tenant.login, suspended });
      tellLifecycle(tenant, suspended ? 'suspend' : 'unsuspend', tenant.installationId);
    },
    queueJob(plan) {
      const tenant = tenants.find((candidate) => candidate.plan.number === plan.tenant);
      if (tenant?.installationId === undefined) return;
      const job: SimJob = { id: 70_000 + plan.number, plan, tenant, installationId: tenant.installationId, createdAt: agenda.now(), queuedAt: agenda.now(), status: 'queued' };
      jobs.push(job);
      byId.set(job.id, job);
      if (plan.cancelAfter !== undefined) agenda.after(plan.cancelAfter, () => finish(job, 'cancelled'));
      if (plan.gate?.shutAfter === 0) return hold(job);
      enqueue(job);
      if (plan.gate !== undefined) agenda.after(plan.gate.shutAfter, () => hold(job));
    },
    connect(machine, jitConfig) {
      const registration = state.registrations.find(({ id }) => String(id) === jitConfig);
      const tenant = tenants.find((candidate) => candidate.login === registration?.where.split('/')[0]);
      if (registration === undefined || tenant === undefined) return undefined;
      registration.online = true;
      machine.registration = registration;
      listOf(online, tenant).push(machine);
      agenda.after(SECOND, () => assign(tenant));
      return registration;
    },
    disconnect(machine) {
      const { registration, job } = machine;
      if (registration === undefined) return;
      registration.online = false;
      for (const list of online.values()) remove(list, machine);
      // A runner that vanishes with its job: GitHub gives the job up after some minutes.
      if (job?.status === 'in_progress') agenda.after(random.between(MINUTE, 10 * MINUTE), () => finish(job, 'failure'));
      // One that never ran anything is forgotten after a day.
      else agenda.after(DAY, () => remove(state.registrations, registration));
    },
  };
}
