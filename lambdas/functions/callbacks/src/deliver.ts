import { callbackParameter, callbackProblem, secretsIn } from '@multi-tenant-runner/core';
import type { CallbacksDeps } from './deps';
import { CallbackRefused, resolvePublic } from './resolve-public';
import { signatureHeaders } from './sign';

export interface Delivery {
  readonly id: string;
  readonly installationId: number;
  readonly url: string;
  readonly body: string;
}

/**
 * Sends an event to its tenant's endpoint, once.
 *
 * @throws Error that says why it did not arrive, without what the endpoint said
 */
export async function deliver({ id, installationId, url: text, body }: Delivery, deps: CallbacksDeps): Promise<void> {
  const { vault, environment, clock, testReceiver: test } = deps;
  const stored = await vault.get(callbackParameter(environment, installationId));
  const secrets = stored === undefined ? [] : secretsIn(stored, clock.now());
  if (secrets.length === 0) throw new CallbackRefused('it has no secret: set the callback again');
  const url = new URL(text);
  const isTest = test !== undefined && url.hostname === test.name;
  // The row may have been edited by hand.
  const problem = isTest ? undefined : callbackProblem(text);
  if (problem !== undefined) throw new CallbackRefused(`its address ${problem}`);
  const signal = AbortSignal.timeout(deps.timeout);
  const to = isTest
    ? ({ address: test.address, family: 4, port: test.port } as const)
    : await inTime(resolvePublic(url.hostname, deps.resolver), signal);
  const headers = {
    'content-type': 'application/json',
    'user-agent': 'multi-tenant-runner',
    ...signatureHeaders({ id, body }, secrets, clock.now()),
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
