import { SECOND } from '@multi-tenant-runner/core';
import type { LambdaFunction, Outcome } from '../engine/lambda';
import type { Scheduler } from '../engine/scheduler';
import type { Functions } from './functions';
import type { Region } from './region';

/** What Lambda gives an account in a Region: https://docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html */
export const FUNCTIONS_AT_ONCE = 1_000;

export interface Account {
  /** The same function, unless the Region is down or too many run at once. */
  run<E, A>(lambda: LambdaFunction<E, A>): LambdaFunction<E, A>;
  /** Most functions at once. */
  readonly peak: number;
  /** Invocations that were turned away for the limit. */
  readonly throttled: number;
}

/** All of them, under the limits of one account. */
export function underLimits(functions: Functions, { run }: Account): Functions {
  return {
    webhook: run(functions.webhook),
    scaleUp: run(functions.scaleUp),
    scaleDown: run(functions.scaleDown),
    tenantManager: run(functions.tenantManager),
    recovery: run(functions.recovery),
    machine: run(functions.machine),
  };
}

/** All functions of the account share one limit. */
export function createAccount({
  scheduler,
  region,
}: {
  readonly scheduler: Scheduler;
  readonly region: Region;
}): Account {
  let [running, peak, throttled] = [0, 0, 0];
  const refuses = (): boolean => {
    if (region.isDown) return true;
    if (running < FUNCTIONS_AT_ONCE) return false;
    throttled += 1;
    return true;
  };
  return {
    get peak() {
      return peak;
    },
    get throttled() {
      return throttled;
    },
    run: <E, A>(lambda: LambdaFunction<E, A>): LambdaFunction<E, A> => ({
      name: lambda.name,
      get invocations() {
        return lambda.invocations;
      },
      invoke(event, onEnd, chain) {
        if (refuses()) {
          const refused: Outcome<A> = { kind: 'error', error: new Error('Lambda takes no invocation') };
          return void scheduler.after(SECOND, () => onEnd(refused));
        }
        running += 1;
        peak = Math.max(peak, running);
        lambda.invoke(
          event,
          (outcome) => {
            running -= 1;
            onEnd(outcome);
          },
          chain,
        );
      },
    }),
  };
}
