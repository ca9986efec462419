import { buildApp, type App } from '../model/app';
import { APP_FILE, parseAppFile } from '../model/app-file';
import { skeletonOf } from '../model/app-name';
import type { AppSettings } from '../model/app-settings';
import type { Parsed } from '../model/schema';

/** What an app is where nobody says otherwise: one task of the smallest size. */
export const APP_DEFAULTS = {
  branch: 'main',
  directory: '.',
  port: 8080,
  healthPath: '/',
  cpu: 256,
  memory: 512,
  count: 1,
  preview: false,
} as const;

/** What who declares an app gives; all but the first three as `.mtr/app.json` has it. */
export interface AppDeclaration extends Readonly<Record<string, unknown>> {
  readonly name: string;
  /** `owner/name`. */
  readonly repository: string;
  readonly repository_id: number;
}

export interface Declaring {
  readonly tenant: { readonly installationId: number; readonly orgName: string };
  readonly settings: Pick<AppSettings, 'reservedNames'>;
  readonly now: Date;
}

/** The app, or every problem with it. Whether its name and its size are to be had is for the store. Pure. */
export function declareApp(
  { repository, repository_id: repoId, ...file }: AppDeclaration,
  { tenant, settings, now }: Declaring,
): Parsed<App> {
  const parsed = parseAppFile(JSON.stringify(file));
  const problems = parsed.ok ? [] : parsed.problems.map((problem) => problem.replace(`${APP_FILE} `, 'an app '));
  const [, owner = ''] = /^([\w-]+)\/(?!\.{1,2}$)[\w.-]+$/.exec(repository) ?? [];
  if (owner === '') problems.push('repository is not owner/name');
  else if (owner.toLowerCase() !== tenant.orgName.toLowerCase())
    problems.push("repository is not one of the tenant's own");
  const given = parsed.ok ? (parsed.value.name ?? '') : '';
  if (settings.reservedNames.some((one) => skeletonOf(one) === skeletonOf(given)))
    problems.push('name: the name is reserved, or looks like one that is');
  if (!parsed.ok || problems.length > 0) return { ok: false, problems };
  const { name: app = '', ...said } = parsed.value;
  const { installationId } = tenant;
  return {
    ok: true,
    value: buildApp({ ...APP_DEFAULTS, ...said, app, installationId, repoId, repository, hosts: [] }, now),
  };
}
