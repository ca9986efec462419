import type { AccountReader } from './account';
import type { FleetMonitor } from './fleet-monitor';
import type { Checks } from './checks';
import type { Poller } from './poller';
import type { GitHubUserClient, ObservedJob } from '../../control/client';

export interface Tenant {
  readonly login: string;
  readonly type: 'Organization' | 'User';
  readonly id: number;
}

/** What every step of a scenario uses. */
export interface ScenarioContext {
  readonly user: GitHubUserClient;
  readonly account: AccountReader;
  readonly fleetMonitor: FleetMonitor;
  readonly checks: Checks;
  readonly poller: Poller;
  readonly log: (line: string) => void;
  /** Jobs that were seen waiting for a slot. */
  readonly waited: Set<number>;
}

export async function startedJobs(
  context: ScenarioContext,
  tenant: Tenant,
  ids: readonly number[],
): Promise<readonly ObservedJob[]> {
  return (await context.user.jobs(tenant.id)).filter((job) => ids.includes(job.id) && job.startedAt !== null);
}

/** Waits until a job runs in every slot and each of the others is parked; returns the parked ones. */
export async function untilFull(
  context: ScenarioContext,
  tenant: Tenant,
  ids: readonly number[],
  slots: number,
): Promise<readonly number[]> {
  return context.poller.until(
    `${tenant.login}: ${slots} of ${ids.length} jobs running and the rest parked`,
    async () => {
      const started = await startedJobs(context, tenant, ids);
      if (started.length !== slots) return undefined;
      const rest = ids.filter((id) => !started.some((job) => job.id === id));
      const rows = await Promise.all(rest.map((id) => context.account.job(tenant.id, id)));
      if (!rows.every((row) => row?.state === 'parked')) return undefined;
      for (const id of rest) context.waited.add(id);
      return rest;
    },
  );
}

export async function untilStarted(
  context: ScenarioContext,
  tenant: Tenant,
  ids: readonly number[],
  count: number,
): Promise<void> {
  await context.poller.until(`${tenant.login}: ${count} of ${ids.length} jobs started`, async () =>
    (await startedJobs(context, tenant, ids)).length >= count ? true : undefined,
  );
}

/** Finishes running jobs, and those that waited behind them, until all have ended. */
export async function finishAll(context: ScenarioContext, tenant: Tenant, ids: readonly number[]): Promise<void> {
  await context.poller.until(`${tenant.login}: the end of ${ids.length} jobs`, async () => {
    const jobs = (await context.user.jobs(tenant.id)).filter((job) => ids.includes(job.id));
    for (const job of jobs) if (job.status === 'in_progress') await context.user.finish(job.id);
    return jobs.every((job) => job.status === 'completed') ? true : undefined;
  });
}

/** Waits until the tenant's row holds no more slots than given. */
export async function untilFree(context: ScenarioContext, tenant: Tenant, slotsInUse = 0): Promise<void> {
  await context.poller.until(`${tenant.login}: no more than ${slotsInUse} slots in use`, async () => {
    const row = await context.account.tenant(tenant.id);
    return row !== undefined && row.slots <= slotsInUse ? true : undefined;
  });
}
