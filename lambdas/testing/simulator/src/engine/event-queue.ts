export interface QueuedEvent {
  readonly at: number;
  readonly order: number;
  /** Undefined once it is cancelled or over. */
  action: (() => void) | undefined;
}

/** Events by their time, those of the same time by their order. */
export interface EventQueue {
  add(event: QueuedEvent): void;
  /** The first, whether it is cancelled or not. */
  take(): QueuedEvent | undefined;
  dropCancelled(): void;
  readonly length: number;
}

/** Milliseconds of events that are sorted together. */
const SPAN = 1_000;

/**
 * Only the present second is kept in order. A day has a hundred thousand events ahead, most of them minutes or hours,
 * and a heap of all of them is out of the processor's caches.
 */
export function createEventQueue(start: number): EventQueue {
  const heap: QueuedEvent[] = [];
  const later = new Map<number, QueuedEvent[]>();
  let span = Math.floor(start / SPAN);
  let length = 0;

  /** Until the heap has the next event. */
  const advance = (): void => {
    while (heap.length === 0 && later.size > 0) {
      span += 1;
      const events = later.get(span);
      if (events === undefined) continue;
      later.delete(span);
      for (const event of events) push(heap, event);
    }
  };
  return {
    add(event) {
      length += 1;
      const own = Math.floor(event.at / SPAN);
      if (own <= span) return push(heap, event);
      const events = later.get(own);
      if (events === undefined) later.set(own, [event]);
      else events.push(event);
    },
    take() {
      advance();
      const first = pop(heap);
      if (first !== undefined) length -= 1;
      return first;
    },
    dropCancelled() {
      const live = heap.filter(isLive).sort((a, b) => (isBefore(a, b) ? -1 : 1));
      heap.length = 0;
      for (const event of live) heap.push(event);
      length = heap.length;
      for (const [own, events] of later) {
        const left = events.filter(isLive);
        if (left.length === 0) later.delete(own);
        else later.set(own, left);
        length += left.length;
      }
    },
    get length() {
      return length;
    },
  };
}

const isLive = ({ action }: QueuedEvent): boolean => action !== undefined;
const isBefore = (a: QueuedEvent, b: QueuedEvent): boolean => a.at < b.at || (a.at === b.at && a.order < b.order);

function push(heap: QueuedEvent[], item: QueuedEvent): void {
  let index = heap.length;
  heap.push(item);
  while (index > 0) {
    const above = (index - 1) >> 1;
    const parent = heap[above];
    if (parent === undefined || isBefore(parent, item)) break;
    heap[index] = parent;
    heap[above] = item;
    index = above;
  }
}

function pop(heap: QueuedEvent[]): QueuedEvent | undefined {
  const [first] = heap;
  const last = heap.pop();
  if (first === undefined || last === undefined || heap.length === 0) return first;
  let index = 0;
  for (;;) {
    const left = 2 * index + 1;
    const a = heap[left];
    const b = heap[left + 1];
    if (a === undefined) break;
    const below = b !== undefined && isBefore(b, a) ? left + 1 : left;
    const child = heap[below];
    if (child === undefined || isBefore(last, child)) break;
    heap[index] = child;
    index = below;
  }
  heap[index] = last;
  return first;
}
