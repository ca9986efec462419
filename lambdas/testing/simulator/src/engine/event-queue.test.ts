import { createEventQueue, type QueuedEvent } from './event-queue';
import { createRandom } from './random';

const START = 1_000_500;
const event = (at: number, order: number): QueuedEvent => ({ at, order, action: () => undefined });

function drain(queue: ReturnType<typeof createEventQueue>): string[] {
  const taken: string[] = [];
  for (let next = queue.take(); next !== undefined; next = queue.take()) taken.push(`${next.at} ${next.order}`);
  return taken;
}

describe('the queue of events', () => {
  it('answers them by their time, and those of one time as they came, however far ahead they are', () => {
    const random = createRandom('queue');
    const queue = createEventQueue(START);
    const events = Array.from({ length: 500 }, (_, order) => event(START + random.whole(0, 90) ** 3, order));
    events.forEach(queue.add);

    const expected = [...events].sort((a, b) => a.at - b.at || a.order - b.order);
    expect(drain(queue)).toEqual(expected.map(({ at, order }) => `${at} ${order}`));
    expect(queue.length).toBe(0);
  });

  it('takes one that comes before what it has looked ahead to', () => {
    const queue = createEventQueue(START);
    queue.add(event(START + 60_000, 1));
    queue.add(event(START + 60_001, 2));
    queue.take();
    queue.add(event(START + 5_000, 3));

    expect(drain(queue)).toEqual([`${START + 5_000} 3`, `${START + 60_001} 2`]);
  });

  it('forgets those that are cancelled, near and far', () => {
    const queue = createEventQueue(START);
    const events = [10, 20, 30, 5_000, 5_001, 90_000].map((after, order) => event(START + after, order));
    events.forEach(queue.add);
    for (const index of [0, 3, 5]) Object.assign(events[index] ?? {}, { action: undefined });
    queue.dropCancelled();

    expect(queue.length).toBe(3);
    expect(drain(queue)).toEqual([`${START + 20} 1`, `${START + 30} 2`, `${START + 5_001} 4`]);
  });
});
