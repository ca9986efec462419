// Tenants push, and their apps answer: the deployer, the API and the fake GitHub together in the emulator.
import { setTimeout as sleep } from 'node:timers/promises';
import { waitFor } from '../../lib/wait';
import { createAsk, type Ask } from '../saas/ask';
import { DOMAIN, FORUM, SHOP, answers, appsOf, ended, said, watch, type AppsContext } from './looks';
import { offboard, suspendTenant } from './ends';
import { ownDomain } from './own-domain';
import { previews } from './previews';
import { badBuildsOnRunner, buildOnRunner, loseAPush } from './runner-builds';
import { errorsUnderLoad, lateUnderLoad } from './taken-back';
import { crashes, doesNotBuild, word, works } from './samples';
import { secretOfApp } from './secrets';
import { send, type Tenant } from './tenant';

/** Asked while the apps of both tenants answer, before any of them ends: whether to stop there. */
export interface AppsRun {
  readonly isEnough: () => Promise<boolean>;
}

export async function runApps(context: AppsContext, { isEnough }: AppsRun): Promise<void> {
  const { step, front } = context;
  const ask = createAsk(front);
  const first = word();
  await step('two tenants declare an app each', () => declare(context));
  await step('they push, and their addresses answer', () => pushBoth(context, ask, first));
  // Side by side, as most of both is waiting.
  await step('a second plan, a build that fails and a version that crashes', () =>
    Promise.all([secondPlan(context), badVersions(context, ask, first)]),
  );
  await step('a version that answers errors', () => errorsUnderLoad(context, ask, first));
  await step('a rollback', () => rollBack(context, ask, first));
  await step('a secret', () => secretOfApp(context, ask));
  await step('four pushes whose webhooks come shuffled', () => race(context, ask));
  await step('a version that answers late', () => lateUnderLoad(context, ask));
  await step('copies for pull requests', () => previews(context, ask));
  await step('builds go to the tenants’ own runners', () => context.buildOnRunners());
  const lost = await step('a push whose webhook gets lost', () => loseAPush(context));
  const built = await step('a push is built on the tenant’s own machine', () => buildOnRunner(context, ask));
  await step('a build that fails there, and one that is hostile', () => badBuildsOnRunner(context, ask, built));
  await step('the push that got lost', () => answers(context, ask, FORUM, lost));
  await step('a domain of a tenant’s own', () => ownDomain(context, ask));
  if (await isEnough()) return;
  await step('one app more than the quota', () => beyondQuota(context));
  await step('suspended and resumed', () => suspend(context, ask));
  await step('a tenant is suspended and resumed', () => suspendTenant(context, ask));
  await step('deleted', () => remove(context, ask));
  await step('a tenant leaves with its apps', () => offboard(context, ask));
}

async function secondPlan({ changes, checks }: AppsContext): Promise<void> {
  const found = await changes();
  checks.check('what the deployer made leaves the plan empty', found.length === 0, found.join(', '));
}

async function declare({ platform, tenants, checks, signal }: AppsContext): Promise<void> {
  for (const [index, name] of [SHOP, FORUM].entries()) {
    const tenant = tenants[index] as Tenant;
    await waitFor(async () => (await platform.api('GET', `/tenants/${tenant.id}`)).status === 200, {
      what: `The tenant ${tenant.login}`,
      seconds: 120,
      signal,
    });
    const { full_name: repository, id } = tenant.repository;
    const { status, body } = await platform.api('POST', appsOf(tenant), {
      name,
      repository,
      repository_id: id,
      preview: true,
    });
    checks.check(`${tenant.login} has ${name}`, status === 200 && body['state'] === 'active', JSON.stringify(body));
  }
  const [, other] = tenants;
  const { full_name: repository, id } = other.repository;
  const taken = await platform.api('POST', appsOf(other), { name: 'sh0p', repository, repository_id: id });
  checks.check('no other tenant gets a name that looks like it', taken.status === 409, JSON.stringify(taken.body));
}

async function pushBoth(context: AppsContext, ask: Ask, first: string): Promise<void> {
  const { tenants, checks } = context;
  const second = word();
  const pushed = await tenants[0].push(works(first), 'the first version');
  await tenants[1].push(works(second), 'the first version');
  await answers(context, ask, SHOP, first);
  await answers(context, ask, FORUM, second);
  const [one, other] = [await said(ask, SHOP), await said(ask, FORUM)];
  checks.check('two pushes answer at two addresses, by two processes', one?.pid !== other?.pid);
  checks.check(
    'no task has a right at AWS, so none reaches anything of another',
    one?.has_keys === false && other?.has_keys === false,
  );
  // Its tasks answer before ECS says that all are steady; superseded sooner, it was never a version to go back to.
  await ended(context, pushed);
  const unknown = await ask(`nobody.${DOMAIN}`);
  checks.check('an unknown name is answered with 404', unknown.status === 404, `${unknown.status}`);
}

async function badVersions(context: AppsContext, ask: Ask, first: string): Promise<void> {
  const { tenants, checks } = context;
  const seen = watch(ask, SHOP);
  const broken = await tenants[0].push(doesNotBuild(word()), 'a build that fails');
  const failed = await ended(context, broken);
  checks.check('a build that fails is said to have failed', failed['state'] === 'failed', JSON.stringify(failed));
  const crashing = await tenants[0].push(crashes(word()), 'a version that crashes');
  const taken = await ended(context, crashing);
  checks.check('a version that crashes is taken back', taken['state'] === 'rolled_back', JSON.stringify(taken));
  const words = await seen();
  const wrong = words.filter((one) => one !== first);
  checks.check(
    `neither of them ever answered (${words.length} answers)`,
    words.length > 10 && wrong.length === 0,
    wrong.join(),
  );
}

async function rollBack(context: AppsContext, ask: Ask, first: string): Promise<void> {
  const { tenants, platform, checks } = context;
  const next = word();
  const pushed = await tenants[0].push(works(next), 'the next version');
  await answers(context, ask, SHOP, next);
  await ended(context, pushed);
  const { status, body } = await platform.api('POST', `${appsOf(tenants[0])}/${SHOP}/rollback`, {});
  checks.check('a rollback is asked for', status === 200 && body['kind'] === 'rollback', JSON.stringify(body));
  await answers(context, ask, SHOP, first);
  checks.check('and the version before answers again', true);
}

async function race(context: AppsContext, ask: Ask): Promise<void> {
  const { tenants, control, checks } = context;
  for (const seconds of [3, 1, 2])
    await send(`${control}/faults/deliveries`, 'POST', { kind: 'delay', seconds, event: 'push' });
  let [last, commit] = ['', ''];
  for (let times = 0; times < 4; times += 1) {
    last = word();
    commit = await tenants[0].push(works(last), `push ${times}`);
  }
  await answers(context, ask, SHOP, last);
  const { state } = await ended(context, commit);
  await sleep(5_000);
  const isNewest = state === 'live' && (await said(ask, SHOP))?.word === last;
  checks.check('the newest push answers, in whatever order they came', isNewest, String(state));
}

async function beyondQuota({ tenants, platform, checks }: AppsContext): Promise<void> {
  const [tenant] = tenants;
  const { full_name: repository, id } = tenant.repository;
  const declaring = (name: string) => platform.api('POST', appsOf(tenant), { name, repository, repository_id: id });
  checks.check('a second app is within the quota', (await declaring('second')).status === 200);
  const since = Date.now() / 1000;
  const { status, body } = await declaring('third');
  checks.check('a third is refused with the reason', status === 409, JSON.stringify(body));
  const made = (await platform.balancerCalls(since)).filter((call) => /Create|Modify/.test(call));
  checks.check('and nothing was asked of the load balancer for it', made.length === 0, made.join());
}

async function suspend({ tenants, platform, checks, signal }: AppsContext, ask: Ask): Promise<void> {
  const path = `${appsOf(tenants[1])}/${FORUM}`;
  await platform.api('POST', `${path}/suspend`, {});
  const status = async (): Promise<number> => (await ask(`${FORUM}.${DOMAIN}`)).status;
  await waitFor(async () => (await status()) === 503, { what: '503', seconds: 120, signal });
  checks.check(
    'a suspended app answers 503, and its neighbour as before',
    (await ask(`${SHOP}.${DOMAIN}`)).status === 200,
  );
  await platform.api('POST', `${path}/resume`, {});
  await waitFor(async () => (await status()) === 200, { what: 'The resumed app', seconds: 120, signal });
  checks.check('a resumed one answers again', true);
}

async function remove({ tenants, platform, checks, signal }: AppsContext, ask: Ask): Promise<void> {
  const path = `${appsOf(tenants[1])}/${FORUM}`;
  await platform.api('POST', `${path}/delete`, { confirm: FORUM });
  await waitFor(async () => (await platform.api('GET', path)).body['state'] === 'deleted', {
    what: 'The deletion',
    seconds: 300,
    every: 1_000,
    signal,
  });
  const left = await platform.leftOf(FORUM);
  checks.check('of a deleted app nothing is left', left.length === 0, left.join());
  checks.check('and its address is unknown', (await ask(`${FORUM}.${DOMAIN}`)).status === 404);
  checks.check('its neighbour answers', (await ask(`${SHOP}.${DOMAIN}`)).status === 200);
}
