import { SECOND } from '@multi-tenant-runner/core';
import type { InMemoryTenantRegistry } from '@multi-tenant-runner/testing';
import type { Scheduler } from '../engine/scheduler';
import type { SimulatedGitHub } from '../services/simulated-github';
import { publishRowChanges, type SimulationBus } from '../services/events';
import type { SimTenant } from './model';
import type { Scenario, TenantEvent } from './scenario';

export interface ScenarioContext {
  readonly scheduler: Scheduler;
  readonly github: SimulatedGitHub;
  readonly events: SimulationBus;
  readonly tenants: InMemoryTenantRegistry;
  /** The limit in a new tenant's row. */
  readonly defaultLimit: number;
}

/** By then every initial installation is complete. */
export const FIRST_JOB = 150 * SECOND;

/** Schedules all events of the scenario. */
export function runScenario({ tenants, jobs }: Scenario, context: ScenarioContext): void {
  const { scheduler, github } = context;
  for (const plan of tenants) {
    const tenant = github.tenantOfNumber(plan.number);
    if (tenant === undefined) continue;
    scheduler.after(plan.installedAt, () => install(tenant, plan.limit, context));
    for (const event of plan.events) scheduler.after(event.at, () => apply(tenant, event, context));
  }
  for (const job of jobs) scheduler.after(job.at + FIRST_JOB, () => github.queueJob(job));
}

function apply(tenant: SimTenant, event: TenantEvent, context: ScenarioContext): void {
  switch (event.kind) {
    case 'suspend':
      return context.github.suspend(tenant, true);
    case 'unsuspend':
      return context.github.suspend(tenant, false);
    case 'flood':
      return context.github.flood(tenant);
    case 'uninstall':
      return context.github.uninstall(tenant);
    case 'install':
      return install(tenant, tenant.plan.limit, context);
    case 'reinstall':
      context.github.uninstall(tenant);
      // No operator comes and sets a limit.
      return install(tenant, undefined, context);
    case 'rename':
      return context.github.rename(tenant, event.login);
    case 'rename-repository':
      return context.github.renameRepository(tenant, event.repo, event.name);
    case 'limit':
      return setLimit(tenant, event.limit, context);
  }
}

/** The webhook creates the row some time later; then an operator sets the agreed limit. */
function install(tenant: SimTenant, limit: number | undefined, context: ScenarioContext): void {
  if (tenant.installationId !== undefined) return;
  // A new installation starts with what its account's last row says.
  const isNew = tenant.generation === 0;
  context.events.emit('limit.set', { tenant, limit: isNew ? context.defaultLimit : tenant.limit });
  context.github.install(tenant);
  const { installationId } = tenant;
  const upgrade = (): void => {
    if (tenant.installationId !== installationId || limit === undefined) return;
    if (context.tenants.rows.get(installationId ?? 0)?.['org_name'] === undefined)
      return void context.scheduler.after(30 * SECOND, upgrade);
    setLimit(tenant, limit, context);
  };
  context.scheduler.after(30 * SECOND, upgrade);
}

function setLimit(tenant: SimTenant, limit: number, context: ScenarioContext): void {
  const { installationId } = tenant;
  const before = installationId === undefined ? undefined : context.tenants.rows.get(installationId);
  if (installationId === undefined || before === undefined || before['org_name'] === undefined) return;
  const after = { ...before, max_runners: limit, updated_at: context.scheduler.iso() };
  context.events.emit('limit.set', { tenant, limit });
  context.tenants.rows.set(installationId, after);
  context.tenants.changes.push({ installationId, before, after });
  publishRowChanges(context.tenants.changes, context.events);
}
