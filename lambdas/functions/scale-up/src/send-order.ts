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

/** Whose launches an order is for: of one size, and of all tenants that share calls or of one of them. */
export interface OrderKind {
  readonly tier: string;
  readonly owner?: number;
}

export const keyOf = ({ tier, owner }: OrderKind): string => (owner === undefined ? tier : `${tier}/${owner}`);

export type SharingDeps = AskDeps &
  Pick<ScaleUpDeps, 'log'> & {
    readonly sharing: Sharing;
    readonly line: Line;
    readonly pause: Pause;
  };

/** What this invocation knows of an order that it has made. */
interface Standing {
  /** As the last of this invocation that joined left it. */
  order: Order;
  /** Of this invocation alone. */
  machines: number;
}

interface OwnOrder {
  readonly standing: Standing;
  /** What becomes of it, as `send` answers. */
  readonly answer: Promise<GroupAnswer | undefined>;
}

/** `fleet` for calls that have their place in the account's line. */
export type OrderDeps = SharingDeps & {
  readonly kind: OrderKind;
  /** By their ids: who joins one of these need not look for its answer. */
  readonly ownOrders: Map<string, OwnOrder>;
};

/** Whoever waits reads this where the order's answer would be: its call is never sent. */
const NEVER_SENT: NotStarted = { kind: 'throttled', code: 'OrderVoid', message: 'nobody sends the call of this order' };

/** Its maker's part. Undefined: the call was not sent, and nobody ever sends it. */
export function send(members: readonly Asking[], order: Order, deps: OrderDeps): Promise<GroupAnswer | undefined> {
  const standing = { order, machines: members.length };
  const answer = sendInTurn((members[0] as Asking).launch, standing, deps);
  deps.ownOrders.set(order.id, { standing, answer });
  return answer;
}

/** Others of this invocation have joined. */
export function noteJoined(members: readonly Asking[], order: Order, { ownOrders }: OrderDeps): void {
  const own = ownOrders.get(order.id);
  if (own !== undefined) Object.assign(own.standing, { order, machines: own.standing.machines + members.length });
}

async function sendInTurn(
  { installationId }: Asking['launch'],
  standing: Standing,
  deps: OrderDeps,
): Promise<GroupAnswer | undefined> {
  const { id } = standing.order;
  await deps.pause(LINGER);
  const known = standing.order.machines;
  const isOwn = deps.kind.owner !== undefined;
  const mayStart = await deps.line.waitsFor(installationId, { calls: 1, machines: known, isOwn });
  const closed = await close(standing.order, mayStart ? 'closed' : 'void', deps);
  if (!mayStart || closed === undefined) {
    if (closed !== undefined) await deps.sharing.orders.answer(id, NEVER_SENT);
    return undefined;
  }
  // Those that joined meanwhile. It is closed, so the call is sent whatever the line says; EC2 has the last word.
  const more = closed.machines - known;
  if (more > 0) await deps.line.waitsFor(installationId, { calls: 0, machines: more });
  const answer = await ask(closed, deps);
  // Nobody else joined, so nobody else looks for it.
  if (closed.machines === standing.machines) return answer;
  try {
    await deps.sharing.orders.answer(id, answer);
  } catch (cause) {
    deps.log.warn('The answer to an order could not be written; its launches look for their machines', {
      ...{ tier: deps.kind.tier, cause },
    });
  }
  return answer;
}

/** The one call. Machines of a tenant's own order are the tenant's from their birth. */
async function ask({ id, machines, intent }: Order, { kind, fleet, ...deps }: OrderDeps): Promise<GroupAnswer> {
  const claimSecret = await deps.claimSecretFor(intent.clientToken);
  const userData = { machineUrl: deps.scaleUp.machineUrl, claimSecret };
  const { tier, owner } = kind;
  if (owner === undefined) return deps.sharing.blanks.start({ tier, blankId: id, machines, intent, userData });
  const launchIds = Array.from({ length: machines }, () => id);
  return fleet.runGroup({ installationId: owner, tier, intent, launchIds, userData });
}

/** Undefined: somebody has voided it. */
async function close(order: Order, state: Order['state'], deps: OrderDeps): Promise<Order | undefined> {
  const key = keyOf(deps.kind);
  // As this invocation knows it, which is how it still is if nobody else joined.
  let current: Order | undefined = order;
  for (;;) {
    if (current?.id !== order.id || current.state !== 'open') return undefined;
    const closed = { ...current, state };
    const outcome = await deps.sharing.orders.advance(key, current, closed);
    if (outcome.kind === 'written') return closed;
    current = outcome.kind === 'order' ? outcome.current : current;
  }
}

/**
 * The part of those who joined. Undefined: the call was not sent, and nobody ever sends it.
 *
 * @throws RetryLater where nothing is heard: the call may have been sent
 */
export async function listen(order: Order, deps: OrderDeps): Promise<GroupAnswer | undefined> {
  const { orders } = deps.sharing;
  const own = await deps.ownOrders.get(order.id)?.answer.then(
    (answer) => ({ answer }),
    // Its maker does not know what has become of it.
    () => undefined,
  );
  if (own !== undefined) return own.answer;
  while (deps.clock.now().getTime() < order.until + PATIENCE) {
    await deps.pause(LOOK);
    const answer = await orders.findAnswer(order.id);
    if (answer !== undefined) return 'code' in answer && answer.code === NEVER_SENT.code ? undefined : answer;
    if (deps.clock.now().getTime() < order.until) continue;
    const current = await orders.current(keyOf(deps.kind));
    if (current?.id === order.id && current.state === 'open' && (await voidOrder(current, deps))) return undefined;
  }
  throw new RetryLater('Nothing was heard of an order; its machine is looked for');
}

/** Its maker is gone or late. An order that was not closed was not sent, and what is void is closed by nobody. */
export async function voidOrder(order: Order, { sharing, kind }: OrderDeps): Promise<boolean> {
  const outcome = await sharing.orders.advance(keyOf(kind), order, { ...order, state: 'void' });
  if (outcome.kind !== 'written') return false;
  await sharing.orders.answer(order.id, NEVER_SENT);
  return true;
}
