import { SECOND } from '@multi-tenant-runner/core';

/** Does some work; answers what it answers. */
export type Progress = <T>(work: () => Promise<T>) => Promise<T>;

/** Calls again and again until it is stopped. */
export type Every = (call: () => void, milliseconds: number) => () => void;

export const NO_PROGRESS: Progress = (work) => work();
const CLEAR_LINE = '\r\u001b[K';

/** Says of work that takes over a second how long it takes, on one line that is gone when the work is done. */
export function createProgress(write: (text: string) => void, every: Every): Progress {
  return async (work) => {
    let seconds = 0;
    const stop = every(() => {
      seconds += 1;
      write(`${CLEAR_LINE}working, ${seconds} s`);
    }, SECOND);
    try {
      return await work();
    } finally {
      stop();
      if (seconds > 0) write(CLEAR_LINE);
    }
  };
}
