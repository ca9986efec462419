import { hostsOf, isOffboarded, quotaOf, type App, type AppSettings, type Tenant } from '@multi-tenant-runner/core';
import type { AppContext, DeployerDeps } from './deps';
import { removeApp } from './remove-app';
import { settleApp } from './settle-app';

/** Whoever keeps asking is heard by the next invocation. */
const PASSES = 10;

/**
 * Brings what stands of an app to what it is to be, as far as it goes now. One at a time for each app; whoever finds
 * another at it leaves, as that one looks again before it rests.
 */
export async function reconcile(name: string, deps: DeployerDeps): Promise<void> {
  const holder = { name: deps.newLeaseName(), milliseconds: deps.leaseTime };
  for (let pass = 0; pass < PASSES; pass += 1) {
    const taken = await deps.apps.takeLease(name, holder, deps.clock.now());
    if (!taken.ok || taken.row.state === 'deleted') return;
    const { asked } = taken.row;
    const due = await lookAt(taken.row, deps);
    if (due === undefined || (await deps.apps.rest(name, holder, { asked, due: due.getTime() }))) return;
  }
  deps.log.warn('An app does not come to rest; the sweep goes on', { app: name });
}

/** Answers when it is to be looked at again; undefined: never. */
async function lookAt(app: App, deps: DeployerDeps): Promise<Date | undefined> {
  const [lookup, settings] = await Promise.all([deps.tenants.get(app.installationId), deps.apps.settings()]);
  if (settings === undefined)
    throw new Error('The table of apps has no settings; apply the module of apps, which writes them');
  if (app.state !== 'deleting' && isOffboarded(lookup)) {
    const outcome = await deps.apps.change(app, { state: 'deleting' }, deps.clock.now());
    deps.log.info('A tenant is gone, and so its app goes', { app: app.app, installation_id: app.installationId });
    return outcome.ok ? removeApp(outcome.row, deps) : deps.clock.now();
  }
  if (app.state === 'deleting') return removeApp(app, deps);
  const tenant = lookup.kind === 'tenant' ? lookup.tenant : undefined;
  return settleApp(app, contextOf(app, tenant, settings), deps);
}

function contextOf(app: App, tenant: Tenant | undefined, settings: AppSettings): AppContext {
  return {
    settings,
    tenant: tenant?.status === 'active' ? 'active' : 'inactive',
    quota: quotaOf(settings, tenant?.tier ?? ''),
    hosts: hostsOf(app, settings.domain),
  };
}
