import type { Intent } from './launch';

/**
 * One call of RunInstances for launches of several tenants and invocations. Whoever makes it keeps it open until its
 * turn in the account's line comes, closes it, and sends the call; until then others add their launches to it.
 */
export interface Order {
  readonly id: string;
  /** `open`: launches may join. `closed`: its maker sends the call, or has. `void`: nobody ever sends it. */
  readonly state: 'open' | 'closed' | 'void';
  /** How many launches have joined; the next one has this number. */
  readonly machines: number;
  /** Epoch milliseconds. An order that is still open then is its maker's no more: whoever waits may void it. */
  readonly until: number;
  /** The call, without whose it is: in the shared group, of no tenant. */
  readonly intent: Intent;
}

/** A machine of an order carries the order's id where one of a pool has its own. */
const PREFIX = 'order-';

export const orderIdOf = (token: string): string => `${PREFIX}${token.slice(0, 24)}`;

export const isOrderId = (blankId: string | undefined): boolean => blankId?.startsWith(PREFIX) === true;
