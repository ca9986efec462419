import type { Violations } from '../invariants/violations';

/**
 * Lambda stops a function after this many invocations in one chain of requests.
 * https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html
 */
const LAMBDA_STOPS_AFTER = 16;

/** Tracks which invocation makes a call, so that a message knows the length of its chain. */
export interface Lineage {
  /** Runs the synchronous start of a call, during which it sends its messages. */
  during<T>(caller: Link, call: () => T): T;
  /** The length of the chain in which this function is about to be invoked, by messages of these lengths. */
  next(name: string, lengths: readonly number[]): number;
  /** How often the function is in the chain of the call that is being made. */
  lengthFor(name: string): number;
}

export interface Link {
  readonly of: string;
  readonly chain: number;
}

export function createLineage(violations: Pick<Violations, 'record'>): Lineage {
  let current: Link | undefined;
  return {
    during(caller, call) {
      const before = current;
      current = caller;
      try {
        return call();
      } finally {
        current = before;
      }
    },
    next(name, lengths) {
      const length = Math.max(0, ...lengths) + 1;
      if (length > LAMBDA_STOPS_AFTER)
        violations.record('looped', `${name} is invoked for the ${length}th time in one chain of messages`);
      return length;
    },
    lengthFor: (name) => (current?.of === name ? current.chain : 0),
  };
}
