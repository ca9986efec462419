/** One running clock for each job: the end of its length, or of its lost runner's grace. */
export interface Timers {
  readonly set: (jobId: number, delayMs: number, then: () => void) => void;
  readonly clear: (jobId: number) => void;
  readonly clearAll: () => void;
}

export function createTimers(): Timers {
  const running = new Map<number, NodeJS.Timeout>();
  const clear = (jobId: number): void => {
    clearTimeout(running.get(jobId));
    running.delete(jobId);
  };
  return {
    set: (jobId, delayMs, then) => {
      clear(jobId);
      running.set(jobId, setTimeout(then, Math.max(0, delayMs)));
    },
    clear,
    clearAll: () => [...running.keys()].forEach(clear),
  };
}
