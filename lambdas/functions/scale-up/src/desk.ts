import { askTogether, type AskDeps, type Asked, type Asking } from './ask-together';
import type { SharedCalls } from './shared-calls';

/** A record's place at the desk of its invocation. */
export interface Seat {
  /** Asks for a machine, together with those of the same tenant and size that ask now. */
  ask(asking: Asking): Promise<Asked>;
  /** It asks no more: the others do not wait for it. */
  leave(): void;
  /** No other record of its invocation is for the same tenant and size, now or later. */
  isAlone(): boolean;
}

export interface DeskOptions {
  /** Machines in one call. */
  readonly most: number;
  /** Milliseconds for which the first waits for the others. */
  readonly longest: number;
  /** Calls back after so many milliseconds, unless undone. */
  readonly after: (milliseconds: number, callBack: () => void) => () => void;
  /** Absent: each tenant has calls of its own. */
  readonly shared?: SharedCalls;
}

interface Waiting {
  readonly asking: Asking;
  readonly resolve: (asked: Asked) => void;
  readonly reject: (cause: unknown) => void;
}

interface Table {
  seats: number;
  waiting: Waiting[];
  cancel: () => void;
}

/**
 * Gathers what the records of one invocation ask of EC2. A call goes out once all of a tenant and size have asked or
 * left, or the first has waited for long enough. Of one invocation only, so that one holder has all leases of a call.
 */
export function createDesk(deps: AskDeps, { most, longest, after, shared }: DeskOptions) {
  const tables = new Map<string, Table>();

  const close = (table: Table): void => {
    table.cancel();
    const waiting = table.waiting;
    table.waiting = [];
    table.cancel = nothing;
    for (const group of groupsOf(waiting, most)) void answer(group, deps, shared);
  };
  const closeIfAllAsked = (table: Table): void => {
    if (table.waiting.length > 0 && table.waiting.length >= table.seats) close(table);
  };

  return {
    /** Taken before the first await of a record, so that each knows how many there are. */
    sit(installationId: number, tier: string): Seat {
      const key = `${installationId}/${tier}`;
      const table = tables.get(key) ?? { seats: 0, waiting: [], cancel: nothing };
      tables.set(key, table);
      table.seats += 1;
      let seated = true;
      return {
        ask: (asking) =>
          new Promise((resolve, reject) => {
            table.waiting.push({ asking, resolve, reject });
            if (table.waiting.length === 1) table.cancel = after(longest, () => close(table));
            closeIfAllAsked(table);
          }),
        leave: () => {
          if (!seated) return;
          seated = false;
          table.seats -= 1;
          closeIfAllAsked(table);
        },
        isAlone: () => table.seats === 1,
      };
    },
  };
}

/** For a record whose invocation has no desk. */
export function createLoneSeat(deps: AskDeps): Seat {
  return {
    ask: (asking) =>
      new Promise((resolve, reject) => {
        void answer([{ asking, resolve, reject }], deps);
      }),
    leave: nothing,
    isAlone: () => true,
  };
}

async function answer(group: readonly Waiting[], deps: AskDeps, shared?: SharedCalls): Promise<void> {
  try {
    const members = group.map(({ asking }) => asking);
    const results = await (shared?.takes(members) === true ? shared.ask(members) : askTogether(members, deps));
    for (const [index, result] of results.entries()) {
      if (result.status === 'fulfilled') group[index]?.resolve(result.value);
      else group[index]?.reject(result.reason);
    }
  } catch (cause) {
    for (const { reject } of group) reject(cause);
  }
}

/** Those that one call can be for: in the same tenant's network, with the same candidates left. */
function groupsOf(waiting: readonly Waiting[], most: number): readonly (readonly Waiting[])[] {
  const byPlace = new Map<string, Waiting[]>();
  for (const one of waiting) {
    const { machineFor, attempted } = one.asking;
    const place = [machineFor.securityGroupId, machineFor.tenantTier, ...attempted].join(' ');
    byPlace.set(place, [...(byPlace.get(place) ?? []), one]);
  }
  return [...byPlace.values()].flatMap((all) =>
    Array.from({ length: Math.ceil(all.length / most) }, (_, part) => all.slice(part * most, (part + 1) * most)),
  );
}

const nothing = (): void => undefined;
