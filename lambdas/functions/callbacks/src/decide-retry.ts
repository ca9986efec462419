/** Deliveries of one event in all; the queue's redrive policy has the same number. */
export const MAX_TRIES = 10;

const FIRST = 5;
const GROWTH = 4;
const LONGEST = 3_600;

/**
 * Seconds until a failed callback is tried again: 5, 20, 80 and so on up to an hour, with jitter, so that what failed
 * together does not come back together. Four hours at the longest, in all. Pure.
 *
 * @param tries so far, 1 or more
 * @param random from 0 to 1
 */
export function retryAfter(tries: number, random: number): number {
  const longest = Math.min(LONGEST, FIRST * GROWTH ** (tries - 1));
  return Math.round(longest / 2 + (longest / 2) * random);
}
