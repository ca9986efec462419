import type { Clock } from '@multi-tenant-runner/core';

export type Cancel = () => void;

/** The order of everything that happens, on a clock that jumps from one happening to the next. */
export interface Scheduler {
  readonly clock: Clock;
  /** Epoch milliseconds. */
  now(): number;
  iso(): string;
  after(milliseconds: number, what: () => void): Cancel;
  /** Runs until `isOver` says so or nothing is left to happen. */
  run(isOver: () => boolean): Promise<void>;
  readonly happened: number;
}

interface Happening {
  readonly at: number;
  readonly order: number;
  what: (() => void) | undefined;
}

// Taken at load: while a run lasts, the global one is nobody's to use.
const afterMicrotasks = setImmediate;

export function createScheduler(start: string): Scheduler {
  let at = Date.parse(start);
  let count = 0;
  let happened = 0;
  const heap: Happening[] = [];

  return {
    clock: { now: () => new Date(at) },
    now: () => at,
    iso: () => new Date(at).toISOString(),
    after(milliseconds, what) {
      const happening: Happening = { at: at + Math.max(0, Math.round(milliseconds)), order: (count += 1), what };
      push(heap, happening);
      return () => {
        happening.what = undefined;
      };
    },
    async run(isOver) {
      for (let next = pop(heap); next !== undefined; next = pop(heap)) {
        const { what } = next;
        if (what === undefined) continue;
        at = next.at;
        happened += 1;
        what();
        // Whatever was answered goes on to its next call before anything else happens.
        await new Promise<void>((resolve) => afterMicrotasks(resolve));
        if (isOver()) return;
      }
    },
    get happened() {
      return happened;
    },
  };
}

const before = (a: Happening, b: Happening): boolean => a.at < b.at || (a.at === b.at && a.order < b.order);

function push(heap: Happening[], item: Happening): void {
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

function pop(heap: Happening[]): Happening | undefined {
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
