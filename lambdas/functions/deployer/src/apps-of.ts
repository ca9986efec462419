import type { App } from '@multi-tenant-runner/core';
import type { DeployerDeps } from './deps';

const PAGE = 100;

/** All apps of a tenant that are not deleted, previews too. */
export async function* appsOf(installationId: number, deps: DeployerDeps): AsyncGenerator<App> {
  let after: string | undefined;
  do {
    const page = await deps.apps.pageOfTenant(installationId, { limit: PAGE, ...(after !== undefined && { after }) });
    yield* page.apps;
    after = page.next;
  } while (after !== undefined);
}
