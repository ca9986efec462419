import type { Answer } from '../answer';
import type { Fleet } from '../fleet';
import { EXIT, Problem } from '../problem';
import { findTenant } from '../read/find-tenant';
import { recordChange, requireReason } from './record-change';
import { editTenant, type ChangeOptions } from './tenants';

const SHOWN_ONCE = 'The secret is shown here, and nowhere again.';

/** Sends a tenant's own events to an address, signed with a new secret. */
export async function setCallback(name: string, url: string, options: ChangeOptions, fleet: Fleet): Promise<Answer> {
  const request = { kind: 'set-callback', url } as const;
  requireReason(options);
  if (!(await fleet.hasCallbacks()))
    throw new Problem('There are no callbacks here: events.callbacks of the module is off.', EXIT.refused);
  // What may not be written makes no secret.
  const tried = await editTenant(name, request, { ...options, dryRun: true }, fleet);
  if (options.dryRun) return tried;
  const { installationId } = await findTenant(name, fleet.directory);
  // First, so that no event is sent without one.
  const secret = await fleet.callbacks.renew(installationId);
  await editTenant(name, request, options, fleet);
  return { kind: 'fields', fields: { installation: installationId, callback: url, secret }, sentence: SHOWN_ONCE };
}

/** Where a tenant's own events are sent to, and whether they arrive. */
export async function showCallback(name: string, fleet: Fleet): Promise<Answer> {
  const lookup = await findTenant(name, fleet.directory);
  const callback = lookup.kind === 'tenant' ? lookup.tenant.callbackUrl : undefined;
  const { failingSince, reason, givenUp, givenUpAt } = await fleet.callbackHealth.get(lookup.installationId);
  const fields = {
    installation: lookup.installationId,
    callback,
    failing_since: failingSince,
    reason,
    given_up: givenUp,
    given_up_at: givenUpAt,
  };
  return { kind: 'fields', fields };
}

/** Makes a new secret, beside which the old one counts for a day. */
export async function rotateCallback(name: string, options: ChangeOptions, fleet: Fleet): Promise<Answer> {
  requireReason(options);
  const lookup = await findTenant(name, fleet.directory);
  if (lookup.kind !== 'tenant' || lookup.tenant.callbackUrl === undefined)
    throw new Problem(`${name} has no callback, so it has no secret; set one with tenants set-callback.`, EXIT.refused);
  const { installationId, tenant } = lookup;
  const fields = { installation: installationId, callback: tenant.callbackUrl };
  if (options.dryRun) return { kind: 'fields', fields: { ...fields, dry_run: true } };
  await recordChange({ installationId, action: 'callback.secret-rotated', after: {} }, options, fleet);
  const secret = await fleet.callbacks.renew(installationId);
  return { kind: 'fields', fields: { ...fields, secret }, sentence: `${SHOWN_ONCE} The old one counts for a day.` };
}

/** Sends a tenant no more events, and forgets the secret. */
export async function removeCallback(name: string, options: ChangeOptions, fleet: Fleet): Promise<Answer> {
  const answer = await editTenant(name, { kind: 'set-callback', url: null }, options, fleet);
  if (!options.dryRun) await fleet.callbacks.remove((await findTenant(name, fleet.directory)).installationId);
  return answer;
}
