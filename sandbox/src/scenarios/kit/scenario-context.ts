import type { Account } from './account';
import type { FleetMonitor } from './fleet-monitor';
import type { Checks } from './checks';
import type { Poller } from './poller';
import type { SandboxClient, SteeredJob } from '../../control/client';

export interface Tenant {
  readonly login: string;
  readonly type: 'Organization' | 'User';
  readonly id: number;
}

/** What every scene plays with. */
export interface ScenarioContext {
  readonly client: SandboxClient;
  readonly account: Account;
  readonly fleetMonitor: FleetMonitor;
  readonly checks: Checks;
  readonly poller: Poller;
  readonly say: (line: string) => void;
  /** Jobs that were seen waiting for a slot. */
  readonly waited: Set<number>;
}

export async function startedJobs(
  stage: ScenarioContext,
  tenant: Tenant,
  ids: readonly number[],
): Promise<readonly SteeredJob[]> {
  return (await stage.client.jobs(tenant.id)).filter((job) => ids.includes(job.id) && job.startedAt !== null);
}

/** As many of the jobs run as there are slots, and each of the others is known to wait for one. */
export async function untilFull(
  stage: ScenarioContext,
  tenant: Tenant,
  ids: readonly number[],
  slots: number,
): Promise<readonly number[]> {
  return stage.poller.until(`${tenant.login}: ${slots} of ${ids.length} jobs running and the rest parked`, async () => {
    const started = await startedJobs(stage, tenant, ids);
    if (started.length !== slots) return undefined;
    const rest = ids.filter((id) => !started.some((job) => job.id === id));
    const rows = await Promise.all(rest.map((id) => stage.account.job(tenant.id, id)));
    if (!rows.every((row) => row?.state === 'parked')) return undefined;
    for (const id of rest) stage.waited.add(id);
    return rest;
  });
}

export async function untilStarted(
  stage: ScenarioContext,
  tenant: Tenant,
  ids: readonly number[],
  count: number,
): Promise<void> {
  await stage.poller.until(`${tenant.login}: ${count} of ${ids.length} jobs started`, async () =>
    (await startedJobs(stage, tenant, ids)).length >= count ? true : undefined,
  );
}

/** Lets what runs end, and what waited behind it, until all have ended. */
export async function finishAll(stage: ScenarioContext, tenant: Tenant, ids: readonly number[]): Promise<void> {
  await stage.poller.until(`${tenant.login}: the end of ${ids.length} jobs`, async () => {
    const jobs = (await stage.client.jobs(tenant.id)).filter((job) => ids.includes(job.id));
    for (const job of jobs) if (job.status === 'in_progress') await stage.client.finish(job.id);
    return jobs.every((job) => job.status === 'completed') ? true : undefined;
  });
}

/** Until the tenant's row holds no slot any more: its machines have ended and the account knows. */
export async function untilFree(stage: ScenarioContext, tenant: Tenant, slotsInUse = 0): Promise<void> {
  await stage.poller.until(`${tenant.login}: no more than ${slotsInUse} slots in use`, async () => {
    const row = await stage.account.tenant(tenant.id);
    return row !== undefined && row.live <= slotsInUse ? true : undefined;
  });
}
