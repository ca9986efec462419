import { setTimeout as sleep } from 'node:timers/promises';

const POLL_INTERVAL_MS = 200;

export class PollTimeout extends Error {
  override readonly name = 'PollTimeout';
}

export interface Poller {
  /** Resolves with the first value that is not undefined; fails at the scenario's deadline. */
  readonly until: <T>(what: string, poll: () => Promise<T | undefined>) => Promise<T>;
  readonly signal: AbortSignal;
}

/** One deadline for the whole scenario: a step that hangs leaves no time for the next, and names what it awaited. */
export function createPoller(seconds: number, signal: AbortSignal, now: () => number = Date.now): Poller {
  const end = now() + seconds * 1000;
  return {
    signal,
    until: async (what, poll) => {
      for (;;) {
        signal.throwIfAborted();
        const found = await poll();
        if (found !== undefined) return found;
        if (now() > end) throw new PollTimeout(`${what} did not happen within ${seconds} s`);
        await sleep(POLL_INTERVAL_MS, undefined, { signal });
      }
    },
  };
}
