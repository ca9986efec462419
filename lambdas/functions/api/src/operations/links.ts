import * as v from 'valibot';
import { LINK_LIFETIME } from '../access/links';
import { Problem } from '../http/problem';
import { tenantParams, text, time } from '../http/schemas';
import { NOTHING, defineOperation } from './operation';
import { findTenant } from './tenant-view';

export const createLink = defineOperation({
  id: 'create-link',
  method: 'POST',
  path: '/v1/tenants/{installation_id}/links',
  summary: `A link to the page that shows this tenant alone to whoever has it, for ${LINK_LIFETIME / 60_000} minutes.`,
  params: tenantParams,
  body: NOTHING,
  answer: v.object({ url: text, expires_at: time }),
  run: async ({ params, caller, requestId, reason }, deps) => {
    const { installationId } = await findTenant(params.installation_id, deps);
    const { pageUrl, links, clock, audit } = deps;
    if (pageUrl === undefined || caller === undefined)
      throw new Problem('refused', 'There are no links here: api.link_key_ssm of the module names no key for them.');
    const now = clock.now();
    const { token, expiresAt } = await links.sign({ installationId, id: requestId }, now);
    // Before it is given away: what can't be recorded is not done.
    await audit.record({
      installationId,
      at: now.toISOString(),
      id: requestId,
      action: 'link.made',
      actor: caller.actor,
      via: 'api',
      reason,
      requestId,
      after: { role: 'tenant-viewer', expires_at: expiresAt },
    });
    // Behind the #, so that it is in no request, no log and no referrer.
    return { body: { url: `${pageUrl}#link=${token}`, expires_at: expiresAt } };
  },
});
