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
export async function batchFailures(context: ChaosContext): Promise<void> {
  await experiment(context, 'two tenants, five jobs each, in one batch', () => twoTenants(context));
  await experiment(context, 'EC2 fails for the rest of a batch', () => halfBatch(context));
  await experiment(context, 'the first of three jobs was cancelled', () => goneJob(context));
}

/** Registering at the wrong organisation, and one registration a second, would both show here. */
async function twoTenants(context: ChaosContext): Promise<void> {
  const tenants = await createTenants(context, ['north', 'south'], 5);
  const queued = await asOneBatch(context, 10, async () => {
    const made: { tenant: Tenant; id: number }[] = [];
    for (let round = 0; round < 5; round += 1)
      for (const tenant of tenants) made.push({ tenant, id: await queueOne(context, tenant) });
    return made;
  });
  const released = Date.now();
  const ran = await Promise.all(queued.map(({ tenant, id }) => ranOnOwnMachine(context, tenant, id)));
  const wrong = ran.filter((one) => !one.held).map((one) => one.detail);
  context.checks.check(
    'ten jobs of two tenants in one batch all ran, each on a machine of its own tenant',
    wrong.length === 0,
    wrong.join('; '),
  );
  const machines = tenants.flatMap((tenant) => context.fleetMonitor.machinesOf(tenant.id)).length;
  context.checks.check('ten jobs started ten machines', machines === 10, String(machines));
  context.figures.push({
    what: 'ten jobs of two tenants, from one batch to the last end',
    value: `${((Date.now() - released) / 1000).toFixed(1)} s`,
  });
}

/** Launches from before the failure must not repeat with the rest of the batch. */
async function halfBatch(context: ChaosContext): Promise<void> {
  const tenants = await createTenants(context, ['first', 'second', 'third']);
  // The SDK and the function try again by themselves: enough refusals to outlast both. Only these jobs are large.
  for (const type of ['t3.xlarge', 'm5.xlarge']) {
    await context.operator.addFault('aws', {
      operation: 'RunInstances',
      code: 'RequestLimitExceeded',
      status: 503,
      times: 12,
      after: type === 't3.xlarge' ? 1 : 0,
      match: { InstanceType: type },
    });
  }
  const ids = await Promise.all(tenants.map((tenant) => queueOne(context, tenant, 1, 'large')));
  context.later.push(async () => {
    for (const [index, tenant] of tenants.entries()) {
      const ran = await ranOnOwnMachine(context, tenant, ids[index] ?? 0);
      const machines = context.fleetMonitor.machinesOf(tenant.id);
      context.checks.check(
        `the job of ${tenant.login} ran although EC2 refused most of its batch, on one machine`,
        ran.held && machines.length === 1,
        `${ran.detail}; ${machines.join(', ')}`,
      );
    }
  });
}

/** One slot, three jobs, and the first was cancelled without a webhook. */
async function goneJob(context: ChaosContext): Promise<void> {
  const [tenant] = await createTenants(context, ['single'], 1);
  if (tenant === undefined) return;
  const ids = await asOneBatch(
    context,
    3,
    async () => [await queueOne(context, tenant), await queueOne(context, tenant), await queueOne(context, tenant)],
    async () => {
      await context.operator.addFault('deliveries', {
        kind: 'drop',
        installation_id: tenant.id,
        event: 'workflow_job',
        action: 'completed',
        times: 1,
      });
      const [cancelled = 0] = (await context.user.jobs(tenant.id))
        .map((job) => job.id)
        .sort((one, other) => one - other);
      await context.user.cancel(cancelled);
    },
  );
  const ended = await Promise.all(ids.slice(1).map((id) => untilEnded(context, tenant, id)));
  context.checks.check(
    'behind a cancelled job both others run, one after the other',
    ended.every((job) => job.conclusion === 'success'),
    JSON.stringify(ended),
  );
  // The machine of the cancelled job would wait for its idle timeout, which is longer than this.
  await context.user.uninstall(tenant.id);
}
