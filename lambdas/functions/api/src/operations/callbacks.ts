import { decideEdit, type CallbackRequest, type CallbackSecrets } from '@multi-tenant-runner/core';
import * as v from 'valibot';
import type { ApiDeps } from '../deps';
import { Problem } from '../http/problem';
import { count, tenantParams, text, time } from '../http/schemas';
import { NOTHING, defineOperation, type Context } from './operation';
import { recordChange } from './record-change';
import { findTenant, type TenantFound } from './tenant-view';

const PATH = '/v1/tenants/{installation_id}/callback';
const secret = v.pipe(
  text,
  v.description('That signs each call (Standard Webhooks). It is shown here, and nowhere again.'),
);
const url = v.pipe(text, v.description('https, a public name, port 443'));
/** What a repeated request is answered from. */
const kept = v.object({ installationId: v.number(), url: text });
const answer = v.object({ url: text, secret });

export const showCallback = defineOperation({
  id: 'show-callback',
  method: 'GET',
  path: PATH,
  summary: "Where the tenant's events are sent to, and whether they arrive; without url: nowhere.",
  params: tenantParams,
  answer: v.object({
    url: v.optional(text),
    failing_since: v.optional(v.pipe(time, v.description('Absent: the last call arrived'))),
    reason: v.optional(v.pipe(text, v.description('Of the last call that failed'))),
    given_up: v.optional(v.pipe(count, v.description('Events that never arrived, of the last two weeks'))),
    given_up_at: v.optional(time),
  }),
  run: async ({ params }, deps) => {
    const { installationId, tenant } = await findTenant(params.installation_id, deps);
    const { failingSince, reason, givenUp, givenUpAt } = await deps.callbackHealth.get(installationId);
    return {
      body: {
        ...(tenant.callbackUrl !== undefined && { url: tenant.callbackUrl }),
        ...(failingSince !== undefined && { failing_since: failingSince }),
        ...(reason !== undefined && { reason }),
        ...(givenUp !== undefined && { given_up: givenUp }),
        ...(givenUpAt !== undefined && { given_up_at: givenUpAt }),
      },
    };
  },
});

export const setCallback = defineOperation({
  id: 'set-callback',
  method: 'POST',
  path: PATH,
  summary: "Sends the tenant's events to an address, each signed with a new secret.",
  params: tenantParams,
  body: v.strictObject({ url }),
  answer,
  run: async ({ params, body, ...context }, deps) => {
    const secrets = secretsOf(deps);
    const found = await findTenant(params.installation_id, deps);
    const write = decide(found, { kind: 'set-callback', url: body.url }, context, deps);
    // First, so that no event is sent without one.
    const made = await secrets.renew(found.installationId);
    await write();
    return tell({ installationId: found.installationId, url: body.url }, made);
  },
  again: tellAgain,
});

export const rotateCallbackSecret = defineOperation({
  id: 'rotate-callback-secret',
  method: 'POST',
  path: `${PATH}/rotate`,
  summary: 'Makes a new secret; calls are signed with the old one too for a day.',
  params: tenantParams,
  body: NOTHING,
  answer,
  run: async ({ params, ...context }, deps) => {
    const secrets = secretsOf(deps);
    const { installationId, tenant } = await findTenant(params.installation_id, deps);
    if (tenant.callbackUrl === undefined) throw new Problem('refused', 'No callback is set, so there is no secret.');
    await recordChange({ installationId, action: 'callback.secret-rotated', after: {} }, context, deps);
    const made = await secrets.renew(installationId);
    return tell({ installationId, url: tenant.callbackUrl }, made);
  },
  again: tellAgain,
});

export const removeCallback = defineOperation({
  id: 'remove-callback',
  method: 'POST',
  path: `${PATH}/remove`,
  summary: 'Sends the tenant no more events, within half a minute, and forgets the secret.',
  params: tenantParams,
  body: NOTHING,
  answer: v.object({ removed: v.boolean() }),
  run: async ({ params, ...context }, deps) => {
    const secrets = secretsOf(deps);
    const found = await findTenant(params.installation_id, deps);
    await decide(found, { kind: 'set-callback', url: null }, context, deps)();
    await secrets.remove(found.installationId);
    return { body: { removed: found.tenant.callbackUrl !== undefined } };
  },
});

function secretsOf({ callbacks }: Pick<ApiDeps, 'callbacks'>): CallbackSecrets {
  if (callbacks === undefined) throw new Problem('refused', 'There are no callbacks here: events.callbacks is off.');
  return callbacks;
}

const tell = (about: v.InferOutput<typeof kept>, made: string) => ({
  body: { url: about.url, secret: made },
  kept: about,
});

async function tellAgain(found: unknown, { callbacks }: Pick<ApiDeps, 'callbacks'>) {
  const about = v.parse(kept, found);
  const made = await callbacks?.current(about.installationId);
  if (made === undefined)
    throw new Problem('refused', 'The secret is gone since; set the callback with a new Idempotency-Key.');
  return tell(about, made);
}

/** @throws Problem where it may not be written; the answer writes it */
function decide(
  found: TenantFound,
  request: CallbackRequest,
  { requestId, reason, caller }: Context,
  { directory, tiers, clock }: Pick<ApiDeps, 'directory' | 'tiers' | 'clock'>,
): () => Promise<void> {
  const decision = decideEdit(found, request, { tiers });
  if (decision.kind !== 'edit') throw new Problem('refused', decision.sentence);
  return async () => {
    const note = { id: requestId, by: caller?.actor ?? 'unknown', via: 'api', reason, at: clock.now() } as const;
    const { ok } = await directory.edit(found.installationId, decision.edit, note);
    if (!ok) throw new Problem('changed', "The tenant's row has changed meanwhile; send the request again.");
  };
}
