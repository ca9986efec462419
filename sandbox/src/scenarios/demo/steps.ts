import {
  finishAll,
  startedJobs,
  untilFree,
  untilFull,
  untilStarted,
  type ScenarioContext,
  type Tenant,
} from '../kit/scenario-context';
import { claim, report } from '../kit/machine-api';
import type { ObservedJob } from '../../control/client';

const SMALL_LIMIT = 2;
const MEDIUM_LIMIT = 5;
/**
 * Nothing signals an absence: this many samples of the machines, about a third of a second apart, must show it.
 */
const QUIET_SAMPLES = 12;

export async function installApp(
  context: ScenarioContext,
  accounts: readonly Omit<Tenant, 'id'>[],
): Promise<readonly Tenant[]> {
  const tenants: Tenant[] = [];
  for (const member of accounts) {
    const tenant = { ...member, id: await context.user.install(member.login, member.type) };
    context.fleetMonitor.setLimit(tenant.id, SMALL_LIMIT);
    tenants.push(tenant);
    context.log(`${tenant.login} installs the App (installation ${tenant.id})`);
  }
  for (const tenant of tenants) {
    const row = await context.poller.until(`${tenant.login}: an active row`, async () => {
      const found = await context.account.tenant(tenant.id);
      return found?.status === 'active' ? found : undefined;
    });
    const right = row.tier === 'small' && row.maxRunners === SMALL_LIMIT && row.orgType === tenant.type;
    context.checks.check(
      `${tenant.login} is an active tenant of tier small, limit ${SMALL_LIMIT}, as soon as it installs`,
      right,
      JSON.stringify(row),
    );
  }
  return tenants;
}

/** One job of each size, each with another tenant: sizes are chosen by label. */
export async function runEachSize(context: ScenarioContext, tenants: readonly Tenant[]): Promise<void> {
  const sizes = ['small', 'medium', 'large'];
  const queued = await Promise.all(
    tenants.map(async (tenant, index) => {
      const size = sizes[index % sizes.length] ?? 'small';
      return { tenant, size, id: await context.user.queue({ installationId: tenant.id, size }) };
    }),
  );
  for (const { tenant, size, id } of queued) {
    const job = await context.poller.until(`${tenant.login}: the end of its ${size} job`, async () =>
      (await context.user.jobs(tenant.id)).find((one) => one.id === id && one.status === 'completed'),
    );
    const tags = context.fleetMonitor.tagsOf(machineOf(job));
    const right =
      tags?.['ghr:runner_tier'] === size &&
      tags['ghr:tenant_id'] === String(tenant.id) &&
      tags['ghr:tenant_tier'] === 'small';
    context.checks.check(
      `a ${size} job of ${tenant.login} ran on a ${size} machine of its own`,
      job.conclusion === 'success' && right,
      JSON.stringify({ ...job, tags }),
    );
  }
}

export async function reachLimit(context: ScenarioContext, tenant: Tenant): Promise<void> {
  await untilFree(context, tenant);
  const ids = await queueHeld(context, tenant, 4);
  context.log(`${tenant.login} queues four jobs with a limit of ${SMALL_LIMIT}`);
  const waiting = await untilFull(context, tenant, ids, SMALL_LIMIT);
  context.checks.check(`two jobs of ${tenant.login} run, the third and the fourth wait`, waiting.length === 2);
  const [first] = (await startedJobs(context, tenant, ids)).filter((job) => job.status === 'in_progress');
  const found = await context.account.foundOnMachine(first === undefined ? '' : machineOf(first));
  const again = await claim(found);
  const guessed = await report(found, found.claimSecret, [{ kind: 'idle' }]);
  context.checks.check(
    `what a job of ${tenant.login} finds in its user data gives it neither a configuration nor a report`,
    again.status === 403 && guessed.status === 403,
    `HTTP ${again.status}, ${guessed.status}`,
  );
  await context.user.finish(first?.id ?? 0);
  context.log(`one job of ${tenant.login} ends`);
  await untilStarted(context, tenant, ids, SMALL_LIMIT + 1);
  context.checks.check(`the end of one starts the next job of ${tenant.login}`, true);
  await finishAll(context, tenant, ids);
  context.checks.check(`all four jobs of ${tenant.login} ran`, await allSucceeded(context, tenant, ids));
}

export async function upgradeTenant(
  context: ScenarioContext,
  tenant: Tenant,
  upgrade: () => Promise<void>,
): Promise<void> {
  await untilFree(context, tenant);
  const ids = await queueHeld(context, tenant, 4);
  await untilFull(context, tenant, ids, SMALL_LIMIT);
  context.log(`${tenant.login} has two jobs running and two waiting; its tier is raised with the AWS CLI`);
  // From the first moment at which the change may have taken effect.
  context.fleetMonitor.setLimit(tenant.id, MEDIUM_LIMIT);
  await upgrade();
  await untilStarted(context, tenant, ids, ids.length);
  const row = await context.account.tenant(tenant.id);
  context.checks.check(
    `the upgrade command, and nothing else, starts the waiting jobs of ${tenant.login}`,
    row?.tier === 'medium' && row.maxRunners === MEDIUM_LIMIT,
    JSON.stringify(row),
  );
  await finishAll(context, tenant, ids);
}

export async function suspendTenant(context: ScenarioContext, tenant: Tenant): Promise<void> {
  await untilFree(context, tenant);
  const ids = await queueHeld(context, tenant, 3);
  await untilFull(context, tenant, ids, SMALL_LIMIT);
  await context.user.suspend(tenant.id);
  await untilStatus(context, tenant, 'suspended');
  context.log(`${tenant.login} suspends the App with one job waiting; one of its jobs ends`);
  const [first] = (await startedJobs(context, tenant, ids)).filter((job) => job.status === 'in_progress');
  await context.user.finish(first?.id ?? 0);
  await untilFree(context, tenant, SMALL_LIMIT - 1);
  const machines = context.fleetMonitor.machinesOf(tenant.id).length;
  const samples = context.fleetMonitor.samples();
  await context.poller.until(`${tenant.login}: a while without launches`, async () =>
    context.fleetMonitor.samples() >= samples + QUIET_SAMPLES ? true : undefined,
  );
  const started = (await startedJobs(context, tenant, ids)).length;
  context.checks.check(
    `nothing starts for ${tenant.login} while it is suspended, though a slot is free`,
    started === SMALL_LIMIT && context.fleetMonitor.machinesOf(tenant.id).length === machines,
  );
  await context.user.unsuspend(tenant.id);
  await untilStatus(context, tenant, 'active');
  context.log(`${tenant.login} lifts the suspension`);
  await untilStarted(context, tenant, ids, ids.length);
  context.checks.check(`the job of ${tenant.login} that waited starts when the suspension is lifted`, true);
  await finishAll(context, tenant, ids);
}

export async function uninstallApp(context: ScenarioContext, tenant: Tenant): Promise<void> {
  const [id = 0] = await queueHeld(context, tenant, 1);
  await untilStarted(context, tenant, [id], 1);
  await context.user.uninstall(tenant.id);
  context.log(`${tenant.login} uninstalls the App while a job runs`);
  await untilStatus(context, tenant, 'deleted');
  await context.poller.until(`${tenant.login}: the end of its machine`, async () =>
    context.fleetMonitor.running(tenant.id) === 0 ? true : undefined,
  );
  context.checks.check(
    `the machine of ${tenant.login} is terminated with its installation, its row says deleted`,
    true,
  );
  await context.poller.until(`${tenant.login}: a finished clean-up`, async () =>
    (await context.account.tenant(tenant.id))?.cleanup === 'done' ? true : undefined,
  );
  const left = [...(await context.account.parameters(tenant.id)), ...(await context.account.securityGroups(tenant.id))];
  context.checks.check(
    `no machine, parameter or security group of ${tenant.login} is left`,
    left.length === 0 && context.fleetMonitor.running(tenant.id) === 0,
    left.join(', '),
  );
}

/** A runner is called `{prefix}-{instance id}`. */
function machineOf(job: ObservedJob): string {
  return /i-[0-9a-f]+$/.exec(job.runnerName ?? '')?.[0] ?? '';
}

async function queueHeld(context: ScenarioContext, tenant: Tenant, count: number): Promise<readonly number[]> {
  const ids: number[] = [];
  while (ids.length < count)
    ids.push(await context.user.queue({ installationId: tenant.id, size: 'small', seconds: null }));
  return ids;
}

async function allSucceeded(context: ScenarioContext, tenant: Tenant, ids: readonly number[]): Promise<boolean> {
  const jobs = await context.user.jobs(tenant.id);
  return ids.every((id) => jobs.some((job) => job.id === id && job.conclusion === 'success'));
}

async function untilStatus(context: ScenarioContext, tenant: Tenant, status: string): Promise<void> {
  await context.poller.until(`${tenant.login}: a row that says ${status}`, async () =>
    (await context.account.tenant(tenant.id))?.status === status ? true : undefined,
  );
}
