// examples/saas-platform in the emulator: three tenants whose tasks are processes behind the emulator's load balancer.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { changesOf } from '../../lib/example';
import type { SandboxPaths } from '../../lib/state';
import { waitFor } from '../../lib/wait';
import { createAccount, type Account } from './account';
import { appAt, createAsk, processesAt, type Ask } from './ask';
import {
  AS_KNOWN,
  LEAVING,
  SUFFIX,
  TENANTS,
  balancerOf,
  bucketOf,
  hostOf,
  variables,
  type SaasContext,
} from './context';
import { inDatabase } from './in-database';
import { scale, versions } from './versions';

/** Applies it, looks at it from outside and from within, takes a tenant out, and destroys it. */
export async function runSaas(context: SaasContext): Promise<void> {
  const { terraform, aws, step } = context;
  const ask = createAsk(balancerOf(aws));
  const account = createAccount(aws);
  await terraform('init');
  await step('terraform apply, for three tenants', () => terraform('apply', '-auto-approve', ...variables(TENANTS)));
  await step('tasks start', () => allAnswer(ask, TENANTS, context.signal));
  await step('a second plan', () => secondPlan(context));
  await step('from outside', () => fromOutside(context, ask));
  await step('from within', () => fromWithin(context, ask, account));
  const { database } = context;
  if (database) await step('in the database', () => inDatabase({ ...context, database }, ask));
  await step('a task and a way in are lost', () => losses(context, ask, account));
  await step('initech-llc is deployed anew', () => versions(context, ask));
  await step('acme-corp is busy, and then is not', () => scale(context, ask));
  if (context.keep) return;
  await step(`${LEAVING} leaves`, () => leave(context, ask));
  await destroy(context, ask, account);
}

async function destroy({ terraform, paths, checks, step }: SaasContext, ask: Ask, account: Account): Promise<void> {
  const pids = await runningProcesses(ask);
  await step('terraform destroy', () => terraform('destroy', '-auto-approve', AS_KNOWN, ...variables(TENANTS)));
  const left = await account.left(SUFFIX);
  checks.check('after the destroy nothing is left', left.length === 0, left.join(', '));
  checks.check('Terraform knows of nothing more', resourcesOf(paths).length === 0);
  checks.check('and no task runs', ![...pids].some((pid) => isRunning(pid)));
}

interface Resource {
  readonly type: string;
  readonly instances: readonly { readonly attributes: Readonly<Record<string, unknown>> }[];
}

/** What Terraform's state has. */
function resourcesOf(paths: SandboxPaths): readonly Resource[] {
  const state = JSON.parse(readFileSync(join(paths.terraform, 'terraform.tfstate'), 'utf8')) as {
    readonly resources: readonly Resource[];
  };
  return state.resources;
}

async function allAnswer(ask: Ask, tenants: readonly string[], signal: AbortSignal): Promise<void> {
  for (const tenant of tenants)
    await waitFor(async () => (await processesAt(ask, hostOf(tenant))).size === 2, {
      what: `Two tasks of ${tenant}`,
      seconds: 120,
      signal,
    });
}

async function secondPlan({ terraform, paths, checks }: SaasContext): Promise<void> {
  const changes = await changesOf(terraform, paths, variables(TENANTS));
  checks.check('a second plan is empty', changes.length === 0, changes.join(', '));
  const more = await changesOf(terraform, paths, [AS_KNOWN, ...variables(TENANTS, { 'umbrella-co': { priority: 4 } })]);
  const others = more.filter((change) => !/^create .*\["umbrella-co"\]/.test(change));
  checks.check('a fourth tenant only adds, under its own key', more.length > 20 && others.length === 0, others.join());
  const fewer = await changesOf(terraform, paths, [AS_KNOWN, ...variables(TENANTS.filter((one) => one !== LEAVING))]);
  const touched = fewer.filter((change) => !new RegExp(`^delete .*\\["${LEAVING}"\\]`).test(change));
  checks.check('without a tenant its own keys alone go', fewer.length > 20 && touched.length === 0, touched.join());
}

async function fromOutside({ terraform, paths, checks }: SaasContext, ask: Ask): Promise<void> {
  const seen = new Map<number, string>();
  for (const tenant of TENANTS) {
    const app = await appAt(ask, hostOf(tenant));
    const below = await appAt(ask, `www.${hostOf(tenant)}`);
    const user = `tenant_${tenant.replaceAll('-', '_')}`;
    checks.check(`${hostOf(tenant)} and all below it answer as ${user}`, app?.user === user && below?.user === user);
    checks.check(`${tenant} was given its password`, app?.has_password === true);
    for (const pid of await processesAt(ask, hostOf(tenant))) seen.set(pid, tenant);
  }
  checks.check('six processes answer, two for each tenant', seen.size === 6, `${seen.size}`);
  const unknown = await ask('nobody.example.com');
  checks.check(
    'an unknown host is answered with 404 Invalid tenant',
    `${unknown.status} ${unknown.body}` === '404 Invalid tenant',
    JSON.stringify(unknown),
  );
  const versions = resourcesOf(paths).filter(({ type }) => type === 'aws_secretsmanager_secret_version');
  const values = versions.flatMap(({ instances }) =>
    instances.flatMap(({ attributes: one }) => [one['secret_string'], one['secret_string_wo'], one['secret_binary']]),
  );
  checks.check('no password is in the state', values.length === 9 && values.every((one) => one === null || one === ''));
  const outputs = JSON.parse(await terraform('output', '-json', 'tenants')) as Record<string, string>;
  checks.check(
    'the outputs name each tenant’s address, bucket and connection',
    TENANTS.every((one) => outputs[`${one}_endpoint`] === hostOf(one) && outputs[`${one}_bucket`] === bucketOf(one)) &&
      /^postgresql:\/\/tenant_acme_corp@.+\/saasdb\?secret=rds\/tenant\/acme-corp\//.test(
        outputs['acme-corp_db_connection'] ?? '',
      ),
    JSON.stringify(outputs),
  );
}

/** What each task reaches with its own credentials, and where its lines are. */
async function fromWithin({ checks }: SaasContext, ask: Ask, account: Account): Promise<void> {
  for (const me of TENANTS) {
    const statusOf = async (path: string): Promise<number> =>
      (JSON.parse((await ask(hostOf(me), path)).body) as { readonly status: number }).status;
    for (const whose of TENANTS) {
      const found: number[] = [];
      for (const verb of ['put', 'get', 'list']) found.push(await statusOf(`/s3/${verb}/${bucketOf(whose)}`));
      const wanted = me === whose ? '200 200 200' : '403 403 403';
      checks.check(`${me} at the bucket of ${whose}: ${wanted}`, found.join(' ') === wanted, found.join(' '));
    }
    const others: number[] = [];
    for (const whose of TENANTS)
      others.push(
        await statusOf(`/secret/rds/tenant/${whose}/${SUFFIX}/password`),
        await statusOf(`/logs/ecs/tenant/${whose}/${SUFFIX}`),
      );
    const isNone = others.every((status) => status === 403);
    checks.check(`${me} reads no password and writes into no log group by its task’s role`, isNone, others.join(' '));
    const lines = await account.linesOf(`/ecs/tenant/${me}/${SUFFIX}`);
    const own = `serving as tenant_${me.replaceAll('-', '_')}`;
    const foreign = lines.filter((line) => line.startsWith('serving as') && line !== own);
    checks.check(`the lines of ${me} are in its own log group`, lines.includes(own) && foreign.length === 0);
  }
}

async function losses({ checks, signal }: SaasContext, ask: Ask, account: Account): Promise<void> {
  const [mine = '', neighbour = ''] = TENANTS;
  const before = await processesAt(ask, hostOf(mine));
  const [victim = 0] = before;
  process.kill(victim, 'SIGKILL');
  await waitFor(
    async () => {
      const now = await processesAt(ask, hostOf(mine));
      return now.size === 2 && !now.has(victim);
    },
    { what: 'Another task', seconds: 120, signal },
  );
  checks.check('a task that dies is replaced', true);
  const open = await account.close(`${mine}-${SUFFIX}-tasks`);
  const closed = await ask(hostOf(mine));
  checks.check('without the rule of its group nobody reaches a tenant', closed.status === 504, `${closed.status}`);
  checks.check('and its neighbour answers', (await ask(hostOf(neighbour))).status === 200);
  await open();
  checks.check('with the rule it is reached again', (await ask(hostOf(mine))).status === 200);
}

async function leave({ terraform, checks }: SaasContext, ask: Ask): Promise<void> {
  const staying = TENANTS.filter((one) => one !== LEAVING);
  const before = await runningProcesses(ask, staying);
  const gone = await processesAt(ask, hostOf(LEAVING));
  await terraform('apply', '-auto-approve', AS_KNOWN, ...variables(staying));
  const { status } = await ask(hostOf(LEAVING));
  checks.check('the one that left is unknown', status === 404, `${status}`);
  checks.check('its tasks have ended', ![...gone].some((pid) => isRunning(pid)));
  const after = await runningProcesses(ask, staying);
  const same = [...before].filter((pid) => after.has(pid)).length;
  checks.check('the same processes answer for the others', same === 4 && after.size === 4, `${same} of ${after.size}`);
}

async function runningProcesses(ask: Ask, tenants: readonly string[] = TENANTS): Promise<Set<number>> {
  const found = new Set<number>();
  for (const tenant of tenants) for (const pid of await processesAt(ask, hostOf(tenant))) found.add(pid);
  return found;
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
