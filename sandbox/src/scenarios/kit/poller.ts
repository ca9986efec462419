import { setTimeout as sleep } from 'node:timers/promises';

const LOOK_EVERY_MS = 200;

export class PollTimeout extends Error {
  override readonly name = 'Impatience';
}

export interface Poller {
  /** Resolves with the first value that is not undefined; gives up at the demo's own end. */
  readonly until: <T>(what: string, look: () => Promise<T | undefined>) => Promise<T>;
  readonly signal: AbortSignal;
}

/** One deadline for the whole demo: a step that hangs leaves no time for the next one, and says what it waited for. */
export function createPoller(seconds: number, signal: AbortSignal, now: () => number = Date.now): Poller {
  const end = now() + seconds * 1000;
  return {
    signal,
    until: async (what, look) => {
      for (;;) {
        signal.throwIfAborted();
        const found = await look();
        if (found !== undefined) return found;
        if (now() > end) throw new PollTimeout(`${what} did not come about in the demo's ${seconds} s`);
        await sleep(LOOK_EVERY_MS, undefined, { signal });
      }
    },
  };
}
