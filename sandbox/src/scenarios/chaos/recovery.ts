import type { Tenant } from '../kit/scenario-context';
import { experiment, createTenants, queueOne, ranOnOwnMachine, type ChaosContext } from './chaos-context';

/**
 * What GitHub told in vain, or told nobody. The recovery comes every two minutes, so its work is looked at before the
 * end.
 */
export async function missedWebhooks(stage: ChaosContext): Promise<void> {
  await experiment(stage, 'the webhook of a queued job is lost', () => lostJob(stage));
  await experiment(stage, 'a job is queued while its account is suspended', () => unheardJob(stage));
  await experiment(stage, 'the webhook of an installation is lost', () => lostInstallation(stage));
}

async function lostJob(stage: ChaosContext): Promise<void> {
  const [tenant] = await createTenants(stage, ['unheard']);
  if (tenant === undefined) return;
  await stage.chaos.deliveryFault({
    kind: 'drop',
    installation_id: tenant.id,
    event: 'workflow_job',
    action: 'queued',
    times: 1,
  });
  const id = await queueOne(stage, tenant);
  stage.later.push(() => runsOnce(stage, tenant, id, 'a job whose webhook was lost is told of again'));
}

/** GitHub sends nothing for a suspended account, so nothing has failed either: the job has to be looked for. */
async function unheardJob(stage: ChaosContext): Promise<void> {
  const [tenant] = await createTenants(stage, ['napper']);
  if (tenant === undefined) return;
  const status = (wanted: string): Promise<true> =>
    stage.poller.until(`${tenant.login}: ${wanted}`, async () =>
      (await stage.account.tenant(tenant.id))?.status === wanted ? true : undefined,
    );
  await stage.client.suspend(tenant.id);
  await status('suspended');
  const id = await queueOne(stage, tenant);
  await stage.client.unsuspend(tenant.id);
  await status('active');
  stage.later.push(() => runsOnce(stage, tenant, id, 'a job that was queued during a suspension is found after it'));
}

async function lostInstallation(stage: ChaosContext): Promise<void> {
  await stage.chaos.deliveryFault({ kind: 'drop', event: 'installation', action: 'created', times: 1 });
  const login = 'unannounced';
  const tenant: Tenant = { login, type: 'Organization', id: await stage.client.install(login, 'Organization') };
  stage.fleetMonitor.setLimit(tenant.id, 2);
  const id = await queueOne(stage, tenant);
  stage.later.push(() =>
    runsOnce(stage, tenant, id, 'a tenant whose installation was not told of is onboarded, and its job runs'),
  );
}

async function runsOnce(stage: ChaosContext, tenant: Tenant, id: number, expectation: string): Promise<void> {
  const ran = await ranOnOwnMachine(stage, tenant, id);
  const machines = stage.fleetMonitor.machinesOf(tenant.id);
  stage.checks.check(
    `${expectation}, on one machine`,
    ran.held && machines.length === 1,
    `${ran.detail}; ${machines.join(', ')}`,
  );
}
