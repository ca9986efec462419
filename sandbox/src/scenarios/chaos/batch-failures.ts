import type { Tenant } from '../kit/scenario-context';
import {
  asOneBatch,
  experiment,
  createTenants,
  queueOne,
  ranOnOwnMachine,
  untilEnded,
  type ChaosContext,
} from './chaos-context';

/** Cases in which single-tenant runners of this kind are known to mix tenants up, lose jobs or start machines twice. */
export async function batchFailures(stage: ChaosContext): Promise<void> {
  await experiment(stage, 'two tenants, five jobs each, in one batch', () => twoTenants(stage));
  await experiment(stage, 'EC2 fails for the rest of a batch', () => halfBatch(stage));
  await experiment(stage, 'the first of three jobs is gone already', () => goneJob(stage));
}

/** Registering at the wrong organisation, and one registration a second, would both show here. */
async function twoTenants(stage: ChaosContext): Promise<void> {
  const tenants = await createTenants(stage, ['north', 'south'], 5);
  const queued = await asOneBatch(stage, 10, async () => {
    const made: { tenant: Tenant; id: number }[] = [];
    for (let round = 0; round < 5; round += 1)
      for (const tenant of tenants) made.push({ tenant, id: await queueOne(stage, tenant) });
    return made;
  });
  const released = Date.now();
  const ran = await Promise.all(queued.map(({ tenant, id }) => ranOnOwnMachine(stage, tenant, id)));
  const wrong = ran.filter((one) => !one.held).map((one) => one.detail);
  stage.checks.check(
    'ten jobs of two tenants in one batch all ran, each on a machine of its own tenant',
    wrong.length === 0,
    wrong.join('; '),
  );
  const machines = tenants.flatMap((tenant) => stage.fleetMonitor.machinesOf(tenant.id)).length;
  stage.checks.check('ten jobs started ten machines', machines === 10, String(machines));
  stage.figures.push({
    what: 'ten jobs of two tenants, from one batch to the last end',
    value: `${((Date.now() - released) / 1000).toFixed(1)} s`,
  });
}

/** What was started before the failure must not be started again with what was not. */
async function halfBatch(stage: ChaosContext): Promise<void> {
  const tenants = await createTenants(stage, ['first', 'second', 'third']);
  // The SDK and the function try again by themselves: enough refusals to outlast both. Only these jobs are large.
  for (const type of ['t3.xlarge', 'm5.xlarge']) {
    await stage.chaos.awsFault({
      operation: 'RunInstances',
      code: 'RequestLimitExceeded',
      status: 503,
      times: 12,
      after: type === 't3.xlarge' ? 1 : 0,
      match: { InstanceType: type },
    });
  }
  const ids = await Promise.all(tenants.map((tenant) => queueOne(stage, tenant, 1, 'large')));
  stage.later.push(async () => {
    for (const [index, tenant] of tenants.entries()) {
      const ran = await ranOnOwnMachine(stage, tenant, ids[index] ?? 0);
      const machines = stage.fleetMonitor.machinesOf(tenant.id);
      stage.checks.check(
        `the job of ${tenant.login} ran although EC2 refused most of its batch, on one machine`,
        ran.held && machines.length === 1,
        `${ran.detail}; ${machines.join(', ')}`,
      );
    }
  });
}

/** One slot, three jobs, and the first was cancelled without a word. */
async function goneJob(stage: ChaosContext): Promise<void> {
  const [tenant] = await createTenants(stage, ['single'], 1);
  if (tenant === undefined) return;
  const ids = await asOneBatch(
    stage,
    3,
    async () => [await queueOne(stage, tenant), await queueOne(stage, tenant), await queueOne(stage, tenant)],
    async () => {
      await stage.chaos.deliveryFault({
        kind: 'drop',
        installation_id: tenant.id,
        event: 'workflow_job',
        action: 'completed',
        times: 1,
      });
      const [cancelled = 0] = (await stage.client.jobs(tenant.id))
        .map((job) => job.id)
        .sort((one, other) => one - other);
      await stage.chaos.cancel(cancelled);
    },
  );
  const ended = await Promise.all(ids.slice(1).map((id) => untilEnded(stage, tenant, id)));
  stage.checks.check(
    'behind a job that is gone, both others run, one after the other',
    ended.every((job) => job.conclusion === 'success'),
    JSON.stringify(ended),
  );
  // The machine of the job that is gone waits for its idle time, which is longer than this.
  await stage.client.uninstall(tenant.id);
}
