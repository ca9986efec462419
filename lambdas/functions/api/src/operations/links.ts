import * as v from 'valibot';
import { LINK_LIFETIME } from '../access/links';
import { Problem } from '../http/problem';
import { tenantParams, text, time } from '../http/schemas';
import { NOTHING, defineOperation } from './operation';
import { recordChange } from './record-change';
import { findTenant } from './tenant-view';

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
    const { token, expiresAt } = await links.sign({ installationId, id: context.requestId }, clock.now());
    const after = { role: 'tenant-viewer', expires_at: expiresAt };
    await recordChange({ installationId, action: 'link.made', after }, context, deps);
    // Behind the #, so that it is in no request, no log and no referrer.
    return { body: { url: `${pageUrl}#link=${token}`, expires_at: expiresAt } };
  },
});
