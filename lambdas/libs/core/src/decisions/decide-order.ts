import type { Intent } from '../model/launch';
import type { Order } from '../model/order';

export interface OrderWish {
  /** Launches that ask. */
  readonly launches: number;
  /** Machines that one call may ask for. */
  readonly most: number;
  /** Candidates that EC2 refused to one of them. */
  readonly attempted: readonly string[];
  /** `<id>/<version>` of the launch template. */
  readonly template: string;
  /** The network and the tags that the machines begin with. */
  readonly of: Pick<Intent, 'securityGroupId' | 'tenantTier'>;
}

/** `wait`: for the order that is open to be closed, as these launches can't join it. */
export type OrderStep = 'open' | 'join' | 'wait';

/** What launches do that no call of their own can start now. Pure. */
export function decideOrder(current: Order | undefined, wish: OrderWish, now: Date): OrderStep {
  if (current?.state !== 'open') return 'open';
  if (now.getTime() >= current.until) return 'wait';
  const { candidate, launchTemplateId, launchTemplateVersion, securityGroupId, tenantTier } = current.intent;
  const isFit =
    current.machines + wish.launches <= wish.most &&
    !wish.attempted.includes(candidate) &&
    `${launchTemplateId}/${launchTemplateVersion}` === wish.template &&
    securityGroupId === wish.of.securityGroupId &&
    tenantTier === wish.of.tenantTier;
  return isFit ? 'join' : 'wait';
}
