import type { InMemoryGitHub } from '@multi-tenant-runner/testing';
import type { Deliveries } from './deliveries';
import { nameOf, type SimTenant } from './model';
import { renamePayload } from './payloads';

/** What owners of an account call it, and its repositories. */
export interface Renaming {
  rename(tenant: SimTenant, login: string): void;
  renameRepository(tenant: SimTenant, repo: string, name: string): void;
}

export function createRenaming({ state, deliveries }: { readonly state: InMemoryGitHub; readonly deliveries: Deliveries }): Renaming {
  return {
    rename(tenant, login) {
      const { installationId } = tenant;
      tenant.login = login;
      if (installationId === undefined) return;
      state.renameOwner(installationId, login);
      if (!tenant.suspended) deliveries.send('installation_target', renamePayload(tenant, installationId), installationId);
    },
    // Nobody is told: the App is not subscribed to events of repositories.
    renameRepository(tenant, repo, name) {
      state.renameRepository(`${tenant.login}/${nameOf(tenant, repo)}`, `${tenant.login}/${name}`);
      tenant.repositories.set(repo, name);
    },
  };
}
