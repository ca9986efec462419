import { MINUTE, SECOND } from '@multi-tenant-runner/core';

/** How many functions Lambda lets work on a queue at once. */
export interface Pollers {
  atOnce(): number;
  /** Messages were still there that no function had, after one more step. */
  grow(): void;
}

/**
 * Five at first, and up to 300 a minute more while messages wait; few again when there is little to do, for which AWS
 * gives no time.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html
 */
export const FIRST = 5;
const A_MINUTE = 300;
/** Milliseconds until one more. */
export const STEP = MINUTE / A_MINUTE;
const LITTLE = 10 * SECOND;

/** @param most as the event source mapping allows */
export function createPollers(most: number, now: () => number): Pollers {
  let many = FIRST;
  let grownAt = now();
  return {
    atOnce() {
      if (now() - grownAt > LITTLE) many = FIRST;
      return Math.min(most, many);
    },
    grow() {
      many = Math.min(most, many + 1);
      grownAt = now();
    },
  };
}
