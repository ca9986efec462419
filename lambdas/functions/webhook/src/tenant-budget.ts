import { SECOND, keepNewest, type Budgets, type Clock, type Metrics, type Rate } from '@multi-tenant-runner/core';

/**
 * Deliveries of one installation that a container lets through by itself, so that most tenants cost no write: at most
 * so many, and of a second's such a part.
 */
const OWN: Rate = { perSecond: 1, burst: 5 };
const OWN_PART = 0.04;
/** Tokens of a write, as a part of a second's: a container seldom keeps more than it needs. */
const CHUNK = 0.4;
const MAX_ENTRIES = 5_000;

/** What an installation may send, over all containers. */
export interface TenantBudget {
  admits(installationId: number, rate: Rate): Promise<boolean>;
}

interface Share {
  /** Left of the container's own, at that time. */
  own: number;
  at: number;
  /** Left of what was taken from the common bucket. */
  taken: number;
  /** Nothing is taken before. */
  closedUntil: number;
}

/** A container's share of each installation's bucket. One that is refused costs nothing until it may ask again. */
export function createTenantBudget(deps: {
  readonly budgets: Pick<Budgets, 'take'>;
  readonly clock: Clock;
  readonly metrics: Metrics;
}): TenantBudget {
  const shares = new Map<number, Share>();

  const shareOf = (installationId: number, own: Rate, now: number): Share => {
    const share = shares.get(installationId) ?? { own: own.burst, at: now, taken: 0, closedUntil: 0 };
    // Whoever sent nothing for longest is forgotten first.
    keepNewest(shares, MAX_ENTRIES, installationId, share);
    share.own = Math.min(own.burst, share.own + ((now - share.at) / SECOND) * own.perSecond);
    share.at = now;
    return share;
  };
  const refuse = (installationId: number): false => {
    deps.metrics.count('WebhookThrottled', { properties: { tenant_id: installationId } });
    return false;
  };

  return {
    async admits(installationId, rate) {
      const now = deps.clock.now().getTime();
      const share = shareOf(installationId, ownOf(rate), now);
      if (share.own >= 1) {
        share.own -= 1;
        return true;
      }
      if (share.taken === 0) {
        if (now < share.closedUntil) return refuse(installationId);
        const chunk = Math.max(1, Math.min(Math.floor(rate.perSecond * CHUNK), rate.burst));
        const retryAt = await deps.budgets.take(installationId, chunk, rate);
        if (retryAt !== undefined) {
          share.closedUntil = retryAt.getTime();
          return refuse(installationId);
        }
        share.taken += chunk;
      }
      share.taken -= 1;
      return true;
    },
  };
}

function ownOf({ perSecond, burst }: Rate): Rate {
  return { perSecond: Math.min(OWN.perSecond, perSecond * OWN_PART), burst: Math.min(OWN.burst, burst) };
}
