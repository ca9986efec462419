import { MINUTE, SECOND } from '@multi-tenant-runner/core';
import { hashSecret } from '@multi-tenant-runner/runtime';
import type { ApiDeps } from '../deps';
import { Problem } from '../http/problem';
import type { Caller } from './caller';

/**
 * Counts the request, over all containers, for its caller and its tenant.
 *
 * @throws Problem `too-many`, with the seconds until the next minute
 */
export async function limitRate(
  caller: Caller,
  { state, rates, clock }: Pick<ApiDeps, 'state' | 'rates' | 'clock'>,
): Promise<void> {
  const now = clock.now();
  const byCaller = state.count(`caller#${hashSecret(caller.actor)}`, now);
  const byTenant = caller.role === 'operator' ? 0 : state.count(`tenant#${caller.installationId}`, now);
  const [calls, ofTenant] = await Promise.all([byCaller, byTenant]);
  if (calls <= rates.caller && ofTenant <= rates.tenant) return;
  const retryAfter = Math.ceil((MINUTE - (now.getTime() % MINUTE)) / SECOND);
  const [whose, rate] = calls > rates.caller ? ['caller', rates.caller] : ['tenant', rates.tenant];
  throw new Problem('too-many', `A ${whose} may send ${rate} requests in a minute.`, { retryAfter });
}
