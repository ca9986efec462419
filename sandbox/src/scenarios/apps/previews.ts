// Copies for pull requests: what GitHub says of them, what answers, and what strangers and quotas keep from it.
import { waitFor } from '../../lib/wait';
import type { Ask } from '../saas/ask';
import { DOMAIN, FORUM, SHOP, answers, appsOf, said, type AppsContext } from './looks';
import { word, works } from './samples';
import { send, type Tenant } from './tenant';

/** Git takes it, and a shell or a URL would take it for something else. */
const BRANCH = `fix/$(id);a&ref=main#%2e'"`;
const ASKED = 'GET /repos/{owner}/{repo}/pulls/{pull_number}';

interface Pull {
  readonly number: number;
  /** Of the preview, if it has one. */
  readonly app: string;
}

export async function previews(context: AppsContext, ask: Ask): Promise<void> {
  const [acme, globex] = context.tenants;
  const before = await said(ask, SHOP);
  const [one, other] = [word(), word()];
  const opened = await Promise.all([
    propose(context, acme, { app: SHOP, says: one }),
    propose(context, globex, { app: FORUM, says: other }),
  ]);
  const [{ app }, neighbour] = opened;
  await Promise.all([answers(context, ask, app, one), answers(context, ask, neighbour.app, other)]);
  const isAsBefore = async (): Promise<boolean> => (await said(ask, SHOP))?.word === before?.word;
  context.checks.check('beside them the apps themselves answer as before', await isAsBefore());
  await saysAddress(context, acme, app);
  const next = word();
  await acme.push(works(next), 'the change, once more', { branch: BRANCH });
  await answers(context, ask, app, next);
  await stranger(context, ask);
  await beyondQuota(context, acme);
  await close(context, ask, opened[0]);
  context.checks.check(
    'the app and the neighbour’s copy answer as before',
    (await isAsBefore()) && (await said(ask, neighbour.app))?.word === other,
  );
  await context.platform.expire(neighbour.app);
  await isGone(context, ask, { tenant: globex, app: neighbour.app, why: 'that was there for too long' });
}

async function propose(
  context: AppsContext,
  tenant: Tenant,
  { app, says, branch = BRANCH }: { readonly app: string; readonly says: string; readonly branch?: string },
): Promise<Pull> {
  await tenant.push(works(says), 'a change', { branch });
  return open(context, tenant, { app, head: branch });
}

async function open({ control }: AppsContext, tenant: Tenant, { app, head }: { app: string; head: string }) {
  const { number } = await send<Pull>(`${pullsOf(control, tenant)}`, 'POST', { head });
  return { number, app: `pr-${number}--${app}` };
}

const repositoryOf = (control: string, { id }: Tenant): string => `${control}/installations/${id}/repositories/app`;
const pullsOf = (control: string, tenant: Tenant): string => `${repositoryOf(control, tenant)}/pulls`;

interface Shown {
  readonly environment: string;
  readonly transient: boolean;
  readonly statuses: readonly { readonly state: string; readonly description: string; readonly url: string }[];
}

/** What GitHub shows of an app's newest deployment. */
async function shown({ control }: AppsContext, { id }: Tenant, app: string): Promise<Shown | undefined> {
  const all = await send<readonly Shown[]>(`${control}/deployments?installation_id=${id}`, 'GET');
  return all.findLast(({ environment }) => environment === app);
}

async function isShown(context: AppsContext, tenant: Tenant, at: { app: string; state: string }): Promise<Shown> {
  let found: Shown | undefined;
  const isThere = async (): Promise<boolean> =>
    (found = await shown(context, tenant, at.app))?.statuses[0]?.state === at.state;
  await waitFor(isThere, { what: `${at.state} of ${at.app} at GitHub`, seconds: 120, signal: context.signal });
  return found as Shown;
}

async function saysAddress(context: AppsContext, tenant: Tenant, app: string): Promise<void> {
  const found = await isShown(context, tenant, { app, state: 'success' });
  const isRight = found.transient && found.statuses[0]?.url === `http://${app}.${DOMAIN}`;
  context.checks.check('GitHub shows the address, as one that goes again', isRight, JSON.stringify(found));
}

/** Somebody who is nobody's: a branch `main` of a fork, which is GitHub's to have and not the tenant's. */
async function stranger(context: AppsContext, ask: Ask): Promise<void> {
  const { control, tenants, platform, checks, signal } = context;
  const [tenant] = tenants;
  const forks = `${repositoryOf(control, tenant)}/forks`;
  const { clone_url: cloneUrl } = await send<{ clone_url: string }>(forks, 'POST', { login: 'mallory' });
  await tenant.push(works(word()), 'let me in', { branch: 'main', cloneUrl });
  const asked = async (): Promise<number> => {
    const calls = await send<readonly { route: string; count: number }[]>(
      `${control}/calls?installation_id=${tenant.id}`,
      'GET',
    );
    return calls.filter(({ route }) => route === ASKED).reduce((sum, { count }) => sum + count, 0);
  };
  const before = await asked();
  const { app } = await open(context, tenant, { app: SHOP, head: 'mallory:main' });
  await waitFor(async () => (await asked()) > before, { what: 'A look at the fork’s', seconds: 120, signal });
  const seen = [
    ...(await platform.leftOf(app)),
    ...((await platform.api('GET', `${appsOf(tenant)}/${app}`)).status === 404 ? [] : ['a row']),
    ...((await shown(context, tenant, app)) === undefined ? [] : ['a deployment']),
    ...((await ask(`${app}.${DOMAIN}`)).status === 404 ? [] : ['an answer']),
  ];
  checks.check('a pull request from a fork is looked at, and nothing is made of it', seen.length === 0, seen.join());
}

async function beyondQuota(context: AppsContext, tenant: Tenant): Promise<void> {
  const { platform, checks } = context;
  const since = Date.now() / 1000;
  const { app } = await propose(context, tenant, { app: SHOP, says: word(), branch: 'one-more' });
  const { statuses } = await isShown(context, tenant, { app, state: 'failure' });
  const reason = statuses[0]?.description ?? '';
  checks.check('a copy more than the quota is refused, and GitHub says why', /2 apps/.test(reason), reason);
  const made = (await platform.balancerCalls(since)).filter((call) => /Create|Modify/.test(call));
  checks.check('and nothing was asked of the load balancer for it', made.length === 0, made.join());
}

async function close(context: AppsContext, ask: Ask, { number, app }: Pull): Promise<void> {
  const [tenant] = context.tenants;
  await send(`${pullsOf(context.control, tenant)}/${number}`, 'PATCH', { state: 'closed' });
  await isGone(context, ask, { tenant, app, why: 'that is closed' });
}

async function isGone(
  context: AppsContext,
  ask: Ask,
  { tenant, app, why }: { readonly tenant: Tenant; readonly app: string; readonly why: string },
): Promise<void> {
  const { platform, checks, signal } = context;
  const state = async () => (await platform.api('GET', `${appsOf(tenant)}/${app}`)).body['state'];
  const isDeleted = async (): Promise<boolean> => (await state()) === 'deleted';
  await waitFor(isDeleted, { what: `The end of ${app}`, seconds: 300, every: 1_000, signal });
  const left = await platform.leftOf(app);
  checks.check(`of one ${why} nothing is left in any place`, left.length === 0, left.join(' '));
  const { status } = await ask(`${app}.${DOMAIN}`);
  checks.check('its address is unknown', status === 404, `${status}`);
  await isShown(context, tenant, { app, state: 'inactive' });
  checks.check('and GitHub shows it as inactive', true);
}
