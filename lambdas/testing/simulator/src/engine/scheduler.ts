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
  action: (() => void) | undefined;
}

// Captured at load: a run replaces the global timers.
const afterMicrotasks = setImmediate;

export function createScheduler(start: string): Scheduler {
  let at = Date.parse(start);
  let count = 0;
  let executed = 0;
  const heap: ScheduledEvent[] = [];

  return {
    clock: { now: () => new Date(at) },
    now: () => at,
    iso: () => new Date(at).toISOString(),
    after(milliseconds, action) {
      const event: ScheduledEvent = { at: at + Math.max(0, Math.round(milliseconds)), order: (count += 1), action };
      push(heap, event);
      return () => {
        event.action = undefined;
      };
    },
    async run(isOver) {
      for (let next = pop(heap); next !== undefined; next = pop(heap)) {
        const { action } = next;
        if (action === undefined) continue;
        at = next.at;
        executed += 1;
        action();
        // A promise that has settled must reach its next call before the next event.
        await new Promise<void>((resolve) => afterMicrotasks(resolve));
        if (isOver()) return;
      }
    },
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
