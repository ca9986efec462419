import { dueMarks, tallyUsage, type DueMark } from '../decisions/usage-caps';
import type { Launch } from '../model/launch';
import type { Tenant, TenantLookup } from '../model/tenant';
import { dayOf, monthOf } from '../model/usage';
import { hasCaps } from '../model/usage-caps';
import type { ProtocolDeps } from './deps';

export type RefreshUsageDeps = Pick<
  ProtocolDeps,
  'usage' | 'prices' | 'tenants' | 'launches' | 'clock' | 'log' | 'metrics'
>;

/**
 * Writes what a tenant with caps has used into its row, where every decision about its jobs finds it. Costs nothing for
 * a tenant without caps. A failure leaves the row as it is, for the next sweep.
 *
 * @param running its open launches, if they were just read
 * @returns the tenant as it is now
 */
export async function refreshUsage(
  lookup: TenantLookup,
  deps: RefreshUsageDeps,
  running?: readonly Launch[],
): Promise<TenantLookup> {
  if (lookup.kind !== 'tenant' || !hasCaps(lookup.tenant.caps)) return lookup;
  const { installationId, tenant } = lookup;
  try {
    const iso = deps.clock.now().toISOString();
    // The sums first: a machine that ends in between is missed until its end refreshes them, and never counted twice.
    const sums = await deps.usage.sumsOf(installationId, { day: dayOf(iso), month: monthOf(iso) });
    const launches = running ?? (await deps.launches.listOpen(installationId));
    const now = deps.clock.now();
    const usage = tallyUsage(sums, launches, { now, prices: deps.prices });
    const { at: _at, ...figures } = usage;
    const isKnown = Object.entries(figures).every(([name, figure]) => tenant.usage?.[name as 'day'] === figure);
    const next = isKnown ? tenant : { ...tenant, usage };
    if (!isKnown) await deps.tenants.recordUsage(installationId, usage);
    await markCaps(next, now, deps);
    return isKnown ? lookup : { ...lookup, tenant: next };
  } catch (cause) {
    deps.log.error('What a tenant has used could not be found out; the next sweep tries again', {
      tenant_id: installationId,
      cause,
    });
    return lookup;
  }
}

/** Whoever writes the mark tells of it: once in a day or month, however many read the same figures at once. */
async function markCaps(tenant: Tenant, now: Date, deps: Pick<RefreshUsageDeps, 'tenants' | 'metrics' | 'log'>) {
  for (const { reason, ...mark } of dueMarks(tenant, now))
    if (await deps.tenants.markCap(tenant.installationId, reason, mark))
      report({ reason, ...mark }, tenant.installationId, deps);
}

function report(
  { reason, level, used, cap, until }: DueMark,
  installationId: number,
  { metrics, log }: Pick<ProtocolDeps, 'metrics' | 'log'>,
): void {
  const properties = { tenant_id: installationId, cap: reason, used, limit: cap, until };
  if (level === 'warned') {
    metrics.count('TenantUsageWarned', { properties });
    log.warn('A tenant has used four fifths of a cap', properties);
    return;
  }
  metrics.count('TenantUsageCapped', { properties });
  log.warn('A tenant has used up a cap, so its jobs wait until then', properties);
}
