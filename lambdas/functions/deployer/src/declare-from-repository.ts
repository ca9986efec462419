import {
  APP_FILE,
  declareApp,
  describeOver,
  isObject,
  parseAppFile,
  parseJson,
  quotaOf,
  type App,
  type AppDeclaration,
  type PushEvent,
  type TenantLookup,
} from '@multi-tenant-runner/core';
import type { DeployerDeps } from './deps';
import { sayWhyNot } from './say-why-not';

type Tenant = Extract<TenantLookup, { readonly kind: 'tenant' }>['tenant'];
/** What GitHub calls the deployment of a file that names no app. */
const NO_NAME = 'mtr';

/**
 * The first push to the default branch of a repository without an app: its `.mtr/app.json` declares one by its `name`,
 * if the tenant's row allows that. Undefined: there is none, and GitHub says why wherever there is such a file.
 *
 * @throws while GitHub does not answer, to be tried again
 */
export async function declareFromRepository(push: PushEvent, deps: DeployerDeps): Promise<App | undefined> {
  if (push.branch !== push.defaultBranch) return undefined;
  const lookup = await deps.tenants.get(push.installationId);
  const tenant = lookup.kind === 'tenant' && lookup.tenant.status === 'active' ? lookup.tenant : undefined;
  if (tenant?.appsFromRepository !== true) return undefined;
  const { installationId, repository, repoId, commit } = push;
  const place = { installationId, repository, repoId };
  const answer = await deps.github.file(place, commit, APP_FILE);
  if (answer.kind === 'refused')
    return void deps.log.warn('The App may not read a repository, which may declare an app', { repository, answer });
  if (answer.kind !== 'found') throw new Error(`GitHub does not say whether ${repository} declares an app`);
  if (answer.text === undefined) return undefined;
  const made = await declare(answer.text, push, { tenant, deps });
  if ('app' in made) return made.app;
  deps.log.info('A repository declares an app that there can not be', { repository, problems: made.problems });
  const reasons = made.problems.map((problem) => `${APP_FILE}: ${problem}`);
  await sayWhyNot(place, { commit, environment: made.name ?? NO_NAME, isTransient: false }, reasons, deps);
  return undefined;
}

interface Problems {
  readonly name?: string;
  readonly problems: readonly string[];
}

async function declare(
  text: string,
  { repository, repoId }: PushEvent,
  { tenant, deps }: { readonly tenant: Tenant; readonly deps: DeployerDeps },
): Promise<{ readonly app: App } | Problems> {
  const file = parseAppFile(text);
  if (!file.ok) return file;
  const { name } = file.value;
  if (name === undefined) return { problems: ['name is missing, and a repository without an app declares one by it'] };
  const settings = await deps.apps.settings();
  if (settings === undefined) return { name, problems: ['there are no apps here yet'] };
  const said = parseJson(text, (value) => ({ ok: true, value: isObject(value) ? value : {} }));
  const declaration: AppDeclaration = { ...(said.ok && said.value), name, repository, repository_id: repoId };
  const declared = declareApp(declaration, { tenant, settings, now: deps.clock.now() });
  if (!declared.ok) return { name, problems: declared.problems };
  const quota = quotaOf(settings, tenant.tier);
  const made = await deps.apps.create(declared.value, quota);
  if (made.kind === 'over') return { name, problems: [describeOver(made.what, quota)] };
  if (made.kind === 'taken')
    return { name, problems: ['the name, or one that looks like it, is another tenant’s, or was until lately'] };
  if (made.app.repoId !== repoId) return { name, problems: ['the name is that of an app of another repository'] };
  if (made.kind === 'created') deps.log.info('A repository declares an app', { app: name, repository });
  return { app: made.app };
}
