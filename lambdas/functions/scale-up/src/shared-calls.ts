import { askTogether, type AskDeps, type Asked, type Asking } from './ask-together';
import { sharesCalls } from './deps';
import { orderTogether } from './order-together';
import type { OrderDeps, SharingDeps } from './send-order';

/** Milliseconds for which the first that can't start a call of its own waits for others of the same invocation. */
const GATHERING = 25;
/** The same, among those that have just been given their places by one write. */
const TOGETHER = 5;

/** Launches of one tenant in one invocation that are a burst of its own. */
const OWN_ORDER = 4;

type Results = readonly PromiseSettledResult<Asked>[];

export interface SharedCalls {
  /** Whether these may share a call with other tenants' launches. */
  takes(members: readonly Asking[]): boolean;
  /** For each its answer, or why there is none, in their order. @param members of one tenant and size */
  ask(members: readonly Asking[]): Promise<Results>;
}

interface Waiting {
  readonly asking: Asking;
  readonly resolve: (result: PromiseSettledResult<Asked>) => void;
}

/**
 * Asks for machines where calls may be shared: by the tenant's own call if that starts at once, since its machines are
 * the tenant's from their birth; else by a shared one. Launches of one size, of whatever tenants, are gathered, so that
 * an invocation joins an order by one write.
 *
 * @param fleet for calls that have their place in the account's line
 */
export function createSharedCalls(paced: SharingDeps, fleet: AskDeps['fleet']): SharedCalls {
  const deps = { ...paced, fleet, ownOrders: new Map() };
  let gathering: Promise<void> | undefined;
  /** Those that go on at once take their places by one write. */
  const gather = (): Promise<void> => (gathering ??= deps.pause(GATHERING).finally(() => (gathering = undefined)));
  const gathered = new Map<string, Waiting[]>();
  /** One write at a time: those of one invocation would only refuse each other. */
  const flush = async (key: string, waiting: Waiting[]): Promise<void> => {
    await deps.pause(TOGETHER);
    while (waiting.length > 0) {
      const members = waiting.splice(0, deps.scaleUp.machinesACall);
      const { tier } = (members[0] as Waiting).asking.launch;
      await new Promise<void>((joined) => void order(members, { ...deps, kind: { tier } }, joined).then(joined));
    }
    gathered.delete(key);
  };
  const share = (asking: Asking): Promise<PromiseSettledResult<Asked>> =>
    new Promise((resolve) => {
      const key = [asking.launch.tier, ...asking.attempted].join(' ');
      const waiting = gathered.get(key);
      if (waiting !== undefined) return void waiting.push({ asking, resolve });
      const first = [{ asking, resolve }];
      gathered.set(key, first);
      void flush(key, first);
    });
  const noPlace = (members: readonly Asking[]): Results =>
    members.map(({ launch }) => ({ status: 'fulfilled', value: { kind: 'no-place', launch } }));
  return {
    takes: (members) => members.every(({ launch }) => sharesCalls(launch, deps.sharing)),
    ask: async (members) => {
      const { length } = members;
      if (await deps.line.startsNow(length)) return askTogether(members, deps);
      if (length >= OWN_ORDER) return orderOwn(members, deps);
      await gather();
      return (await deps.line.mayDress(length)) ? Promise.all(members.map(share)) : noPlace(members);
    },
  };
}

/** By one call with the tenant's other launches, here and in other invocations: its machines need no dressing. */
function orderOwn(members: readonly Asking[], deps: Omit<OrderDeps, 'kind'>): Promise<Results> {
  const { tier, installationId: owner } = (members[0] as Asking).launch;
  return orderTogether(members, { ...deps, kind: { tier, owner } });
}

async function order(waiting: readonly Waiting[], deps: OrderDeps, onJoined: () => void): Promise<void> {
  let results: Results;
  try {
    results = await orderTogether(
      waiting.map(({ asking }) => asking),
      deps,
      onJoined,
    );
  } catch (reason) {
    results = waiting.map(() => ({ status: 'rejected', reason }));
  }
  for (const [index, { resolve }] of waiting.entries()) resolve(results[index] as PromiseSettledResult<Asked>);
}
