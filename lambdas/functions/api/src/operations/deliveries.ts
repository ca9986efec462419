import { header, rawBody } from '@multi-tenant-runner/runtime';
import * as v from 'valibot';
import { Problem } from '../http/problem';
import { text } from '../http/schemas';
import { appsOf } from './app-view';
import { NOTHING, defineOperation } from './operation';
import { recordChange } from './record-change';

/** Of GitHub's headers those that the webhook function reads. */
const PASSED_ON = [
  'x-github-event',
  'x-github-delivery',
  'x-github-hook-installation-target-id',
  'x-github-hook-installation-target-type',
  'x-hub-signature-256',
  'content-type',
] as const;

/**
 * GitHub signs with the App's secret and cannot sign as AWS asks; this entry asks for both. The request is signed by an
 * identity of AWS, and its body, byte for byte, with the App's secret, which the webhook function checks.
 */
export const deliverWebhook = defineOperation({
  id: 'deliver-webhook',
  method: 'POST',
  path: '/v1/deliveries',
  summary: "A webhook's delivery from another sender than GitHub, or once more; signed with the App's secret too.",
  params: NOTHING,
  body: v.looseObject({}),
  answer: v.object({ said: v.pipe(text, v.description('By the webhook function')) }),
  run: async ({ request, ...context }, deps) => {
    const apps = appsOf(deps);
    if (request === undefined) throw new Error('An operation that changes something has its request.');
    const found = PASSED_ON.map((name) => [name, header(request, name)] as const);
    const headers = Object.fromEntries(found.filter(([, value]) => value !== undefined)) as Record<string, string>;
    if (headers['x-hub-signature-256'] === undefined || headers['x-github-event'] === undefined)
      throw new Problem('invalid-request', 'Send the headers X-GitHub-Event and X-Hub-Signature-256 as GitHub does.');
    const { 'x-github-event': event, 'x-github-delivery': delivery = null } = headers;
    await recordChange({ installationId: 0, action: 'webhook.delivered', after: { event, delivery } }, context, deps);
    const sourceIp = request.requestContext?.http?.sourceIp ?? '';
    const { status, said } = await apps.webhook.deliver({ headers, body: rawBody(request).toString(), sourceIp });
    if (status >= 500) throw new Problem('unavailable', said);
    if (status >= 300) throw new Problem('refused', said);
    return { body: { said } };
  },
});
