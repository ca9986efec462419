import { callbackProblem, secretsIn } from '@multi-tenant-runner/core';
import type { CallbacksDeps } from './deps';
import { CallbackRefused, resolvePublic } from './resolve-public';
import { signatureHeaders } from './sign';

export interface Delivery {
  readonly id: string;
  readonly url: string;
  readonly body: string;
  readonly storedSecrets: string | undefined;
}

/**
 * Sends an event to its tenant's endpoint, once.
 *
 * @throws Error that says why it did not arrive, without what the endpoint said
 */
export async function deliver({ id, url: text, body, storedSecrets }: Delivery, deps: CallbacksDeps): Promise<void> {
  const now = deps.clock.now();
  const secrets = storedSecrets === undefined ? [] : secretsIn(storedSecrets, now);
  if (secrets.length === 0) throw new CallbackRefused('it has no secret: set the callback again');
  // The row may have been edited by hand.
  const problem = callbackProblem(text);
  if (problem !== undefined) throw new CallbackRefused(`its address ${problem}`);
  const url = new URL(text);
  const signal = AbortSignal.timeout(deps.timeout);
  const to = await inTime(resolvePublic(url.hostname, deps.resolver), signal);
  const headers = {
    'content-type': 'application/json',
    'user-agent': 'multi-tenant-runner',
    ...signatureHeaders({ id, body }, secrets, now),
  };
  const status = await inTime(deps.post({ url, to, headers, body, signal }), signal);
  if (status < 200 || status >= 300) throw new CallbackRefused(`it answered ${status}`);
}

/** Whatever the work makes of the signal. */
async function inTime<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const late = new Promise<never>((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(new CallbackRefused('it did not answer in time')), { once: true });
  });
  late.catch(() => undefined);
  return Promise.race([work, late]);
}
