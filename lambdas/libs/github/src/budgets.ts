import {
  HOUR,
  MINUTE,
  SECOND,
  decideCall,
  keepNewest,
  plus,
  type Allowance,
  type Clock,
  type Purpose,
} from '@multi-tenant-runner/core';
import type { FailedRequest } from './read-failure';

export type Headers = Readonly<Record<string, string | number | undefined>>;

/** The installations' rate limits, each known from the headers of its own responses. */
export interface Budgets {
  /** When the call may be made; undefined: now. */
  notBefore(installationId: number, route: string, purpose: Purpose): Date | undefined;
  /** Records the headers of a response, whatever its status. */
  record(installationId: number, route: string, headers: Headers): void;
  /** A secondary limit: all calls of this installation pause, as continuing risks a ban. Returns until when. */
  pause(installationId: number, failed: FailedRequest): Date;
}

/** Undefined without rate limit headers, as from a GitHub Enterprise Server without limits. */
export function parseBucket(headers: Headers, now: Date): (Allowance & { readonly resource: string }) | undefined {
  const [limit, remaining, reset] = ['limit', 'remaining', 'reset'].map((name) =>
    Number(headers[`x-ratelimit-${name}`] ?? Number.NaN),
  );
  if (!(remaining !== undefined && remaining >= 0) || !(reset !== undefined && reset > 0)) return undefined;
  // Buckets refill hourly; a later time comes from a wrong clock and is capped.
  const resetAt = new Date(Math.min(reset * SECOND, now.getTime() + HOUR + MINUTE));
  return {
    resource: String(headers['x-ratelimit-resource'] ?? 'core'),
    limit: limit !== undefined && limit > 0 ? limit : remaining,
    remaining,
    resetAt,
  };
}

interface Known {
  readonly buckets: Map<string, Allowance>;
  /** Which bucket each kind of call counts in, from its responses. */
  readonly resources: Map<string, string>;
  pausedUntil?: Date;
  /** Consecutive secondary limits without a time. */
  strikes: number;
}

/** Beyond this many tenants a container forgets the least recently used one. */
const ROOM = 500;

/** In memory of the container; what must outlive it is written to the tenant's row or the parked job. */
export function createBudgets({ clock }: { readonly clock: Clock }): Budgets {
  const installations = new Map<number, Known>();
  const known = (installationId: number): Known => {
    const found = installations.get(installationId) ?? { buckets: new Map(), resources: new Map(), strikes: 0 };
    keepNewest(installations, ROOM, installationId, found);
    return found;
  };

  return {
    notBefore: (installationId, route, purpose) => {
      const { buckets, resources, pausedUntil } = known(installationId);
      const bucket = buckets.get(resources.get(kindOf(route)) ?? 'core');
      return decideCall(
        { ...(bucket && { allowance: bucket }), ...(pausedUntil && { pausedUntil }) },
        purpose,
        clock.now(),
      );
    },
    record: (installationId, route, headers) => {
      const reported = parseBucket(headers, clock.now());
      if (reported === undefined) return;
      const { resource, ...bucket } = reported;
      const { buckets, resources } = known(installationId);
      resources.set(kindOf(route), resource);
      const standing = buckets.get(resource);
      // Responses overtake each other: within one hour the lowest figure is the latest.
      if (standing?.resetAt.getTime() === bucket.resetAt.getTime() && standing.remaining <= bucket.remaining) return;
      if (standing === undefined || standing.resetAt <= bucket.resetAt) buckets.set(resource, bucket);
    },
    pause: (installationId, { headers }) => {
      const entry = known(installationId);
      const now = clock.now();
      if (entry.pausedUntil !== undefined && now.getTime() - entry.pausedUntil.getTime() > HOUR) entry.strikes = 0;
      const asked = Number(headers['retry-after']);
      const until = plus(now, asked > 0 ? Math.min(asked * SECOND, HOUR) : pauseAfter(entry.strikes));
      entry.strikes = asked > 0 ? 0 : entry.strikes + 1;
      if (entry.pausedUntil === undefined || entry.pausedUntil < until) entry.pausedUntil = until;
      return entry.pausedUntil;
    },
  };
}

/** Without a time GitHub asks for at least a minute, and for longer each time. */
function pauseAfter(strikes: number): number {
  return Math.min(HOUR, MINUTE * 2 ** strikes);
}

/** Calls that count in the same bucket: the route without owners and names. */
function kindOf(route: string): string {
  return route.endsWith('/generate-jitconfig') ? 'registration' : 'other';
}

/**
 * The primary rate limit is used up when nothing remains; every other limit is a secondary one.
 */
export function isSecondary({ headers }: FailedRequest): boolean {
  return String(headers['x-ratelimit-remaining']) !== '0';
}
