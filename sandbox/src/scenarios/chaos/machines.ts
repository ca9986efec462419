import { startedJobs } from '../kit/scenario-context';
import { attack, cast, queueOne, ranOnOwnMachine, untilEnded, type FireStage } from './chaos-context';

/** Machines that die, runners that somebody else takes, webhooks that come twice or late, sizes that EC2 has run out of. */
export async function machineScenes(stage: FireStage): Promise<void> {
  await attack(stage, 'a machine dies before it takes its job', () => deadMachine(stage));
  await attack(stage, 'a runner is taken by a job that the App cannot see', () => stolenRunner(stage));
  await attack(stage, 'every webhook comes twice', () => twice(stage));
  await attack(stage, 'a job of a public repository', () => publicRepository(stage));
  await attack(stage, 'EC2 has run out of a size', () => noCapacity(stage));
}

async function deadMachine(stage: FireStage): Promise<void> {
  const [tenant] = await cast(stage, ['unlucky']);
  if (tenant === undefined) return;
  await stage.hands.machineFault({ kind: 'never_boots', installation_id: tenant.id, times: 1 });
  const id = await queueOne(stage, tenant);
  const dead = await stage.patience.until(`${tenant.login}: a machine that came up dead`, async () =>
    (await stage.hands.machineFaultsLeft()) === 0 ? stage.census.machinesOf(tenant.id)[0] : undefined);
  await stage.hands.endMachine(dead);
  const ran = await ranOnOwnMachine(stage, tenant, id);
  const machines = stage.census.machinesOf(tenant.id);
  stage.expectations.check('the job of a machine that died gets another, and only one', ran.held && machines.length === 2, `${ran.detail}; ${machines.join(', ')}`);
}

async function stolenRunner(stage: FireStage): Promise<void> {
  const [tenant] = await cast(stage, ['robbed']);
  if (tenant === undefined) return;
  const thief = await stage.hands.queue(tenant.id, { repo: 'hidden', hidden: true });
  const id = await queueOne(stage, tenant);
  await untilEnded(stage, tenant, thief);
  const ran = await ranOnOwnMachine(stage, tenant, id);
  const machines = stage.census.machinesOf(tenant.id);
  stage.expectations.check('a job whose runner was taken by an unknown one gets another machine, and only one', ran.held && machines.length === 2, `${ran.detail}; ${machines.join(', ')}`);
}

async function twice(stage: FireStage): Promise<void> {
  const [tenant] = await cast(stage, ['echo']);
  if (tenant === undefined) return;
  await stage.hands.deliveryFault({ kind: 'duplicate', installation_id: tenant.id, event: 'workflow_job' });
  const ids = [await queueOne(stage, tenant), await queueOne(stage, tenant)];
  const ran = await Promise.all(ids.map((id) => ranOnOwnMachine(stage, tenant, id)));
  const machines = stage.census.machinesOf(tenant.id);
  stage.expectations.check('two jobs, of which every webhook comes twice, start two machines', ran.every((one) => one.held) && machines.length === 2, machines.join(', '));
}

async function publicRepository(stage: FireStage): Promise<void> {
  const [tenant] = await cast(stage, ['open']);
  if (tenant === undefined) return;
  const id = await stage.hands.queue(tenant.id, { repo: 'open', public: true });
  const row = await stage.patience.until(`${tenant.login}: a row of its job`, () => stage.account.job(tenant.id, id));
  stage.expectations.check('a job of a public repository is refused, with the reason', row.state === 'refused' && row.reason === 'public-repository', JSON.stringify(row));
}

async function noCapacity(stage: FireStage): Promise<void> {
  const [tenant] = await cast(stage, ['crowded']);
  if (tenant === undefined) return;
  await stage.hands.awsFault({ operation: 'RunInstances', code: 'InsufficientInstanceCapacity', status: 500, times: 20, match: { InstanceType: 't3.large' } });
  const id = await queueOne(stage, tenant, null, 'medium');
  await stage.patience.until(`${tenant.login}: its job running`, async () => ((await startedJobs(stage, tenant, [id])).length > 0 ? true : undefined));
  await stage.steering.finish(id);
  const ran = await ranOnOwnMachine(stage, tenant, id);
  stage.expectations.check('a job runs on the other type of its size when EC2 has none of the first', ran.held, ran.detail);
}
