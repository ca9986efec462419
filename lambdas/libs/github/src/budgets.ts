import {
  HOUR,
  MINUTE,
  SECOND,
  decideCall,
  plus,
  type Allowance,
  type Clock,
  type Purpose,
} from '@multi-tenant-runner/core';
import type { FailedRequest } from './read-failure';

export type Headers = Readonly<Record<string, string | number | undefined>>;

/** What is known of the installations' allowances: of each only its own, and only what its own answers said. */
export interface Budgets {
  /** When the call may be made, if not now. */
  notBefore(installationId: number, route: string, purpose: Purpose): Date | undefined;
  /** Takes in the headers of an answer, whatever its status. */
  read(installationId: number, route: string, headers: Headers): void;
  /** A secondary limit: everything of this installation pauses, as going on risks a ban. Answers until when. */
  pause(installationId: number, failed: FailedRequest): Date;
}

/** Undefined when the answer tells no allowance, as a GitHub Enterprise Server without limits does. */
export function parseBucket(headers: Headers, now: Date): (Allowance & { readonly resource: string }) | undefined {
  const [limit, remaining, reset] = ['limit', 'remaining', 'reset'].map((name) =>
    Number(headers[`x-ratelimit-${name}`] ?? Number.NaN),
  );
  if (!(remaining !== undefined && remaining >= 0) || !(reset !== undefined && reset > 0)) return undefined;
  // Buckets are refilled hourly; what a clock that is wrong says beyond that is not waited for.
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
  /** Which bucket a kind of call counts in, as its answers say. */
  readonly resources: Map<string, string>;
  pausedUntil?: Date;
  /** Secondary limits in a row that named no time. */
  strikes: number;
}

/** A container that has served this many tenants forgets the one it heard of longest ago. */
const ROOM = 500;

/** Kept by the container; what must outlive it is written to the tenant's row or to the parked job. */
export function createBudgets({ clock }: { readonly clock: Clock }): Budgets {
  const installations = new Map<number, Known>();
  const known = (installationId: number): Known => {
    const found = installations.get(installationId) ?? { buckets: new Map(), resources: new Map(), strikes: 0 };
    installations.delete(installationId);
    installations.set(installationId, found);
    const [oldest] = installations.keys();
    if (installations.size > ROOM && oldest !== undefined) installations.delete(oldest);
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
    read: (installationId, route, headers) => {
      const told = parseBucket(headers, clock.now());
      if (told === undefined) return;
      const { resource, ...bucket } = told;
      const { buckets, resources } = known(installationId);
      resources.set(kindOf(route), resource);
      const standing = buckets.get(resource);
      // Answers overtake each other: of one hour the lowest figure is the latest.
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

/** GitHub asks for a minute at least when it names no time, and for longer each time. */
function pauseAfter(strikes: number): number {
  return Math.min(HOUR, MINUTE * 2 ** strikes);
}

/** Calls that count in the same bucket. Owners and names differ, the kind of call doesn't. */
function kindOf(route: string): string {
  return route.endsWith('/generate-jitconfig') ? 'registration' : 'other';
}

/**
 * The hourly allowance is used up as long as GitHub says that nothing remains; every other limit is a secondary one.
 */
export function isSecondary({ headers }: FailedRequest): boolean {
  return String(headers['x-ratelimit-remaining']) !== '0';
}
