import { HOUR, MINUTE, SECOND } from '@multi-tenant-runner/core';
import type { Scheduler } from '../engine/scheduler';

/** What GitHub lets one installation ask, and the App as itself. */
export interface Allowances {
  /** Undefined: GitHub answers; or else when it does again. */
  take(installationId: number, method: string): Date | undefined;
  /** What is left of the hour, as GitHub's headers say. */
  left(installationId: number): { readonly limit: number; readonly remaining: number; readonly resetAt: Date };
}

/** https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api */
const REQUESTS = 5_000;
/** Of an organisation on Enterprise Cloud. */
const REQUESTS_OF_LARGE = 15_000;
const POINTS = 900;
const WRITES: ReadonlySet<string> = new Set(['createJitConfig', 'deleteRunner', 'create', 'update', 'redeliver']);
const POINTS_OF_WRITE = 5;

/** A container keeps a tenant's token for an hour, and creates it as the App. */
const FREE: ReadonlySet<string> = new Set(['authorize']);
/** A container keeps a group for five minutes: of thirty that all ask, one asks every ten seconds. */
const KEPT: ReadonlyMap<string, number> = new Map([['findRunnerGroup', 10 * SECOND]]);

interface Spent {
  hour: number;
  requests: number;
  minute: number;
  points: number;
  /** Until when a container need not ask again, by method. */
  readonly keptUntil: Map<string, number>;
}

/** @param isLarge whether the installation is an organisation's on Enterprise Cloud */
export function createAllowances(scheduler: Scheduler, isLarge: (installationId: number) => boolean): Allowances {
  const all = new Map<number, Spent>();
  const limitOf = (installationId: number): number => (isLarge(installationId) ? REQUESTS_OF_LARGE : REQUESTS);
  const spentOf = (installationId: number): Spent => {
    const hour = Math.floor(scheduler.now() / HOUR);
    const minute = Math.floor(scheduler.now() / MINUTE);
    const spent = all.get(installationId) ?? {
      hour,
      requests: 0,
      minute,
      points: 0,
      keptUntil: new Map<string, number>(),
    };
    all.set(installationId, spent);
    if (spent.hour !== hour) Object.assign(spent, { hour, requests: 0 });
    if (spent.minute !== minute) Object.assign(spent, { minute, points: 0 });
    return spent;
  };
  return {
    take(installationId, method) {
      const spent = spentOf(installationId);
      if (FREE.has(method) || scheduler.now() < (spent.keptUntil.get(method) ?? 0)) return undefined;
      const points = WRITES.has(method) ? POINTS_OF_WRITE : 1;
      if (spent.requests >= limitOf(installationId)) return new Date((spent.hour + 1) * HOUR);
      if (spent.points + points > POINTS) return new Date((spent.minute + 1) * MINUTE);
      spent.requests += 1;
      spent.points += points;
      spent.keptUntil.set(method, scheduler.now() + (KEPT.get(method) ?? 0));
      return undefined;
    },
    left(installationId) {
      const { hour, requests } = spentOf(installationId);
      const limit = limitOf(installationId);
      return { limit, remaining: limit - requests, resetAt: new Date((hour + 1) * HOUR) };
    },
  };
}
