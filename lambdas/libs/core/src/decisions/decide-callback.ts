import { CALLBACK_ATTRIBUTE, callbackProblem } from '../model/callback';
import type { Tenant } from '../model/tenant';
import type { EditDecision } from './decide-edit';

/** `null`: nowhere. */
export interface CallbackRequest {
  readonly kind: 'set-callback';
  readonly url: string | null;
}

/** Where a tenant's own events are sent to, as its row says it. Pure. */
export function decideCallback({ orgName, status }: Tenant, { url }: CallbackRequest): EditDecision {
  const problem = url === null ? undefined : callbackProblem(url);
  if (problem !== undefined) return { kind: 'refuse', sentence: `The callback's address ${problem}.` };
  return {
    kind: 'edit',
    edit: { expect: { status }, set: { [CALLBACK_ATTRIBUTE]: url } },
    sentence:
      url === null
        ? `${orgName} is sent no more events.`
        : `${orgName}'s events are sent to ${new URL(url).hostname}, signed with the secret.`,
  };
}
