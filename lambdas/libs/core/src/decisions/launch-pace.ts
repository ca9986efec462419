import { SECOND } from '../model/time';
import type { Draw, Rate } from '../ports/budgets';

/**
 * What EC2 gives to every account: calls of RunInstances, and the machines that they ask for.
 * https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html
 */
export const GIVEN_LAUNCH_RATE: { readonly calls: Rate; readonly machines: Rate } = {
  calls: { burst: 5, perSecond: 2 },
  machines: { burst: 1_000, perSecond: 2 },
};

/**
 * The same of the calls that give a machine its tenant: CreateTags, and ModifyNetworkInterfaceAttribute for its group.
 */
export const DRESSING_RATE: { readonly tags: Rate; readonly groups: Rate } = {
  tags: { burst: 100, perSecond: 10 },
  groups: { burst: 100, perSecond: 5 },
};

export type PlaceDecision =
  | { readonly kind: 'taken'; readonly at: number; readonly fullAt: readonly number[] }
  | { readonly kind: 'too-far'; readonly at: number };

/**
 * A place in the line of several buckets at once: the time at which all of them have what the call takes. Unlike a
 * refusal it is kept, so that callers who wait go in the order in which they asked. A bucket is one number, the time at
 * which it is full again, in milliseconds. Pure.
 *
 * @param fullAt of each bucket, in the order of the draws; undefined: it is full
 * @param longest milliseconds from now within which the place must be
 */
export function decidePlace(
  fullAt: readonly (number | undefined)[],
  draws: readonly Draw[],
  now: number,
  longest: number,
): PlaceDecision {
  const next = draws.map(({ tokens, rate }, index) => {
    const interval = SECOND / rate.perSecond;
    const full = Math.max(fullAt[index] ?? now, now) + tokens * interval;
    return { full, at: full - Math.max(rate.burst, tokens) * interval };
  });
  const at = Math.max(now, ...next.map((one) => one.at));
  if (at - now > longest) return { kind: 'too-far', at };
  return { kind: 'taken', at, fullAt: next.map(({ full }) => full) };
}
