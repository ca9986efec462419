import { countMetrics } from '../kit/emf';
import { untilFree, type ScenarioContext, type Tenant } from '../kit/scenario-context';
import type { TenantReport } from '../kit/types';
import type { Watch } from '../kit/watch';

const PROMISED_METRICS = { TenantOnboarded: 3, TenantLimitReached: 1, TenantUninstalled: 1 } as const;

/** Checks on the whole demo, after its last step. */
export async function checkEnd(
  context: ScenarioContext,
  watch: Watch,
  tenants: readonly Tenant[],
): Promise<Readonly<Record<string, number>>> {
  const { account, checks, poller, fleetMonitor } = context;
  for (const tenant of tenants) await untilFree(context, tenant);
  await poller.until('the end of every machine', async () =>
    tenants.every((tenant) => fleetMonitor.running(tenant.id) === 0) ? true : undefined,
  );
  const left = (await Promise.all(tenants.map((tenant) => account.parameters(tenant.id)))).flat();
  checks.check(
    'at the end no machine runs, no slot is held and no runner configuration is left',
    left.length === 0,
    left.join(', '),
  );
  const metrics = await poller
    .until('the promised metrics in the logs', async () => {
      const counts = countMetrics(await account.logLines());
      return Object.entries(PROMISED_METRICS).every(([name, least]) => (counts[name] ?? 0) >= least)
        ? counts
        : undefined;
    })
    .catch(async () => countMetrics(await account.logLines()));
  for (const [name, least] of Object.entries(PROMISED_METRICS)) {
    checks.check(
      `the metric ${name} is in the logs`,
      (metrics[name] ?? 0) >= least,
      `seen ${metrics[name] ?? 0} times, at least ${least} expected`,
    );
  }
  const letters = Object.entries(await account.deadLetters());
  const full = letters.filter(([, count]) => count > 0).map(([name, count]) => `${name}: ${count}`);
  checks.check(
    'every dead-letter queue is empty',
    letters.length > 0 && full.length === 0,
    letters.length === 0 ? 'there is none' : full.join(', '),
  );
  const violations = [...fleetMonitor.violations(), ...watch.violations()];
  checks.check(
    `no tenant ever had more machines than its limit, and each had its tags (${fleetMonitor.samples()} samples)`,
    violations.length === 0,
    violations.slice(0, 3).join('; '),
  );
  checks.check(
    'volumes and network interfaces carry the tags too',
    watch.checkedAttachments() > 0,
    'none was ever seen',
  );
  return Object.fromEntries(Object.keys(PROMISED_METRICS).map((name) => [name, metrics[name] ?? 0]));
}

export async function reportOn(context: ScenarioContext, tenant: Tenant): Promise<TenantReport> {
  const row = await context.account.tenant(tenant.id);
  const jobs = await context.user.jobs(tenant.id);
  const waited = jobs.filter((job) => context.waited.has(job.id));
  const waits = waited.map((job) =>
    job.startedAt === null ? 0 : (Date.parse(job.startedAt) - Date.parse(job.queuedAt)) / 1000,
  );
  const succeeded = jobs.filter((job) => job.conclusion === 'success').length;
  const left = row?.status === 'deleted' ? `, uninstalled${row.cleanup === 'done' ? ' and cleaned up' : ''}` : '';
  return {
    tenant: tenant.login,
    installation_id: tenant.id,
    tier: row?.tier ?? 'unknown',
    jobs: jobs.length,
    runners: context.fleetMonitor.machinesOf(tenant.id).length,
    peak_runners: context.fleetMonitor.peak(tenant.id),
    limit: row?.maxRunners ?? 0,
    waited: waited.length,
    longest_wait_seconds: Math.max(0, ...waits),
    result: `${succeeded} of ${jobs.length} succeeded${left}`,
  };
}
