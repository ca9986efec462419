import { SECOND, type GroupAnswer, type NotStarted, type Order } from '@multi-tenant-runner/core';
import type { AskDeps, Asking } from './ask-together';
import { RetryLater, type ScaleUpDeps, type Sharing } from './deps';
import type { Pause } from './fair-queue';
import type { Line } from './paced-launches';

/** How long EC2's answer may take to come, after that. */
const PATIENCE = 15 * SECOND;
/** Between two looks at an order or its answer. */
export const LOOK = SECOND / 5;

/** For how long an order is open at least: a burst comes over some time, and a call takes as many of it as came. */
const LINGER = SECOND / 5;

export type OrderDeps = AskDeps &
  Pick<ScaleUpDeps, 'log'> & {
    readonly sharing: Sharing;
    readonly line: Line;
    readonly pause: Pause;
  };

/** Whoever waits reads this where the order's answer would be: its call is never sent. */
const NEVER_SENT: NotStarted = { kind: 'throttled', code: 'OrderVoid', message: 'nobody sends the call of this order' };

/** Its maker's part. Undefined: the call was not sent, and nobody ever sends it. */
export async function send(
  members: readonly Asking[],
  order: Order,
  deps: OrderDeps,
): Promise<GroupAnswer | undefined> {
  const { tier, installationId } = (members[0] as Asking).launch;
  await deps.pause(LINGER);
  const mayStart = await deps.line.waitsFor(installationId, { calls: 1, machines: members.length });
  const closed = await close(tier, order, mayStart ? 'closed' : 'void', deps);
  if (!mayStart || closed === undefined) {
    if (closed !== undefined) await deps.sharing.orders.answer(order.id, NEVER_SENT);
    return undefined;
  }
  // Those that joined meanwhile. It is closed, so the call is sent whatever the line says; EC2 has the last word.
  await deps.line.waitsFor(installationId, { calls: 0, machines: closed.machines - members.length });
  const claimSecret = await deps.claimSecretFor(order.intent.clientToken);
  const userData = { machineUrl: deps.scaleUp.machineUrl, claimSecret };
  const { machines } = closed;
  const answer = await deps.sharing.blanks.start({ tier, blankId: order.id, machines, intent: order.intent, userData });
  try {
    await deps.sharing.orders.answer(order.id, answer);
  } catch (cause) {
    deps.log.warn('The answer to an order could not be written; its launches look for their machines', { tier, cause });
  }
  return answer;
}

/** Undefined: somebody has voided it. */
async function close(tier: string, { id }: Order, state: Order['state'], deps: OrderDeps): Promise<Order | undefined> {
  let current = await deps.sharing.orders.current(tier);
  for (;;) {
    if (current?.id !== id || current.state !== 'open') return undefined;
    const closed = { ...current, state };
    const outcome = await deps.sharing.orders.advance(tier, current, closed);
    if (outcome.kind === 'written') return closed;
    current = outcome.kind === 'order' ? outcome.current : current;
  }
}

/**
 * The part of those who joined. Undefined: the call was not sent, and nobody ever sends it.
 *
 * @throws RetryLater where nothing is heard: the call may have been sent
 */
export async function listen(tier: string, order: Order, deps: OrderDeps): Promise<GroupAnswer | undefined> {
  const { orders } = deps.sharing;
  while (deps.clock.now().getTime() < order.until + PATIENCE) {
    await deps.pause(LOOK);
    const answer = await orders.findAnswer(order.id);
    if (answer !== undefined) return 'code' in answer && answer.code === NEVER_SENT.code ? undefined : answer;
    if (deps.clock.now().getTime() < order.until) continue;
    const current = await orders.current(tier);
    if (current?.id === order.id && current.state === 'open' && (await voidOrder(tier, current, deps)))
      return undefined;
  }
  throw new RetryLater('Nothing was heard of an order; its machine is looked for');
}

/** Its maker is gone or late. An order that was not closed was not sent, and what is void is closed by nobody. */
export async function voidOrder(tier: string, order: Order, { sharing }: OrderDeps): Promise<boolean> {
  const outcome = await sharing.orders.advance(tier, order, { ...order, state: 'void' });
  if (outcome.kind !== 'written') return false;
  await sharing.orders.answer(order.id, NEVER_SENT);
  return true;
}
