import { experiment, createTenants, queueOne, SMALL, untilEnded, type ChaosContext } from './chaos-context';
import { untilFree, type Tenant } from '../kit/scenario-context';

const AT_ONCE = 10;

/**
 * One tenant queues hundreds of jobs, another one. What the one waits for is its turn in the queue, not the flood's
 * machines.
 */
export async function floodOfJobs(stage: ChaosContext, size: number): Promise<void> {
  await experiment(stage, `a flood of ${size} jobs beside one`, async () => {
    const [flood, quiet] = await createTenants(stage, ['flood', 'quiet']);
    if (flood === undefined || quiet === undefined) return;
    const idle = await waitOf(stage, quiet, await queueOne(stage, quiet));
    await untilFree(stage, quiet);
    await stage.chaos.hold(SMALL);
    let id = 0;
    try {
      await pour(stage, flood, size);
      id = await queueOne(stage, quiet);
      await stage.poller.until(`${size + 1} messages in the queue`, async () =>
        (await stage.chaos.depth(SMALL)) > size ? true : undefined,
      );
    } finally {
      await stage.chaos.resume(SMALL);
    }
    const released = Date.now();
    const job = await untilEnded(stage, quiet, id);
    const ahead = stage.fleetMonitor.machinesOf(flood.id).length;
    const started = Date.parse(job.startedAt ?? '');
    stage.checks.check(
      `the one job runs while ${size} of another tenant wait, behind no more launches than that tenant's limit`,
      job.conclusion === 'success' && ahead <= 2,
      `${ahead} launches; ${JSON.stringify(job)}`,
    );
    stage.figures.push({ what: 'one job on an idle fleet waits', value: `${idle.toFixed(1)} s` });
    stage.figures.push({
      what: `one job behind ${size} of another tenant waits`,
      value: `${((started - released) / 1000).toFixed(1)} s, behind ${ahead} launches`,
    });
    await stage.client.suspend(flood.id);
    stage.later.push(async () => {
      // Only then may what runs end: a slot that came free earlier would go to the next of the flood.
      await stage.poller.until(`${flood.login}: a row that says suspended`, async () =>
        (await stage.account.tenant(flood.id))?.status === 'suspended' ? true : undefined,
      );
      for (const job of await stage.client.jobs(flood.id))
        if (job.status === 'in_progress') await stage.client.finish(job.id);
      await stage.poller.until(`${flood.login}: the end of its machines`, async () =>
        stage.fleetMonitor.running(flood.id) === 0 ? true : undefined,
      );
      const launches = stage.fleetMonitor.machinesOf(flood.id).length;
      stage.checks.check(
        'a suspension ends the flood: what runs finishes, the rest waits',
        launches <= 2,
        `${launches} launches`,
      );
    });
  });
}

async function pour(stage: ChaosContext, tenant: Tenant, size: number): Promise<void> {
  for (let poured = 0; poured < size; poured += AT_ONCE) {
    const count = Math.min(AT_ONCE, size - poured);
    await Promise.all(Array.from({ length: count }, () => queueOne(stage, tenant, null)));
    // GitHub's own senders are bounded too; a thousand calls at once would measure the emulator.
    await stage.poller.until(`${poured + count} messages in the queue`, async () => {
      if ((await stage.chaos.depth(SMALL)) >= poured + count) return true;
      // What a busy laptop answered too late is sent again, as the recovery of a real App does.
      await stage.chaos.redeliverFailed(tenant.id);
      return undefined;
    });
  }
}

async function waitOf(stage: ChaosContext, tenant: Tenant, jobId: number): Promise<number> {
  const job = await untilEnded(stage, tenant, jobId);
  return (Date.parse(job.startedAt ?? '') - Date.parse(job.queuedAt)) / 1000;
}
