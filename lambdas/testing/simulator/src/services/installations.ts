import { SECOND } from '@multi-tenant-runner/core';
import type { InMemoryGitHub } from '@multi-tenant-runner/testing';
import type { Scheduler } from '../engine/scheduler';
import { nameOf, type SimTenant } from '../scenario/model';
import type { TenantPlan } from '../scenario/scenario';
import type { Deliveries } from './deliveries';
import { installationPayload, renamePayload } from './payloads';

/** The accounts at GitHub, and what their owners do with the App and with their names. */
export interface Installations {
  readonly tenants: readonly SimTenant[];
  tenantOfNumber(number: number): SimTenant | undefined;
  /** Whose installation it is now. */
  tenantOf(installationId: number): SimTenant | undefined;
  /** Who has this login now. */
  tenantOfLogin(login: string): SimTenant | undefined;
  install(tenant: SimTenant): void;
  uninstall(tenant: SimTenant): void;
  suspend(tenant: SimTenant, suspended: boolean): void;
  rename(tenant: SimTenant, login: string): void;
  renameRepository(tenant: SimTenant, repo: string, name: string): void;
}

export interface InstallationsDeps {
  readonly state: InMemoryGitHub;
  readonly deliveries: Deliveries;
  readonly scheduler: Scheduler;
  readonly plans: readonly TenantPlan[];
}

/** Each installation of an account has a new, higher id. */
const GENERATION = 100_000;
export const numberOf = (installationId: number): number => installationId % GENERATION;

export function createInstallations({ state, deliveries, scheduler, plans }: InstallationsDeps): Installations {
  const announce = (tenant: SimTenant, action: string, installationId: number): void => {
    tenant.changedAt = new Date(Math.floor(scheduler.now() / SECOND) * SECOND).toISOString();
    deliveries.send('installation', installationPayload(tenant, action, installationId), installationId);
  };
  const tenants = plans.map(newTenant);
  const byNumber = new Map(tenants.map((tenant) => [tenant.plan.number, tenant]));
  const byLogin = new Map(tenants.map((tenant) => [tenant.login, tenant]));
  return {
    tenants,
    tenantOfNumber: (number) => byNumber.get(number),
    tenantOf(installationId) {
      const tenant = byNumber.get(numberOf(installationId));
      return tenant?.installationId === installationId ? tenant : undefined;
    },
    tenantOfLogin(login) {
      const known = byLogin.get(login);
      return known?.login === login ? known : undefined;
    },
    install(tenant) {
      tenant.generation += 1;
      tenant.installationId = tenant.generation * GENERATION + tenant.plan.number;
      tenant.suspended = false;
      state.installations.set(tenant.installationId, { login: tenant.login, suspended: false });
      announce(tenant, 'created', tenant.installationId);
    },
    uninstall(tenant) {
      const { installationId } = tenant;
      if (installationId === undefined) return;
      state.installations.delete(installationId);
      tenant.installationId = undefined;
      announce(tenant, 'deleted', installationId);
    },
    suspend(tenant, suspended) {
      if (tenant.installationId === undefined || tenant.suspended === suspended) return;
      tenant.suspended = suspended;
      state.installations.set(tenant.installationId, { login: tenant.login, suspended });
      announce(tenant, suspended ? 'suspend' : 'unsuspend', tenant.installationId);
    },
    rename(tenant, login) {
      const { installationId } = tenant;
      tenant.login = login;
      byLogin.set(login, tenant);
      if (installationId === undefined) return;
      state.renameOwner(installationId, login);
      if (!tenant.suspended)
        deliveries.send('installation_target', renamePayload(tenant, installationId), installationId);
    },
    // No webhook: the App does not subscribe to repository events.
    renameRepository(tenant, repo, name) {
      state.renameRepository(`${tenant.login}/${nameOf(tenant, repo)}`, `${tenant.login}/${name}`);
      tenant.repositories.set(repo, name);
    },
  };
}

const newTenant = (plan: TenantPlan): SimTenant => ({
  plan,
  login: plan.login,
  repositories: new Map(),
  installationId: undefined,
  generation: 0,
  suspended: false,
  changedAt: '',
  limit: 0,
  ceiling: 0,
});
