import { experiment, createTenants, queueOne, SMALL, untilEnded, type ChaosContext } from './chaos-context';
import { untilFree, type Tenant } from '../kit/scenario-context';

const AT_ONCE = 10;

/**
 * One tenant queues hundreds of jobs, another one. What the one waits for is its turn in the queue, not the flood's
 * machines.
 */
export async function floodOfJobs(context: ChaosContext, size: number): Promise<void> {
  await experiment(context, `a flood of ${size} jobs beside one`, async () => {
    const [flood, quiet] = await createTenants(context, ['flood', 'quiet']);
    if (flood === undefined || quiet === undefined) return;
    const idle = await waitOf(context, quiet, await queueOne(context, quiet));
    await untilFree(context, quiet);
    await context.aws.hold(SMALL);
    let id = 0;
    try {
      await queueMany(context, flood, size);
      id = await queueOne(context, quiet);
      await context.poller.until(`${size + 1} messages in the queue`, async () =>
        (await context.aws.depth(SMALL)) > size ? true : undefined,
      );
    } finally {
      await context.aws.resume(SMALL);
    }
    const released = Date.now();
    const job = await untilEnded(context, quiet, id);
    const ahead = context.fleetMonitor.machinesOf(flood.id).length;
    const started = Date.parse(job.startedAt ?? '');
    context.checks.check(
      `one job runs while ${size} of another tenant wait, behind no more launches than that tenant's limit`,
      job.conclusion === 'success' && ahead <= 2,
      `${ahead} launches; ${JSON.stringify(job)}`,
    );
    context.figures.push({ what: 'one job on an idle fleet waits', value: `${idle.toFixed(1)} s` });
    context.figures.push({
      what: `one job behind ${size} of another tenant waits`,
      value: `${((started - released) / 1000).toFixed(1)} s, behind ${ahead} launches`,
    });
    await context.user.suspend(flood.id);
    context.later.push(async () => {
      // Jobs may end only now: a slot freed earlier would go to the next job of the flood.
      await context.poller.until(`${flood.login}: a row that says suspended`, async () =>
        (await context.account.tenant(flood.id))?.status === 'suspended' ? true : undefined,
      );
      for (const job of await context.user.jobs(flood.id))
        if (job.status === 'in_progress') await context.user.finish(job.id);
      await context.poller.until(`${flood.login}: the end of its machines`, async () =>
        context.fleetMonitor.running(flood.id) === 0 ? true : undefined,
      );
      const launches = context.fleetMonitor.machinesOf(flood.id).length;
      context.checks.check(
        'a suspension ends the flood: what runs finishes, the rest waits',
        launches <= 2,
        `${launches} launches`,
      );
    });
  });
}

async function queueMany(context: ChaosContext, tenant: Tenant, size: number): Promise<void> {
  for (let queued = 0; queued < size; queued += AT_ONCE) {
    const count = Math.min(AT_ONCE, size - queued);
    await Promise.all(Array.from({ length: count }, () => queueOne(context, tenant, null)));
    // GitHub's own senders are bounded too; a thousand calls at once would measure the emulator.
    await context.poller.until(`${queued + count} messages in the queue`, async () => {
      if ((await context.aws.depth(SMALL)) >= queued + count) return true;
      // What a busy laptop answered too late is sent again, as the recovery of a real App does.
      await context.operator.redeliverFailed(tenant.id);
      return undefined;
    });
  }
}

async function waitOf(context: ChaosContext, tenant: Tenant, jobId: number): Promise<number> {
  const job = await untilEnded(context, tenant, jobId);
  return (Date.parse(job.startedAt ?? '') - Date.parse(job.queuedAt)) / 1000;
}
