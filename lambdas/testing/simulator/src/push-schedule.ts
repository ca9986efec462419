import type { Random } from './engine/random';
import type { Scheduler } from './engine/scheduler';

interface Pushing {
  readonly ends: number;
  readonly every: number;
  readonly times: Random;
  readonly scheduler: Scheduler;
}

/** From `at` on, each about so long after the one before. */
export function schedulePushes(at: number, pushing: Pushing, push: () => void): void {
  const { ends, every, times, scheduler } = pushing;
  if (at >= ends) return;
  scheduler.after(at - scheduler.now(), () => {
    push();
    schedulePushes(at + every * times.between(0.8, 1.2), pushing, push);
  });
}
