import type { Container } from '../engine/lambda';
import type { Random } from '../engine/random';
import type { Scheduler } from '../engine/scheduler';

interface Within {
  readonly container: Container;
  readonly scheduler: Scheduler;
  readonly random: Random;
}

/** The same port with calls that take so long, at least and at most; a dead container hears no answer. */
export function slow<T extends object>(
  target: T,
  [least, most]: readonly [number, number],
  { container, scheduler, random }: Within,
): T {
  return new Proxy(target, {
    get(object, key, receiver) {
      const member: unknown = Reflect.get(object, key, receiver);
      if (typeof member !== 'function') return member;
      return (...args: unknown[]) =>
        new Promise((resolve, reject) => {
          scheduler.after(random.between(least, most), () => {
            if (!container.alive) return;
            void (member.bind(object) as (...given: unknown[]) => Promise<unknown>)(...args).then(
              (answer) => container.alive && resolve(answer),
              (error: Error) => container.alive && reject(error),
            );
          });
        });
    },
  });
}
