import type { Tenant } from '../kit/scenario-context';
import { attack, cast, queueOne, ranOnOwnMachine, type FireStage } from './chaos-context';

/** What GitHub told in vain, or told nobody. The recovery comes every two minutes, so its work is looked at before the end. */
export async function recoveryScenes(stage: FireStage): Promise<void> {
  await attack(stage, 'the webhook of a queued job is lost', () => lostJob(stage));
  await attack(stage, 'a job is queued while its account is suspended', () => unheardJob(stage));
  await attack(stage, 'the webhook of an installation is lost', () => lostInstallation(stage));
}

async function lostJob(stage: FireStage): Promise<void> {
  const [tenant] = await cast(stage, ['unheard']);
  if (tenant === undefined) return;
  await stage.hands.deliveryFault({ kind: 'drop', installation_id: tenant.id, event: 'workflow_job', action: 'queued', times: 1 });
  const id = await queueOne(stage, tenant);
  stage.later.push(() => runsOnce(stage, tenant, id, 'a job whose webhook was lost is told of again'));
}

/** GitHub sends nothing for a suspended account, so nothing has failed either: the job has to be looked for. */
async function unheardJob(stage: FireStage): Promise<void> {
  const [tenant] = await cast(stage, ['napper']);
  if (tenant === undefined) return;
  const status = (wanted: string): Promise<true> => stage.patience.until(`${tenant.login}: ${wanted}`, async () => ((await stage.account.tenant(tenant.id))?.status === wanted ? true : undefined));
  await stage.steering.suspend(tenant.id);
  await status('suspended');
  const id = await queueOne(stage, tenant);
  await stage.steering.unsuspend(tenant.id);
  await status('active');
  stage.later.push(() => runsOnce(stage, tenant, id, 'a job that was queued during a suspension is found after it'));
}

async function lostInstallation(stage: FireStage): Promise<void> {
  await stage.hands.deliveryFault({ kind: 'drop', event: 'installation', action: 'created', times: 1 });
  const login = 'unannounced';
  const tenant: Tenant = { login, type: 'Organization', id: await stage.steering.install(login, 'Organization') };
  stage.census.setLimit(tenant.id, 2);
  const id = await queueOne(stage, tenant);
  stage.later.push(() => runsOnce(stage, tenant, id, 'a tenant whose installation was not told of is onboarded, and its job runs'));
}

async function runsOnce(stage: FireStage, tenant: Tenant, id: number, expectation: string): Promise<void> {
  const ran = await ranOnOwnMachine(stage, tenant, id);
  const machines = stage.census.machinesOf(tenant.id);
  stage.expectations.check(`${expectation}, on one machine`, ran.held && machines.length === 1, `${ran.detail}; ${machines.join(', ')}`);
}
