import * as v from 'valibot';
import { LINK_LIFETIME, type Links } from '../access/links';
import { Problem } from '../http/problem';
import { tenantParams, text, time } from '../http/schemas';
import { NOTHING, defineOperation } from './operation';
import { recordChange } from './record-change';
import { findTenant } from './tenant-view';

/** What makes the same link again: no secret without the key. */
const kept = v.object({ installationId: v.number(), id: v.string(), at: v.string() });

export const createLink = defineOperation({
  id: 'create-link',
  method: 'POST',
  path: '/v1/tenants/{installation_id}/links',
  summary: `A link to the page that shows this tenant alone to whoever has it, for ${LINK_LIFETIME / 60_000} minutes.`,
  params: tenantParams,
  body: NOTHING,
  answer: v.object({ url: text, expires_at: time }),
  run: async ({ params, ...context }, deps) => {
    const { installationId } = await findTenant(params.installation_id, deps);
    const { pageUrl, links, clock } = deps;
    if (pageUrl === undefined || context.caller === undefined)
      throw new Problem('refused', 'There are no links here: api.link_key_ssm of the module names no key for them.');
    const made = { installationId, id: context.requestId, at: clock.now().toISOString() };
    const body = await linkOf(made, pageUrl, links);
    const after = { role: 'tenant-viewer', expires_at: body.expires_at };
    await recordChange({ installationId, action: 'link.made', after }, context, deps);
    return { body, kept: made };
  },
  again: async (found, { pageUrl = '', links }) => ({ body: await linkOf(v.parse(kept, found), pageUrl, links) }),
});

async function linkOf({ installationId, id, at }: v.InferOutput<typeof kept>, pageUrl: string, links: Links) {
  const { token, expiresAt } = await links.sign({ installationId, id }, new Date(at));
  // Behind the #, so that it is in no request, no log and no referrer.
  return { url: `${pageUrl}#link=${token}`, expires_at: expiresAt };
}
