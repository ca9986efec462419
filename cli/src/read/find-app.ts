import { urlOf, type App, type AppSettings } from '@multi-tenant-runner/core';
import type { Row } from '../answer';
import type { Fleet } from '../fleet';
import { notFound } from '../problem';

/** @throws Problem when there is none */
export async function findApp(name: string, { apps }: Fleet): Promise<App> {
  const found = await apps.store.get(name.toLowerCase());
  if (found !== undefined) return found;
  throw notFound(`There is no app ${name}; "mtr apps list" shows a tenant's.`);
}

/** @throws Problem where the app plane is not */
export async function readAppSettings({ apps, prefix }: Fleet): Promise<AppSettings> {
  const settings = await apps.store.settings();
  if (settings !== undefined) return settings;
  throw notFound(`${prefix} has no apps: modules/apps is not applied.`);
}

export function fieldsOfApp(app: App, settings: AppSettings): Row {
  return {
    app: app.app,
    installation: app.installationId,
    state: app.state,
    suspended_by: app.suspendedBy,
    url: urlOf(settings, app.app),
    domains: app.hosts.length === 0 ? undefined : app.hosts.map(({ host, state }) => `${host} (${state})`),
    commit: app.live?.commit.slice(0, 12),
    digest: app.live?.digest,
    count: app.count,
    cpu: app.cpu,
    memory: app.memory,
    port: app.port,
    repository: app.repository,
    branch: app.branch,
    preview_of: app.previewOf && `${app.previewOf.app}, pull request ${app.previewOf.pullRequest}`,
    expires: app.previewOf?.expiresAt,
    directory: app.directory,
    under_way: app.unfinished && [...app.unfinished].sort(),
  };
}
