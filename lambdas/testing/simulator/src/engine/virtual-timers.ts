import type { Scheduler } from './scheduler';

/**
 * Gives the code under test timers of the virtual clock, and makes the real clock and real randomness fail loudly: a
 * run that depends on either could not be replayed. Returns a function that restores them.
 */
export function installVirtualTimers(scheduler: Scheduler): () => void {
  const real = {
    setTimeout: globalThis.setTimeout,
    clearTimeout: globalThis.clearTimeout,
    now: Date.now,
    random: Math.random,
  };
  const cancels = new Map<number, () => void>();
  let count = 0;
  const refuse = (what: string) => (): never => {
    throw new Error(`${what} was used in a simulation; take the time from the injected clock`);
  };
  Object.assign(globalThis, {
    setTimeout: (action: () => void, milliseconds = 0) => {
      const id = (count += 1);
      cancels.set(
        id,
        scheduler.after(milliseconds, () => {
          cancels.delete(id);
          action();
        }),
      );
      return id;
    },
    clearTimeout: (id: number) => {
      cancels.get(id)?.();
      cancels.delete(id);
    },
  });
  Date.now = refuse('Date.now()');
  Math.random = refuse('Math.random()');
  return () => {
    Object.assign(globalThis, { setTimeout: real.setTimeout, clearTimeout: real.clearTimeout });
    Date.now = real.now;
    Math.random = real.random;
  };
}
