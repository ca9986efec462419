import type { Clock } from '@multi-tenant-runner/core';
import { createEventQueue, type QueuedEvent } from './event-queue';

export type Cancel = () => void;

/** The event queue of a discrete-event simulation: its clock jumps from one event to the next. */
export interface Scheduler {
  readonly clock: Clock;
  /** Epoch milliseconds. */
  now(): number;
  iso(): string;
  after(milliseconds: number, action: () => void): Cancel;
  /** Runs until `isOver` or until no event is left. */
  run(isOver: () => boolean): Promise<void>;
  /** Events run so far. */
  readonly executed: number;
}

/**
 * Calls it once every promise that has settled has reached its next call: Node empties the queue of promises before it
 * comes to the next tick. `setImmediate` would go around the event loop for each of a hundred million events.
 * https://nodejs.org/en/learn/asynchronous-work/event-loop-timers-and-nexttick
 */
function afterPromises(next: () => void): void {
  void SETTLED.then(() => process.nextTick(next));
}
const SETTLED = Promise.resolve();

export function createScheduler(start: string): Scheduler {
  let at = Date.parse(start);
  let count = 0;
  let executed = 0;
  let cancelled = 0;
  const queue = createEventQueue(at);
  /** Most timers are cancelled long before their time. */
  const dropCancelled = (): void => {
    queue.dropCancelled();
    cancelled = 0;
  };
  /** The next that is not cancelled. */
  const take = (): (() => void) | undefined => {
    for (let next = queue.take(); next !== undefined; next = queue.take()) {
      const { action } = next;
      next.action = undefined;
      if (action === undefined) cancelled -= 1;
      else {
        at = next.at;
        return action;
      }
    }
    return undefined;
  };

  return {
    clock: { now: () => new Date(at) },
    now: () => at,
    iso: () => new Date(at).toISOString(),
    after(milliseconds, action) {
      const event: QueuedEvent = { at: at + Math.max(0, Math.round(milliseconds)), order: (count += 1), action };
      queue.add(event);
      return () => {
        if (event.action === undefined) return;
        event.action = undefined;
        cancelled += 1;
        if (cancelled > 10_000 && 2 * cancelled > queue.length) dropCancelled();
      };
    },
    run: (isOver) =>
      new Promise((resolve, reject) => {
        const step = (): void => {
          const action = take();
          if (action === undefined) return resolve();
          executed += 1;
          try {
            action();
          } catch (error) {
            return reject(error as Error);
          }
          afterPromises(() => (isOver() ? resolve() : step()));
        };
        step();
      }),
    get executed() {
      return executed;
    },
  };
}
