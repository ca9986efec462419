import type { ScenarioContext, Tenant } from '../kit/scenario-context';
import { untilActive } from '../kit/until-active';
import type { ObservedJob, OperatorClient } from '../../control/client';
import type { ChaosAwsClient } from './aws-client';

export interface ChaosContext extends ScenarioContext {
  readonly operator: OperatorClient;
  readonly aws: ChaosAwsClient;
  /** Checks that must wait for the next sweep or recovery; they run before the final checks. */
  readonly later: (() => Promise<void>)[];
  readonly figures: Figure[];
}

/** A measurement. It is printed but not checked, because the machine may be slow. */
export interface Figure {
  readonly what: string;
  readonly value: string;
}

export const SMALL = 'builds-small';
const LIMIT = 2;

/** Installs tenants and waits until each is active. */
export async function createTenants(
  context: ChaosContext,
  logins: readonly string[],
  limit = LIMIT,
): Promise<readonly Tenant[]> {
  const tenants: Tenant[] = [];
  for (const login of logins) {
    const tenant: Tenant = { login, type: 'Organization', id: await context.user.install(login, 'Organization') };
    context.fleetMonitor.setLimit(tenant.id, limit);
    tenants.push(tenant);
  }
  for (const tenant of tenants) {
    await untilActive(context, tenant.login, tenant.id);
    if (limit !== LIMIT) await context.aws.editRow(tenant.id, { max_runners: { N: String(limit) } });
  }
  return tenants;
}

/** Does the work while the queue holds its messages, releases `count` of them together, and returns the result. */
export async function asOneBatch<T>(
  context: ChaosContext,
  count: number,
  work: () => Promise<T>,
  meanwhile: () => Promise<void> = async () => undefined,
): Promise<T> {
  await context.aws.hold(SMALL);
  try {
    const made = await work();
    await context.poller.until(`${count} messages in ${SMALL}`, async () =>
      (await context.aws.depth(SMALL)) >= count ? true : undefined,
    );
    await meanwhile();
    return made;
  } finally {
    await context.aws.resume(SMALL);
  }
}

export async function untilEnded(context: ChaosContext, tenant: Tenant, jobId: number): Promise<ObservedJob> {
  return context.poller.until(`${tenant.login}: the end of job ${jobId}`, async () =>
    (await context.user.jobs(tenant.id)).find((job) => job.id === jobId && job.status === 'completed'),
  );
}

/** Whether the job succeeded on a machine with its tenant's tag. */
export async function ranOnOwnMachine(
  context: ChaosContext,
  tenant: Tenant,
  jobId: number,
): Promise<{ readonly held: boolean; readonly detail: string }> {
  const job = await untilEnded(context, tenant, jobId);
  const machine = /i-[0-9a-f]+$/.exec(job.runnerName ?? '')?.[0] ?? '';
  const owner = context.fleetMonitor.tagsOf(machine)?.['ghr:tenant_id'];
  return { held: job.conclusion === 'success' && owner === String(tenant.id), detail: JSON.stringify({ job, owner }) };
}

export async function untilParked(context: ChaosContext, tenant: Tenant, jobId: number): Promise<string> {
  return context.poller.until(`${tenant.login}: job ${jobId} parked`, async () => {
    const row = await context.account.job(tenant.id, jobId);
    return row?.state === 'parked' ? (row.reason ?? '') : undefined;
  });
}

/**
 * As {@link untilParked}, for a job that may run before the first poll because its cause is fixed by then: undefined.
 */
export async function untilParkedOrRun(
  context: ChaosContext,
  tenant: Tenant,
  jobId: number,
): Promise<string | undefined> {
  const found = await context.poller.until(`${tenant.login}: job ${jobId} parked, or run`, async () => {
    const row = await context.account.job(tenant.id, jobId);
    if (row?.state === 'parked') return { reason: row.reason ?? '' };
    return row?.state === 'running' || row?.state === 'completed' ? {} : undefined;
  });
  return 'reason' in found ? found.reason : undefined;
}

export async function queueOne(
  context: ChaosContext,
  tenant: Tenant,
  seconds: number | null = 1,
  size = 'small',
): Promise<number> {
  return context.user.queue({ installationId: tenant.id, size, seconds });
}

/** Runs an experiment; one that throws is a failed expectation, and the next still runs. */
export async function experiment(context: ChaosContext, title: string, run: () => Promise<void>): Promise<void> {
  const started = Date.now();
  try {
    await run();
    context.log(`${title}: over after ${((Date.now() - started) / 1000).toFixed(1)} s`);
  } catch (error) {
    context.poller.signal.throwIfAborted();
    context.checks.check(`${title}, to its end`, false, error instanceof Error ? error.message : String(error));
  }
}
