import type { Clock } from '@multi-tenant-runner/core';

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

interface ScheduledEvent {
  readonly at: number;
  readonly order: number;
  /** Undefined once it is cancelled or over. */
  action: (() => void) | undefined;
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
  const heap: ScheduledEvent[] = [];
  /** Most timers are cancelled long before their time, and hold what they would have called. */
  const dropCancelled = (): void => {
    const live = heap.filter(({ action }) => action !== undefined).sort((a, b) => (before(a, b) ? -1 : 1));
    heap.length = 0;
    for (const event of live) heap.push(event);
    cancelled = 0;
  };
  /** The next that is not cancelled. */
  const take = (): (() => void) | undefined => {
    for (let next = pop(heap); next !== undefined; next = pop(heap)) {
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
      const event: ScheduledEvent = { at: at + Math.max(0, Math.round(milliseconds)), order: (count += 1), action };
      push(heap, event);
      return () => {
        if (event.action === undefined) return;
        event.action = undefined;
        cancelled += 1;
        if (cancelled > 10_000 && 2 * cancelled > heap.length) dropCancelled();
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

const before = (a: ScheduledEvent, b: ScheduledEvent): boolean => a.at < b.at || (a.at === b.at && a.order < b.order);

function push(heap: ScheduledEvent[], item: ScheduledEvent): void {
  let index = heap.length;
  heap.push(item);
  while (index > 0) {
    const above = (index - 1) >> 1;
    const parent = heap[above];
    if (parent === undefined || before(parent, item)) break;
    heap[index] = parent;
    heap[above] = item;
    index = above;
  }
}

function pop(heap: ScheduledEvent[]): ScheduledEvent | undefined {
  const [first] = heap;
  const last = heap.pop();
  if (first === undefined || last === undefined || heap.length === 0) return first;
  let index = 0;
  for (;;) {
    const left = 2 * index + 1;
    const a = heap[left];
    const b = heap[left + 1];
    if (a === undefined) break;
    const below = b !== undefined && before(b, a) ? left + 1 : left;
    const child = heap[below];
    if (child === undefined || before(last, child)) break;
    heap[index] = child;
    index = below;
  }
  heap[index] = last;
  return first;
}
