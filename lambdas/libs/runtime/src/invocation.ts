import { AsyncLocalStorage, AsyncResource } from 'node:async_hooks';
import { setMaxListeners } from 'node:events';
import { LEASE_MARGIN, SECOND, arrivesUnderLease, plus, type Clock } from '@multi-tenant-runner/core';
import { timeLeft, type LambdaContext } from './lambda-events';

/** A request that was not sent, or was abandoned, because the invocation that wanted it is over. */
export class InvocationOver extends Error {
  override readonly name = 'InvocationOver';
}

export interface InvocationOptions {
  readonly context: Pick<LambdaContext, 'getRemainingTimeInMillis'>;
  readonly clock: Clock;
}

interface Invocation {
  readonly clock: Clock;
  /** Epoch milliseconds: no lease that it takes ends earlier. */
  readonly leasesUntil: number;
  readonly signal: AbortSignal;
}

/** Time for the answer after the last request is abandoned. */
const RESERVE = SECOND;

const current = new AsyncLocalStorage<Invocation>();

/**
 * Runs the work of one invocation. Nothing of it outlives the answer: Lambda freezes what is left, and thaws it minutes
 * later with the container's next invocation, when its leases have ended and others have acted.
 * https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
 */
export async function runInvocation<T>({ context, clock }: InvocationOptions, work: () => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const { signal } = controller;
  // Each request listens.
  setMaxListeners(0, signal);
  const end = (): void => controller.abort(new InvocationOver('The invocation is over; its redelivery goes on'));
  const timer = setTimeout(end, timeLeft(context, RESERVE));
  const leasesUntil = plus(clock.now(), context.getRemainingTimeInMillis() + LEASE_MARGIN).getTime();
  try {
    return await current.run({ clock, leasesUntil, signal }, work);
  } finally {
    clearTimeout(timer);
    end();
  }
}

/**
 * Sends one request of the present invocation, if there is one: never after its end, and only while every lease that
 * it holds outlasts the request. The last step before the network, so that retries are checked too.
 *
 * @param timeout the request's own, in milliseconds
 * @param send given the signal at which the request is to be abandoned
 * @throws InvocationOver when nothing was sent
 */
export async function sendInTime<T>(timeout: number, send: (signal?: AbortSignal) => Promise<T>): Promise<T> {
  const invocation = current.getStore();
  if (invocation === undefined) return send();
  const { clock, leasesUntil, signal } = invocation;
  signal.throwIfAborted();
  if (!arrivesUnderLease(leasesUntil, clock.now(), timeout))
    throw new InvocationOver('The invocation slept past its leases; its redelivery goes on');
  return send(signal);
}

/** Work that another invocation may start, as a queue does, still belongs to this one. */
export function ofThisInvocation<T>(work: () => T): () => T {
  return AsyncResource.bind(work);
}
