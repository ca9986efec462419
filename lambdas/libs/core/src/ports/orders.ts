import type { Order } from '../model/order';
import type { GroupAnswer } from './ec2';
import type { LaunchChange } from './launches';

/** `order`: it is not what it was, but this. `launches`: the rows of these, by their place in the list, forbid it. */
export type OrderOutcome =
  | { readonly kind: 'written' }
  | { readonly kind: 'order'; readonly current: Order | undefined }
  | { readonly kind: 'launches'; readonly refused: ReadonlySet<number> };

/** The newest order of each size, and what EC2 answered to the earlier ones. All reads are strongly consistent. */
export interface OrderStore {
  current(tier: string): Promise<Order | undefined>;
  /** From one state of the order to the next, if it is still the former; with all intents of launches, or nothing. */
  advance(
    tier: string,
    former: Order | undefined,
    next: Order,
    intents?: readonly LaunchChange[],
  ): Promise<OrderOutcome>;
  answer(orderId: string, answer: GroupAnswer): Promise<void>;
  findAnswer(orderId: string): Promise<GroupAnswer | undefined>;
}
