import { type ScenarioContext, type Tenant } from '../kit/scenario-context';
import type { SteeredJob } from '../../control/client';
import type { ChaosClient } from './clients';

export interface ChaosContext extends ScenarioContext {
  readonly chaos: ChaosClient;
  /** What can only be seen later, when the next sweep has been: looked at before the end. */
  readonly later: (() => Promise<void>)[];
  readonly figures: Figure[];
}

/** Something measured. It is printed, never judged: the machine that runs this may be slow. */
export interface Figure {
  readonly what: string;
  readonly value: string;
}

export const SMALL = 'builds-small';
const LIMIT = 2;

/** Tenants under attack, each active before anything begins. */
export async function createTenants(
  stage: ChaosContext,
  logins: readonly string[],
  limit = LIMIT,
): Promise<readonly Tenant[]> {
  const tenants: Tenant[] = [];
  for (const login of logins) {
    const tenant: Tenant = { login, type: 'Organization', id: await stage.client.install(login, 'Organization') };
    stage.fleetMonitor.setLimit(tenant.id, limit);
    tenants.push(tenant);
  }
  for (const tenant of tenants) {
    await stage.poller.until(`${tenant.login}: an active row`, async () => {
      const row = await stage.account.tenant(tenant.id);
      return row?.status === 'active' && row.securityGroupId !== undefined ? true : undefined;
    });
    if (limit !== LIMIT) await stage.chaos.editRow(tenant.id, { max_runners: { N: String(limit) } });
  }
  return tenants;
}

/** Does the work while the queue's messages gather, lets them go when `count` have, and answers what was queued. */
export async function asOneBatch<T>(
  stage: ChaosContext,
  count: number,
  work: () => Promise<T>,
  meanwhile: () => Promise<void> = async () => undefined,
): Promise<T> {
  await stage.chaos.hold(SMALL);
  try {
    const made = await work();
    await stage.poller.until(`${count} messages in ${SMALL}`, async () =>
      (await stage.chaos.depth(SMALL)) >= count ? true : undefined,
    );
    await meanwhile();
    return made;
  } finally {
    await stage.chaos.resume(SMALL);
  }
}

export async function untilEnded(stage: ChaosContext, tenant: Tenant, jobId: number): Promise<SteeredJob> {
  return stage.poller.until(`${tenant.login}: the end of job ${jobId}`, async () =>
    (await stage.client.jobs(tenant.id)).find((job) => job.id === jobId && job.status === 'completed'),
  );
}

/** The job succeeded, on a machine that carries its tenant's tag, and no other machine was started for it. */
export async function ranOnOwnMachine(
  stage: ChaosContext,
  tenant: Tenant,
  jobId: number,
): Promise<{ readonly held: boolean; readonly detail: string }> {
  const job = await untilEnded(stage, tenant, jobId);
  const machine = /i-[0-9a-f]+$/.exec(job.runnerName ?? '')?.[0] ?? '';
  const owner = stage.fleetMonitor.tagsOf(machine)?.['ghr:tenant_id'];
  return { held: job.conclusion === 'success' && owner === String(tenant.id), detail: JSON.stringify({ job, owner }) };
}

export async function untilParked(stage: ChaosContext, tenant: Tenant, jobId: number): Promise<string> {
  return stage.poller.until(`${tenant.login}: job ${jobId} parked`, async () => {
    const row = await stage.account.job(tenant.id, jobId);
    return row?.state === 'parked' ? (row.reason ?? '') : undefined;
  });
}

/**
 * As {@link untilParked}, of a job that may have run before anybody looked: the cause was mended in the meantime.
 * Undefined then.
 */
export async function untilParkedOrRun(
  stage: ChaosContext,
  tenant: Tenant,
  jobId: number,
): Promise<string | undefined> {
  const found = await stage.poller.until(`${tenant.login}: job ${jobId} parked, or run`, async () => {
    const row = await stage.account.job(tenant.id, jobId);
    if (row?.state === 'parked') return { reason: row.reason ?? '' };
    return row?.state === 'running' || row?.state === 'completed' ? {} : undefined;
  });
  return 'reason' in found ? found.reason : undefined;
}

export async function queueOne(
  stage: ChaosContext,
  tenant: Tenant,
  seconds: number | null = 1,
  size = 'small',
): Promise<number> {
  return stage.client.queue({ installationId: tenant.id, size, seconds });
}

/** Runs an attack; one that breaks off is an expectation that did not hold, and the next still goes on. */
export async function experiment(stage: ChaosContext, title: string, play: () => Promise<void>): Promise<void> {
  const started = Date.now();
  try {
    await play();
    stage.say(`${title}: over after ${((Date.now() - started) / 1000).toFixed(1)} s`);
  } catch (error) {
    stage.poller.signal.throwIfAborted();
    stage.checks.check(`${title}, to its end`, false, error instanceof Error ? error.message : String(error));
  }
}
