import type { ObservedDelivery } from '../../control/client';
import type { Tenant } from '../kit/scenario-context';
import { createTenants, experiment, queueOne, SMALL, type ChaosContext } from './chaos-context';

/** So many webhooks at most, of which so many are to be refused. */
const STORM = 300;
const REFUSED = 20;
const AT_ONCE = 4;
const PAUSE_MS = 5_000;
/** The sandbox gives its tenants a small budget of webhooks. */
const TIER = 'large';

/**
 * One tenant sends more webhooks than its budget allows, while another sends some. What the one is refused arrives when
 * it is redelivered; the other's are answered as ever.
 */
export async function stormOfWebhooks(context: ChaosContext): Promise<void> {
  await experiment(context, "a storm of one tenant's webhooks beside another's", async () => {
    const [storm, calm] = await createTenants(context, ['storm', 'calm']);
    if (storm === undefined || calm === undefined) return;
    await context.aws.editRow(storm.id, { tier: { S: TIER } });
    await context.aws.hold(SMALL);
    try {
      const { answers, beside } = await sendBeside(context, storm, calm);
      const during = await firstAnswers(context, calm, beside.length);
      const refused = refusedOf(answers).length;
      context.checks.check(
        'webhooks of a tenant above its budget are refused, and all others of it taken',
        refused >= REFUSED && answers.every(({ statusCode }) => statusCode === 429 || statusCode === 202),
        answers.map(({ statusCode }) => statusCode).join(' '),
      );
      context.checks.check(
        'every webhook of another tenant is taken meanwhile',
        during.every(({ statusCode }) => statusCode === 202),
        during.map(({ statusCode }) => statusCode).join(' '),
      );
      await untilAllArrived(context, storm);
      context.checks.check('what was refused arrives when it is redelivered', true);
      context.figures.push({
        what: `webhooks of a tenant above its budget, of ${answers.length}`,
        value: `${refused} refused; none of another's ${during.length}, answered within ${slowest(during)} s`,
      });
      for (const id of beside) await context.user.cancel(id);
      await context.user.uninstall(storm.id);
    } finally {
      await context.aws.resume(SMALL);
    }
  });
}

/** A few at a time, as more would measure the emulator, until enough are refused. */
async function sendBeside(
  context: ChaosContext,
  storm: Tenant,
  calm: Tenant,
): Promise<{ readonly answers: readonly ObservedDelivery[]; readonly beside: readonly number[] }> {
  const beside: number[] = [];
  let answers: readonly ObservedDelivery[] = [];
  for (let sent = AT_ONCE; sent <= STORM && refusedOf(answers).length < REFUSED; sent += AT_ONCE) {
    await Promise.all(Array.from({ length: AT_ONCE }, () => queueOne(context, storm)));
    if (sent % (5 * AT_ONCE) === 0) beside.push(await queueOne(context, calm));
    answers = await firstAnswers(context, storm, sent);
  }
  return { answers, beside };
}

const refusedOf = (answers: readonly ObservedDelivery[]): readonly ObservedDelivery[] =>
  answers.filter(({ statusCode }) => statusCode === 429);

/** The first attempt at each of so many jobs' webhooks, once all have an answer. */
async function firstAnswers(
  context: ChaosContext,
  tenant: Tenant,
  count: number,
): Promise<readonly ObservedDelivery[]> {
  return context.poller.until(`${tenant.login}: ${count} answers`, async () => {
    const jobs = (await context.operator.deliveries(tenant.id)).filter(({ event }) => event === 'workflow_job');
    // The list begins with the newest.
    const first = new Map(jobs.map((one) => [one.guid, one]));
    return first.size >= count ? [...first.values()] : undefined;
  });
}

/** Recovery's work, at a pace of its own. */
async function untilAllArrived(context: ChaosContext, tenant: Tenant): Promise<void> {
  let next = 0;
  await context.poller.until(`${tenant.login}: every webhook, redelivered`, async () => {
    const jobs = (await context.operator.deliveries(tenant.id)).filter(({ event }) => event === 'workflow_job');
    const arrived = new Set(jobs.filter(({ statusCode }) => statusCode === 202).map(({ guid }) => guid));
    if (jobs.every(({ guid }) => arrived.has(guid))) return true;
    if (Date.now() >= next) await context.operator.redeliverFailed(tenant.id);
    if (Date.now() >= next) next = Date.now() + PAUSE_MS;
    return undefined;
  });
}

const slowest = (answers: readonly ObservedDelivery[]): string =>
  Math.max(0, ...answers.map(({ seconds }) => seconds)).toFixed(1);
