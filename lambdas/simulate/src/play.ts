import { SECOND } from '@multi-tenant-runner/core';
import type { InMemoryTenantRegistry } from '@multi-tenant-runner/testing';
import type { Agenda } from './agenda';
import type { GitHubSide } from './github-side';
import type { Guard } from './guard';
import type { SimTenant } from './model';
import type { Scenario, TenantHappening } from './scenario';

export interface Stage {
  readonly agenda: Agenda;
  readonly github: GitHubSide;
  readonly guard: Guard;
  readonly tenants: InMemoryTenantRegistry;
  /** What a new tenant's row says. */
  readonly defaultLimit: number;
  /** The table was changed by a hand. */
  readonly tableChanged: () => void;
}

/** By then every installation stands that is there from the start. */
const FIRST_JOB = 150 * SECOND;

/** Puts everything that the scenario says onto the agenda. */
export function playScenario({ tenants, jobs }: Scenario, stage: Stage): void {
  const { agenda, github } = stage;
  for (const plan of tenants) {
    const tenant = github.tenants.find((candidate) => candidate.plan === plan);
    if (tenant === undefined) continue;
    agenda.after(plan.installedAt, () => install(tenant, plan.limit, stage));
    for (const happening of plan.happenings) agenda.after(happening.at, () => happen(tenant, happening, stage));
  }
  for (const job of jobs) agenda.after(job.at + FIRST_JOB, () => github.queueJob(job));
}

function happen(tenant: SimTenant, happening: TenantHappening, stage: Stage): void {
  switch (happening.kind) {
    case 'suspend':
      return stage.github.suspend(tenant, true);
    case 'unsuspend':
      return stage.github.suspend(tenant, false);
    case 'uninstall':
      return stage.github.uninstall(tenant);
    case 'install':
      return install(tenant, tenant.plan.limit, stage);
    case 'rename':
      return stage.github.rename(tenant, happening.login);
    case 'rename-repository':
      return stage.github.renameRepository(tenant, happening.repo, happening.name);
    case 'limit':
      return setLimit(tenant, happening.limit, stage);
  }
}

/** The row comes with the event, some time later: then a person sets the limit that was agreed on. */
function install(tenant: SimTenant, limit: number | undefined, stage: Stage): void {
  if (tenant.installationId !== undefined) return;
  stage.guard.limited(tenant, stage.defaultLimit);
  stage.github.install(tenant);
  const { installationId } = tenant;
  const upgrade = (): void => {
    if (tenant.installationId !== installationId || limit === undefined) return;
    if (stage.tenants.rows.get(installationId ?? 0)?.['org_name'] === undefined) return void stage.agenda.after(30 * SECOND, upgrade);
    setLimit(tenant, limit, stage);
  };
  stage.agenda.after(30 * SECOND, upgrade);
}

function setLimit(tenant: SimTenant, limit: number, stage: Stage): void {
  const { installationId } = tenant;
  const before = installationId === undefined ? undefined : stage.tenants.rows.get(installationId);
  if (installationId === undefined || before === undefined || before['org_name'] === undefined) return;
  const after = { ...before, max_runners: limit, updated_at: stage.agenda.iso() };
  stage.guard.limited(tenant, limit);
  stage.tenants.rows.set(installationId, after);
  stage.tenants.changes.push({ installationId, before, after });
  stage.tableChanged();
}
