import type { ObservedDelivery } from '../../control/client';
import type { Tenant } from '../kit/scenario-context';
import { createTenants, experiment, queueOne, SMALL, type ChaosContext } from './chaos-context';

const STORM = 120;
const AT_ONCE = 10;
/** The sandbox gives its tenants a small budget of webhooks. */
const TIER = 'large';

/**
 * One tenant sends more webhooks than its budget allows, while another sends some. What the one is refused arrives when
 * it is redelivered; the other's are answered as ever.
 */
export async function stormOfWebhooks(context: ChaosContext): Promise<void> {
  await experiment(context, `a storm of ${STORM} webhooks beside another tenant's`, async () => {
    const [storm, calm] = await createTenants(context, ['storm', 'calm']);
    if (storm === undefined || calm === undefined) return;
    await context.aws.editRow(storm.id, { tier: { S: TIER } });
    await context.aws.hold(SMALL);
    try {
      const jobs = await queueBeside(context, storm, calm);
      const during = await attempts(context, calm, jobs.calm.length);
      const first = await attempts(context, storm, STORM);
      const refused = first.filter(({ statusCode }) => statusCode === 429).length;
      context.checks.check(
        `of ${STORM} webhooks of a tenant above its budget some are refused, and each has an answer`,
        refused > 0 && first.every(({ statusCode }) => statusCode === 429 || statusCode === 202),
        `${refused} refused; ${first.map(({ statusCode }) => statusCode).join(' ')}`,
      );
      context.checks.check(
        'every webhook of another tenant is taken meanwhile',
        during.every(({ statusCode }) => statusCode === 202),
        during.map(({ statusCode }) => statusCode).join(' '),
      );
      await untilAllArrived(context, storm);
      context.checks.check('what was refused arrives when it is redelivered', true);
      context.figures.push({
        what: `webhooks of one tenant refused above its budget, of ${STORM}`,
        value: `${refused}; another's ${during.length} meanwhile: none, answered within ${slowest(during)} s`,
      });
      for (const id of jobs.calm) await context.user.cancel(id);
      await context.user.uninstall(storm.id);
    } finally {
      await context.aws.resume(SMALL);
    }
  });
}

async function queueBeside(
  context: ChaosContext,
  storm: Tenant,
  calm: Tenant,
): Promise<{ readonly calm: readonly number[] }> {
  const ids: number[] = [];
  for (let queued = 0; queued < STORM; queued += AT_ONCE) {
    const some = Array.from({ length: AT_ONCE }, () => queueOne(context, storm));
    ids.push(await queueOne(context, calm));
    await Promise.all(some);
  }
  return { calm: ids };
}

/** The first attempt at each of so many jobs' webhooks, once all have an answer. */
async function attempts(context: ChaosContext, tenant: Tenant, count: number): Promise<readonly ObservedDelivery[]> {
  return context.poller.until(`${tenant.login}: ${count} answers`, async () => {
    const jobs = (await context.operator.deliveries(tenant.id)).filter(({ event }) => event === 'workflow_job');
    // The list begins with the newest.
    const first = new Map(jobs.map((one) => [one.guid, one]));
    return first.size >= count ? [...first.values()] : undefined;
  });
}

async function untilAllArrived(context: ChaosContext, tenant: Tenant): Promise<void> {
  await context.poller.until(`${tenant.login}: every webhook, redelivered`, async () => {
    const jobs = (await context.operator.deliveries(tenant.id)).filter(({ event }) => event === 'workflow_job');
    const arrived = new Set(jobs.filter(({ statusCode }) => statusCode === 202).map(({ guid }) => guid));
    if (jobs.every(({ guid }) => arrived.has(guid))) return true;
    await context.operator.redeliverFailed(tenant.id);
    return undefined;
  });
}

const slowest = (answers: readonly ObservedDelivery[]): string =>
  Math.max(0, ...answers.map(({ seconds }) => seconds)).toFixed(1);
