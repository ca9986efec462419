import { correctUsage, type CorrectionAnswer, type UsageCorrection } from '@multi-tenant-runner/core';
import * as v from 'valibot';
import { Problem } from '../http/problem';
import { count, month, monthOrPresent, tenantParams, text, time } from '../http/schemas';
import { defineOperation } from './operation';
import { findTenant } from './tenant-view';

const ID = 'is not 1 to 64 letters, digits, dots and dashes';
const correction = v.object({
  id: text,
  launch_id: text,
  started_at: time,
  size: text,
  seconds: v.pipe(v.number(), v.description('Added; less than 0 takes away')),
  usd: v.pipe(v.number(), v.description('Added; less than 0 takes away')),
  at: time,
});

export const listCorrections = defineOperation({
  id: 'list-corrections',
  method: 'GET',
  path: '/v1/tenants/{installation_id}/usage/corrections',
  summary: "What corrected a tenant's machines of a month (UTC; else the present one) in the ledger.",
  params: tenantParams,
  query: v.strictObject({ month }),
  answer: v.object({ month: text, corrections: v.array(correction) }),
  run: async ({ params, query: { month: asked } }, deps) => {
    const { installationId } = await findTenant(params.installation_id, deps);
    const chosen = monthOrPresent(asked, deps);
    const found: v.InferOutput<typeof correction>[] = [];
    for await (const one of deps.corrections.ofMonth(installationId, chosen)) found.push(viewCorrection(one));
    return { body: { month: chosen, corrections: found } };
  },
});

export const correctOneUsage = defineOperation({
  id: 'correct-usage',
  method: 'POST',
  path: '/v1/tenants/{installation_id}/usage/corrections',
  summary: "Corrects a machine's seconds or dollars in the ledger by a new row, once for each id; the sums follow.",
  params: tenantParams,
  body: v.strictObject({
    id: v.pipe(text, v.regex(/^[\w.-]{1,64}$/, ID), v.description('Yours; it counts once')),
    launch_id: text,
    started_at: v.pipe(time, v.description("The machine's start, as the ledger has it")),
    seconds: v.optional(v.pipe(count, v.description('What it should be'))),
    usd: v.optional(
      v.pipe(
        v.number('is not a number'),
        v.minValue(0, 'is less than 0'),
        v.description("What it should be; without it what the machine's price says of its seconds"),
      ),
    ),
  }),
  answer: v.object({
    changed: v.pipe(v.boolean(), v.description('false: the ledger says so already')),
    sentence: text,
    correction: v.optional(correction),
  }),
  run: async ({ params, body, requestId, reason, caller }, deps) => {
    const { installationId } = await findTenant(params.installation_id, deps);
    const { id, launch_id: launchId, started_at: startedAt, seconds, usd } = body;
    const costMicros = usd === undefined ? undefined : Math.round(usd * DOLLAR);
    const by = caller?.actor ?? 'unknown';
    return answerOf(
      await correctUsage(
        {
          key: { installationId, launchId, startedAt },
          request: { id, ...(seconds !== undefined && { seconds }), ...(costMicros !== undefined && { costMicros }) },
          note: { at: deps.clock.now(), by, reason, via: 'api', requestId },
        },
        deps,
      ),
    );
  },
});

const DOLLAR = 1_000_000;

function answerOf(answer: CorrectionAnswer) {
  const { kind, sentence } = answer;
  if (kind === 'none') throw new Problem('not-found', sentence);
  if (kind === 'refuse') throw new Problem('refused', sentence);
  const recorded = kind === 'recorded' ? { correction: viewCorrection(answer.correction) } : {};
  return { body: { changed: kind === 'recorded', sentence, ...recorded } };
}

function viewCorrection({ id, launchId, startedAt, tier, seconds, costMicros, at }: UsageCorrection) {
  return { id, launch_id: launchId, started_at: startedAt, size: tier, seconds, usd: costMicros / DOLLAR, at };
}
