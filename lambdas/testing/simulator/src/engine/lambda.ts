import type { LambdaContext } from '@multi-tenant-runner/runtime';
import type { Scheduler } from './scheduler';

/** One container of a function. When it dies, none of its calls is answered any more. */
export interface Container {
  readonly name: string;
  /** The function. */
  readonly of: string;
  /** Invocations of the function in the chain of messages that led to the present one. */
  chain: number;
  alive: boolean;
  /** Between two invocations. */
  readonly frozen: boolean;
  /** Resolves at the container's next invocation, which Lambda does not give it for at least so many milliseconds. */
  thaw(rest?: number): Promise<void>;
  die(why: string): void;
}

export type Outcome<A> =
  | { readonly kind: 'answer'; readonly answer: A }
  | { readonly kind: 'error'; readonly error: unknown }
  | { readonly kind: 'died'; readonly why: string };
export type Handler<E, A> = (event: E, context: LambdaContext) => Promise<A>;

export interface LambdaFunction<E, A> {
  readonly name: string;
  invoke(event: E, onEnd: (outcome: Outcome<A>) => void, chain?: number): void;
  readonly invocations: number;
}

interface Warm<E, A> {
  readonly container: Container & {
    current: ((why: string) => void) | undefined;
    restsUntil: number;
    readonly sleepers: (() => void)[];
  };
  readonly handle: Handler<E, A>;
}

/**
 * Containers are reused while they live, as memory outlives an invocation: caches stay, and what an invocation left
 * behind goes on with the next one.
 */
export function createLambda<E, A>(
  name: string,
  timeout: number,
  start: (container: Container) => Handler<E, A>,
  scheduler: Scheduler,
): LambdaFunction<E, A> {
  const idle: Warm<E, A>[] = [];
  let containers = 0;
  let invocations = 0;

  const cold = (): Warm<E, A> => {
    const container: Warm<E, A>['container'] = {
      name: `${name}#${(containers += 1)}`,
      of: name,
      chain: 0,
      alive: true,
      current: undefined,
      restsUntil: 0,
      sleepers: [],
      get frozen() {
        return container.current === undefined;
      },
      thaw: (rest = 0) => {
        container.restsUntil = Math.max(container.restsUntil, scheduler.now() + rest);
        return new Promise((resolve) => container.sleepers.push(resolve));
      },
      die: (why) => {
        container.alive = false;
        container.current?.(why);
      },
    };
    return { container, handle: start(container) };
  };

  return {
    name,
    get invocations() {
      return invocations;
    },
    invoke(event, onEnd, chain = 0) {
      let warm = idle.pop();
      while (warm !== undefined && !warm.container.alive) warm = idle.pop();
      const used = warm ?? cold();
      const { container } = used;
      container.chain = chain;
      const deadline = scheduler.now() + timeout;
      const cancelTimeout = scheduler.after(timeout, () => container.die('timeout'));
      const end = (outcome: Outcome<A>): void => {
        cancelTimeout();
        container.current = undefined;
        const rest = container.restsUntil - scheduler.now();
        if (rest > 0) scheduler.after(rest, () => idle.push(used));
        else if (container.alive) idle.push(used);
        onEnd(outcome);
      };
      container.current = (why) => end({ kind: 'died', why });
      const context = {
        awsRequestId: `${name}-${(invocations += 1)}`,
        getRemainingTimeInMillis: () => Math.max(0, deadline - scheduler.now()),
      };
      for (const wake of container.sleepers.splice(0)) wake();
      used.handle(event, context).then(
        (answer) => container.alive && end({ kind: 'answer', answer }),
        (error: unknown) => container.alive && end({ kind: 'error', error }),
      );
    },
  };
}
