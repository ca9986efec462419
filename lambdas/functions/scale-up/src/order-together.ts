import {
  LEASE_MARGIN,
  SECOND,
  buildIntent,
  decideOrder,
  hashOf,
  orderIdOf,
  type Intent,
  type Launch,
  type Order,
} from '@multi-tenant-runner/core';
import { hashSecret } from '@multi-tenant-runner/runtime';
import { answersOf, type Asked, type Asking } from './ask-together';
import { groupTokenFor } from './candidates';
import { decideIntent } from './decide-intent';
import { RetryLater } from './deps';
import { LOOK, keyOf, listen, noteJoined, send, voidOrder, type OrderDeps } from './send-order';

/** How long an order waits for its turn, and others may join. */
const OPEN = 12 * SECOND;
/** Milliseconds of the longest pause after another has changed the order first: what is known of it is soon old. */
const RETRY = 20;
/** Of the function's time that launches may wait until they are in an order. */
const SHARE_OF_TIME = 0.4;

type Results = readonly PromiseSettledResult<Asked>[];
type Member = Asking & { readonly at: number };

/**
 * Asks for machines by a call that launches of other tenants, here and in other invocations, may share: they join the
 * order that waits for its turn, or make one. The intents are written together with the order, so no machine is asked
 * for without a launch, and only the order's maker ever sends the call. A machine that comes of it is of no tenant yet.
 *
 * @param members at least one, of one size; all have the same candidates left
 * @param onJoined called once they are in an order, whose answer may take long
 * @returns for each member its answer, or why there is none, in their order
 */
export async function orderTogether(
  members: readonly Asking[],
  deps: OrderDeps,
  onJoined: () => void = () => undefined,
): Promise<Results> {
  const results: PromiseSettledResult<Asked>[] = [];
  const settle = (group: readonly Member[], answers: readonly Asked[]): void =>
    group.forEach(({ at }, index) => (results[at] = { status: 'fulfilled', value: answers[index] as Asked }));
  let left: readonly Member[] = members.map((member, at) => ({ ...member, at }));
  let seen: Seen | undefined;
  const deadline = deps.clock.now().getTime() + (deps.scaleUp.leaseMilliseconds - LEASE_MARGIN) * SHARE_OF_TIME;
  while (left.length > 0) {
    if (deps.clock.now().getTime() > deadline) {
      settle(left, left.map(noPlace));
      break;
    }
    const step = await takeStep(left, { ...deps, onJoined }, seen);
    if (step.kind === 'done') settle(left, step.answers);
    seen = step.kind === 'again' ? step.seen : undefined;
    left = step.kind === 'done' ? [] : step.left;
    for (const { at } of step.kind === 'again' ? step.lost : [])
      results[at] = {
        status: 'rejected',
        reason: new RetryLater('The lease of the launch was lost before an order'),
      };
  }
  return results;
}

type Step =
  | { readonly kind: 'done'; readonly answers: readonly Asked[] }
  | {
      readonly kind: 'again';
      readonly left: readonly Member[];
      readonly lost: readonly Member[];
      readonly seen?: Seen;
    };

/** The order as a write that was refused has just found it. */
interface Seen {
  readonly order: Order | undefined;
}

type Joining = OrderDeps & { readonly onJoined: () => void };

const noPlace = ({ launch }: Asking): Asked => ({ kind: 'no-place', launch });
const again = (left: readonly Member[], lost: readonly Member[] = [], seen?: Seen): Step => ({
  ...{ kind: 'again', left, lost },
  ...(seen && { seen }),
});

async function takeStep(members: readonly Member[], deps: Joining, seen?: Seen): Promise<Step> {
  const [first] = members;
  if (first === undefined) return { kind: 'done', answers: [] };
  const { tier, owner } = deps.kind;
  const key = keyOf(deps.kind);
  const current = seen === undefined ? await deps.sharing.orders.current(key) : seen.order;
  const template = deps.scaleUp.launchTemplates.get(tier);
  const wish = {
    launches: members.length,
    most: deps.scaleUp.machinesACall,
    attempted: first.attempted,
    template: `${template?.id}/${template?.version}`,
    of: placeOf(first, deps),
  };
  const step = decideOrder(current, wish, deps.clock.now());
  if (step === 'wait' && current !== undefined) {
    if (deps.clock.now().getTime() < current.until) await deps.pause(LOOK);
    else await voidOrder(current, deps);
    return again(members);
  }
  const order = current !== undefined && step === 'join' ? grown(current, members.length) : await make(members, deps);
  if (order === undefined) return { kind: 'done', answers: members.map(() => ({ kind: 'exhausted' })) };
  const built = members.map(({ launch, attempted, machineFor, lease }, index) => {
    const number = order.machines - members.length + index;
    const own = { ...order.intent, ...machineForOf(machineFor), ...(owner === undefined && { order: order.id }) };
    const intent: Intent = { ...own, group: { index: number, size: order.machines } };
    return { intent, ...buildIntent(launch, { intent, attempted }, lease, deps) };
  });
  const outcome = await deps.sharing.orders.advance(
    key,
    current,
    order,
    built.map(({ write }) => write),
  );
  if (outcome.kind === 'order') {
    await deps.pause(hashOf(`${first.lease.name} ${deps.clock.now().getTime()}`) % RETRY);
    return again(members, [], { order: outcome.current });
  }
  if (outcome.kind === 'launches')
    return again(
      members.filter((_, index) => !outcome.refused.has(index)),
      members.filter((_, index) => outcome.refused.has(index)),
    );
  deps.onJoined();
  if (step === 'join') noteJoined(members, order, deps);
  const joined = members.map((member, index) => ({ ...member, launch: (built[index] as { launch: Launch }).launch }));
  const answer = await (step === 'join' ? listen(order, deps) : send(joined, order, deps));
  if (answer === undefined) return again(joined);
  const answers = answersOf(answer, order.machines).slice(-members.length);
  return {
    kind: 'done',
    answers: built.map(({ launch, intent }, index) => ({
      kind: 'asked',
      launch,
      intent,
      answer: answers[index] as (typeof answers)[number],
    })),
  };
}

/** What the call says of the tenant: nothing of it where several share it. */
const placeOf = ({ machineFor }: Asking, { kind, sharing }: OrderDeps): Asking['machineFor'] =>
  kind.owner === undefined ? { securityGroupId: sharing.sharedGroupId, tenantTier: '' } : machineForOf(machineFor);
const machineForOf = ({ securityGroupId, tenantTier }: Asking['machineFor']) => ({ securityGroupId, tenantTier });
const grown = (order: Order, launches: number): Order => ({ ...order, machines: order.machines + launches });

/** Undefined: no candidate is left. */
async function make(members: readonly Member[], deps: OrderDeps): Promise<Order | undefined> {
  const [first] = members;
  if (first === undefined) return undefined;
  const decided = decideIntent(first.launch, first.attempted, placeOf(first, deps), deps);
  if (decided === undefined) return undefined;
  const now = deps.clock.now().getTime();
  const names = members.map(({ launch }) => `${launch.installationId}/${launch.launchId}`);
  // Of this very try: nobody else makes the same one, and its call is never another's.
  const clientToken = groupTokenFor(0, [...names, first.lease.name, String(now)], decided.candidate);
  const claimHash = hashSecret(await deps.claimSecretFor(clientToken));
  const intent = { ...decided, clientToken, claimHash };
  return { id: orderIdOf(clientToken), state: 'open', machines: members.length, until: now + OPEN, intent };
}
