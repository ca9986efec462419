import {
  finishAll,
  startedJobs,
  untilFree,
  untilFull,
  untilStarted,
  type ScenarioContext,
  type Tenant,
} from '../kit/scenario-context';
import type { SteeredJob } from '../../control/client';

const SMALL_LIMIT = 2;
const MEDIUM_LIMIT = 5;
/**
 * An absence can't be waited for: this many looks at the account's machines, about a third of a second apart, must show
 * it.
 */
const LOOKS_OF_SILENCE = 12;

export async function installScene(
  stage: ScenarioContext,
  createTenants: readonly Omit<Tenant, 'id'>[],
): Promise<readonly Tenant[]> {
  const tenants: Tenant[] = [];
  for (const member of createTenants) {
    const tenant = { ...member, id: await stage.client.install(member.login, member.type) };
    stage.fleetMonitor.setLimit(tenant.id, SMALL_LIMIT);
    tenants.push(tenant);
    stage.say(`${tenant.login} installs the App (installation ${tenant.id})`);
  }
  for (const tenant of tenants) {
    const row = await stage.poller.until(`${tenant.login}: an active row`, async () => {
      const found = await stage.account.tenant(tenant.id);
      return found?.status === 'active' ? found : undefined;
    });
    const right = row.tier === 'small' && row.maxRunners === SMALL_LIMIT && row.orgType === tenant.type;
    stage.checks.check(
      `${tenant.login} is an active tenant of tier small, limit ${SMALL_LIMIT}, as soon as it installs`,
      right,
      JSON.stringify(row),
    );
  }
  return tenants;
}

/** One job of each size, each with another tenant: sizes are chosen by label. */
export async function sizesScene(stage: ScenarioContext, tenants: readonly Tenant[]): Promise<void> {
  const sizes = ['small', 'medium', 'large'];
  const queued = await Promise.all(
    tenants.map(async (tenant, index) => {
      const size = sizes[index % sizes.length] ?? 'small';
      return { tenant, size, id: await stage.client.queue({ installationId: tenant.id, size }) };
    }),
  );
  for (const { tenant, size, id } of queued) {
    const job = await stage.poller.until(`${tenant.login}: the end of its ${size} job`, async () =>
      (await stage.client.jobs(tenant.id)).find((one) => one.id === id && one.status === 'completed'),
    );
    const tags = stage.fleetMonitor.tagsOf(machineOf(job));
    const right =
      tags?.['ghr:runner_tier'] === size &&
      tags['ghr:tenant_id'] === String(tenant.id) &&
      tags['ghr:tenant_tier'] === 'small';
    stage.checks.check(
      `a ${size} job of ${tenant.login} ran on a ${size} machine of its own`,
      job.conclusion === 'success' && right,
      JSON.stringify({ ...job, tags }),
    );
  }
}

export async function limitScene(stage: ScenarioContext, tenant: Tenant): Promise<void> {
  await untilFree(stage, tenant);
  const ids = await queueHeld(stage, tenant, 4);
  stage.say(`${tenant.login} queues four jobs with a limit of ${SMALL_LIMIT}`);
  const waiting = await untilFull(stage, tenant, ids, SMALL_LIMIT);
  stage.checks.check(`two jobs of ${tenant.login} run, the third and the fourth wait`, waiting.length === 2);
  const [first] = (await startedJobs(stage, tenant, ids)).filter((job) => job.status === 'in_progress');
  await stage.client.finish(first?.id ?? 0);
  stage.say(`one job of ${tenant.login} ends`);
  await untilStarted(stage, tenant, ids, SMALL_LIMIT + 1);
  stage.checks.check(`the end of one starts the next job of ${tenant.login}`, true);
  await finishAll(stage, tenant, ids);
  stage.checks.check(`all four jobs of ${tenant.login} ran`, await allSucceeded(stage, tenant, ids));
}

export async function upgradeScene(
  stage: ScenarioContext,
  tenant: Tenant,
  upgrade: () => Promise<void>,
): Promise<void> {
  await untilFree(stage, tenant);
  const ids = await queueHeld(stage, tenant, 4);
  await untilFull(stage, tenant, ids, SMALL_LIMIT);
  stage.say(`${tenant.login} has two jobs running and two waiting; its tier is raised with the AWS CLI`);
  // From the first moment at which the change may have taken effect.
  stage.fleetMonitor.setLimit(tenant.id, MEDIUM_LIMIT);
  await upgrade();
  await untilStarted(stage, tenant, ids, ids.length);
  const row = await stage.account.tenant(tenant.id);
  stage.checks.check(
    `the upgrade command, and nothing else, starts the waiting jobs of ${tenant.login}`,
    row?.tier === 'medium' && row.maxRunners === MEDIUM_LIMIT,
    JSON.stringify(row),
  );
  await finishAll(stage, tenant, ids);
}

export async function suspendScene(stage: ScenarioContext, tenant: Tenant): Promise<void> {
  await untilFree(stage, tenant);
  const ids = await queueHeld(stage, tenant, 3);
  await untilFull(stage, tenant, ids, SMALL_LIMIT);
  await stage.client.suspend(tenant.id);
  await untilStatus(stage, tenant, 'suspended');
  stage.say(`${tenant.login} suspends the App with one job waiting; one of its jobs ends`);
  const [first] = (await startedJobs(stage, tenant, ids)).filter((job) => job.status === 'in_progress');
  await stage.client.finish(first?.id ?? 0);
  await untilFree(stage, tenant, SMALL_LIMIT - 1);
  const machines = stage.fleetMonitor.machinesOf(tenant.id).length;
  const samples = stage.fleetMonitor.samples();
  await stage.poller.until(`${tenant.login}: a while of silence`, async () =>
    stage.fleetMonitor.samples() >= samples + LOOKS_OF_SILENCE ? true : undefined,
  );
  const started = (await startedJobs(stage, tenant, ids)).length;
  stage.checks.check(
    `nothing starts for ${tenant.login} while it is suspended, though a slot is free`,
    started === SMALL_LIMIT && stage.fleetMonitor.machinesOf(tenant.id).length === machines,
  );
  await stage.client.unsuspend(tenant.id);
  await untilStatus(stage, tenant, 'active');
  stage.say(`${tenant.login} lifts the suspension`);
  await untilStarted(stage, tenant, ids, ids.length);
  stage.checks.check(`the job of ${tenant.login} that waited starts when the suspension is lifted`, true);
  await finishAll(stage, tenant, ids);
}

export async function uninstallScene(stage: ScenarioContext, tenant: Tenant): Promise<void> {
  const [id = 0] = await queueHeld(stage, tenant, 1);
  await untilStarted(stage, tenant, [id], 1);
  await stage.client.uninstall(tenant.id);
  stage.say(`${tenant.login} uninstalls the App while a job runs`);
  await untilStatus(stage, tenant, 'deleted');
  await stage.poller.until(`${tenant.login}: the end of its machine`, async () =>
    stage.fleetMonitor.running(tenant.id) === 0 ? true : undefined,
  );
  stage.checks.check(`the machine of ${tenant.login} is terminated with its installation, its row says deleted`, true);
  await stage.poller.until(`${tenant.login}: a finished clean-up`, async () =>
    (await stage.account.tenant(tenant.id))?.cleanup === 'done' ? true : undefined,
  );
  const left = [...(await stage.account.parameters(tenant.id)), ...(await stage.account.securityGroups(tenant.id))];
  stage.checks.check(
    `no machine, parameter or security group of ${tenant.login} is left`,
    left.length === 0 && stage.fleetMonitor.running(tenant.id) === 0,
    left.join(', '),
  );
}

/** A runner is called `{prefix}-{instance id}`. */
function machineOf(job: SteeredJob): string {
  return /i-[0-9a-f]+$/.exec(job.runnerName ?? '')?.[0] ?? '';
}

async function queueHeld(stage: ScenarioContext, tenant: Tenant, count: number): Promise<readonly number[]> {
  const ids: number[] = [];
  while (ids.length < count)
    ids.push(await stage.client.queue({ installationId: tenant.id, size: 'small', seconds: null }));
  return ids;
}

async function allSucceeded(stage: ScenarioContext, tenant: Tenant, ids: readonly number[]): Promise<boolean> {
  const jobs = await stage.client.jobs(tenant.id);
  return ids.every((id) => jobs.some((job) => job.id === id && job.conclusion === 'success'));
}

async function untilStatus(stage: ScenarioContext, tenant: Tenant, status: string): Promise<void> {
  await stage.poller.until(`${tenant.login}: a row that says ${status}`, async () =>
    (await stage.account.tenant(tenant.id))?.status === status ? true : undefined,
  );
}
