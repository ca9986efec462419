import { startedJobs } from '../kit/scenario-context';
import { experiment, createTenants, queueOne, ranOnOwnMachine, untilEnded, type ChaosContext } from './chaos-context';

/**
 * Machines that die, runners that another job takes, webhooks that come twice, sizes without EC2 capacity.
 */
export async function machineFailures(context: ChaosContext): Promise<void> {
  await experiment(context, 'a machine dies before it takes its job', () => deadMachine(context));
  await experiment(context, 'a runner is taken by a job that the App cannot see', () => stolenRunner(context));
  await experiment(context, 'every webhook comes twice', () => twice(context));
  await experiment(context, 'a job of a public repository', () => publicRepository(context));
  await experiment(context, 'EC2 has no capacity for a size', () => noCapacity(context));
}

async function deadMachine(context: ChaosContext): Promise<void> {
  const [tenant] = await createTenants(context, ['unlucky']);
  if (tenant === undefined) return;
  await context.operator.addFault('machines', { kind: 'never_boots', installation_id: tenant.id, times: 1 });
  const id = await queueOne(context, tenant);
  const dead = await context.poller.until(`${tenant.login}: a machine that came up dead`, async () =>
    (await context.operator.machineFaultsLeft()) === 0 ? context.fleetMonitor.machinesOf(tenant.id)[0] : undefined,
  );
  await context.operator.endMachine(dead);
  const ran = await ranOnOwnMachine(context, tenant, id);
  const machines = context.fleetMonitor.machinesOf(tenant.id);
  context.checks.check(
    'the job of a machine that died gets another, and only one',
    ran.held && machines.length === 2,
    `${ran.detail}; ${machines.join(', ')}`,
  );
}

async function stolenRunner(context: ChaosContext): Promise<void> {
  const [tenant] = await createTenants(context, ['robbed']);
  if (tenant === undefined) return;
  const taker = await context.user.queue({
    installationId: tenant.id,
    size: 'small',
    seconds: 1,
    more: { repo: 'hidden', hidden: true },
  });
  const id = await queueOne(context, tenant);
  await untilEnded(context, tenant, taker);
  const ran = await ranOnOwnMachine(context, tenant, id);
  const machines = context.fleetMonitor.machinesOf(tenant.id);
  context.checks.check(
    'a job whose runner was taken by an unknown one gets another machine, and only one',
    ran.held && machines.length === 2,
    `${ran.detail}; ${machines.join(', ')}`,
  );
}

async function twice(context: ChaosContext): Promise<void> {
  const [tenant] = await createTenants(context, ['echo']);
  if (tenant === undefined) return;
  await context.operator.addFault('deliveries', {
    kind: 'duplicate',
    installation_id: tenant.id,
    event: 'workflow_job',
  });
  const ids = [await queueOne(context, tenant), await queueOne(context, tenant)];
  const ran = await Promise.all(ids.map((id) => ranOnOwnMachine(context, tenant, id)));
  const machines = context.fleetMonitor.machinesOf(tenant.id);
  context.checks.check(
    'two jobs, of which every webhook comes twice, start two machines',
    ran.every((one) => one.held) && machines.length === 2,
    machines.join(', '),
  );
}

async function publicRepository(context: ChaosContext): Promise<void> {
  const [tenant] = await createTenants(context, ['open']);
  if (tenant === undefined) return;
  const id = await context.user.queue({
    installationId: tenant.id,
    size: 'small',
    seconds: 1,
    more: { repo: 'open', public: true },
  });
  const row = await context.poller.until(`${tenant.login}: a row of its job`, () => context.account.job(tenant.id, id));
  context.checks.check(
    'a job of a public repository is refused, with the reason',
    row.state === 'refused' && row.reason === 'public-repository',
    JSON.stringify(row),
  );
}

async function noCapacity(context: ChaosContext): Promise<void> {
  const [tenant] = await createTenants(context, ['crowded']);
  if (tenant === undefined) return;
  await context.operator.addFault('aws', {
    operation: 'RunInstances',
    code: 'InsufficientInstanceCapacity',
    status: 500,
    times: 20,
    match: { InstanceType: 't3.large' },
  });
  const id = await queueOne(context, tenant, null, 'medium');
  await context.poller.until(`${tenant.login}: its job running`, async () =>
    (await startedJobs(context, tenant, [id])).length > 0 ? true : undefined,
  );
  await context.user.finish(id);
  const ran = await ranOnOwnMachine(context, tenant, id);
  context.checks.check('a job runs on the other type of its size when EC2 has none of the first', ran.held, ran.detail);
}
