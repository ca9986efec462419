import type { Tenant } from '../kit/scenario-context';
import { experiment, createTenants, queueOne, ranOnOwnMachine, type ChaosContext } from './chaos-context';

/**
 * Webhooks that failed or never came. The recovery runs every two minutes, so its work is checked later.
 */
export async function missedWebhooks(context: ChaosContext): Promise<void> {
  await experiment(context, 'the webhook of a queued job is lost', () => lostJob(context));
  await experiment(context, 'a job is queued while its account is suspended', () => missedJob(context));
  await experiment(context, 'the webhook of an installation is lost', () => lostInstallation(context));
}

async function lostJob(context: ChaosContext): Promise<void> {
  const [tenant] = await createTenants(context, ['missed']);
  if (tenant === undefined) return;
  await context.operator.addFault('deliveries', {
    kind: 'drop',
    installation_id: tenant.id,
    event: 'workflow_job',
    action: 'queued',
    times: 1,
  });
  const id = await queueOne(context, tenant);
  context.later.push(() => runsOnce(context, tenant, id, 'the lost webhook of a job is redelivered'));
}

/** GitHub sends nothing for a suspended account, so no delivery failed: only a search finds the job. */
async function missedJob(context: ChaosContext): Promise<void> {
  const [tenant] = await createTenants(context, ['napper']);
  if (tenant === undefined) return;
  const status = (wanted: string): Promise<true> =>
    context.poller.until(`${tenant.login}: ${wanted}`, async () =>
      (await context.account.tenant(tenant.id))?.status === wanted ? true : undefined,
    );
  await context.user.suspend(tenant.id);
  await status('suspended');
  const id = await queueOne(context, tenant);
  await context.user.unsuspend(tenant.id);
  await status('active');
  context.later.push(() =>
    runsOnce(context, tenant, id, 'a job that was queued during a suspension is found after it'),
  );
}

async function lostInstallation(context: ChaosContext): Promise<void> {
  await context.operator.addFault('deliveries', { kind: 'drop', event: 'installation', action: 'created', times: 1 });
  const login = 'unannounced';
  const tenant: Tenant = { login, type: 'Organization', id: await context.user.install(login, 'Organization') };
  context.fleetMonitor.setLimit(tenant.id, 2);
  const id = await queueOne(context, tenant);
  context.later.push(() =>
    runsOnce(context, tenant, id, 'a tenant without an installation webhook is onboarded, and its job runs'),
  );
}

async function runsOnce(context: ChaosContext, tenant: Tenant, id: number, expectation: string): Promise<void> {
  const ran = await ranOnOwnMachine(context, tenant, id);
  const machines = context.fleetMonitor.machinesOf(tenant.id);
  context.checks.check(
    `${expectation}, on one machine`,
    ran.held && machines.length === 1,
    `${ran.detail}; ${machines.join(', ')}`,
  );
}
