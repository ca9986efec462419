import { startedJobs } from '../kit/scenario-context';
import { experiment, createTenants, queueOne, ranOnOwnMachine, untilEnded, type ChaosContext } from './chaos-context';

/**
 * Machines that die, runners that somebody else takes, webhooks that come twice or late, sizes that EC2 has run out of.
 */
export async function machineFailures(stage: ChaosContext): Promise<void> {
  await experiment(stage, 'a machine dies before it takes its job', () => deadMachine(stage));
  await experiment(stage, 'a runner is taken by a job that the App cannot see', () => stolenRunner(stage));
  await experiment(stage, 'every webhook comes twice', () => twice(stage));
  await experiment(stage, 'a job of a public repository', () => publicRepository(stage));
  await experiment(stage, 'EC2 has run out of a size', () => noCapacity(stage));
}

async function deadMachine(stage: ChaosContext): Promise<void> {
  const [tenant] = await createTenants(stage, ['unlucky']);
  if (tenant === undefined) return;
  await stage.chaos.machineFault({ kind: 'never_boots', installation_id: tenant.id, times: 1 });
  const id = await queueOne(stage, tenant);
  const dead = await stage.poller.until(`${tenant.login}: a machine that came up dead`, async () =>
    (await stage.chaos.machineFaultsLeft()) === 0 ? stage.fleetMonitor.machinesOf(tenant.id)[0] : undefined,
  );
  await stage.chaos.endMachine(dead);
  const ran = await ranOnOwnMachine(stage, tenant, id);
  const machines = stage.fleetMonitor.machinesOf(tenant.id);
  stage.checks.check(
    'the job of a machine that died gets another, and only one',
    ran.held && machines.length === 2,
    `${ran.detail}; ${machines.join(', ')}`,
  );
}

async function stolenRunner(stage: ChaosContext): Promise<void> {
  const [tenant] = await createTenants(stage, ['robbed']);
  if (tenant === undefined) return;
  const taker = await stage.chaos.queue(tenant.id, { repo: 'hidden', hidden: true });
  const id = await queueOne(stage, tenant);
  await untilEnded(stage, tenant, taker);
  const ran = await ranOnOwnMachine(stage, tenant, id);
  const machines = stage.fleetMonitor.machinesOf(tenant.id);
  stage.checks.check(
    'a job whose runner was taken by an unknown one gets another machine, and only one',
    ran.held && machines.length === 2,
    `${ran.detail}; ${machines.join(', ')}`,
  );
}

async function twice(stage: ChaosContext): Promise<void> {
  const [tenant] = await createTenants(stage, ['echo']);
  if (tenant === undefined) return;
  await stage.chaos.deliveryFault({ kind: 'duplicate', installation_id: tenant.id, event: 'workflow_job' });
  const ids = [await queueOne(stage, tenant), await queueOne(stage, tenant)];
  const ran = await Promise.all(ids.map((id) => ranOnOwnMachine(stage, tenant, id)));
  const machines = stage.fleetMonitor.machinesOf(tenant.id);
  stage.checks.check(
    'two jobs, of which every webhook comes twice, start two machines',
    ran.every((one) => one.held) && machines.length === 2,
    machines.join(', '),
  );
}

async function publicRepository(stage: ChaosContext): Promise<void> {
  const [tenant] = await createTenants(stage, ['open']);
  if (tenant === undefined) return;
  const id = await stage.chaos.queue(tenant.id, { repo: 'open', public: true });
  const row = await stage.poller.until(`${tenant.login}: a row of its job`, () => stage.account.job(tenant.id, id));
  stage.checks.check(
    'a job of a public repository is refused, with the reason',
    row.state === 'refused' && row.reason === 'public-repository',
    JSON.stringify(row),
  );
}

async function noCapacity(stage: ChaosContext): Promise<void> {
  const [tenant] = await createTenants(stage, ['crowded']);
  if (tenant === undefined) return;
  await stage.chaos.awsFault({
    operation: 'RunInstances',
    code: 'InsufficientInstanceCapacity',
    status: 500,
    times: 20,
    match: { InstanceType: 't3.large' },
  });
  const id = await queueOne(stage, tenant, null, 'medium');
  await stage.poller.until(`${tenant.login}: its job running`, async () =>
    (await startedJobs(stage, tenant, [id])).length > 0 ? true : undefined,
  );
  await stage.client.finish(id);
  const ran = await ranOnOwnMachine(stage, tenant, id);
  stage.checks.check('a job runs on the other type of its size when EC2 has none of the first', ran.held, ran.detail);
}
