import { DAY, decidePlace, plus, type Clock, type Draw } from '@multi-tenant-runner/core';
import { InvocationOver, ofThisInvocation } from '@multi-tenant-runner/runtime';
import type { Item } from './attributes';
import { Expression } from './expression';
import type { Table } from './table';

interface Asking {
  readonly draws: readonly Draw[];
  readonly longest: number;
  readonly resolve: (at: Date | undefined) => void;
  readonly reject: (cause: unknown) => void;
  /** Goes on with this one and those behind it, as its own invocation. */
  readonly begin: () => void;
}

/** One line of all containers, which is a row. Answers as `Budgets.place` does. */
export type PlaceInLine = (draws: readonly Draw[], longest: number) => Promise<Date | undefined>;

const timesOf = (line: string | undefined): readonly number[] => line?.split(' ').map(Number) ?? [];

/**
 * Those of this container that ask at once, or while a write is under way, share the next one, each with its own place:
 * alone they would only refuse each other.
 */
export function createAccountLine(table: Pick<Table, 'update'>, key: Item, clock: Clock): PlaceInLine {
  // As this container left it, which is how it still is where no other has taken meanwhile: one write then.
  let known: string | undefined;
  let waiting: Asking[] = [];
  let busy = false;

  /** Their places in the order in which they asked; undefined: too far. */
  const take = async (all: readonly Asking[]): Promise<readonly (Date | undefined)[]> => {
    for (;;) {
      const now = clock.now();
      let fullAt = timesOf(known);
      const places = all.map(({ draws, longest }) => {
        const decision = decidePlace(fullAt, draws, now.getTime(), longest);
        if (decision.kind === 'too-far') return undefined;
        fullAt = decision.fullAt;
        return new Date(decision.at);
      });
      if (places.every((place) => place === undefined)) return places;
      const expression = new Expression();
      const next = fullAt.join(' ');
      const update = expression.update({ line: next, expires_at: Math.floor(plus(now, DAY).getTime() / 1_000) });
      const condition = expression.isStill('line', known === undefined ? undefined : { S: known });
      const outcome = await table.update({ key, expression, update, condition });
      known = outcome.ok ? next : outcome.item?.['line']?.S;
      if (outcome.ok) return places;
    }
  };
  const goOn = async (): Promise<void> => {
    busy = true;
    // Those that ask in the same moment come along.
    await Promise.resolve();
    const all = waiting;
    waiting = [];
    try {
      const places = await take(all);
      for (const [index, { resolve }] of all.entries()) resolve(places[index]);
    } catch (cause) {
      // One whose invocation is over sends nothing. Those behind it go on as theirs.
      const failed = cause instanceof InvocationOver ? all.slice(0, 1) : all;
      waiting = [...all.slice(failed.length), ...waiting];
      for (const { reject } of failed) reject(cause);
    } finally {
      busy = false;
      waiting[0]?.begin();
    }
  };
  return (draws, longest) =>
    new Promise((resolve, reject) => {
      waiting.push({ draws, longest, resolve, reject, begin: ofThisInvocation(() => void goOn()) });
      if (!busy) void goOn();
    });
}
