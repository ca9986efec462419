import { MINUTE, type Clock } from '@multi-tenant-runner/core';

const FAILURES = 3;
const PAUSE = MINUTE;
const MOST = 10_000;

/** What this container knows of endpoints; one that failed three times in a row it leaves alone for a minute. */
export interface Endpoints {
  /** Why its last call failed; undefined: it may be called. */
  pausedFor(installationId: number): string | undefined;
  /** Answers whether it is news: the first failure, or another reason than the last. */
  recordFailure(installationId: number, reason: string): boolean;
  /** Answers whether it is news: nothing was known of it, or it failed. */
  recordArrival(installationId: number): boolean;
}

interface Known {
  /** In a row; 0: it is well. */
  readonly failures: number;
  readonly reason: string;
  readonly until: number;
}

export function createEndpoints(clock: Clock): Endpoints {
  const known = new Map<number, Known>();
  const now = (): number => clock.now().getTime();
  const keep = (installationId: number, next: Known): void => {
    known.delete(installationId);
    const [oldest] = known.keys();
    if (known.size >= MOST && oldest !== undefined) known.delete(oldest);
    known.set(installationId, next);
  };
  return {
    pausedFor: (installationId) => {
      const { failures = 0, until = 0, reason } = known.get(installationId) ?? {};
      return failures >= FAILURES && now() < until ? reason : undefined;
    },
    recordFailure: (installationId, reason) => {
      const { failures = 0, reason: last } = known.get(installationId) ?? {};
      keep(installationId, { failures: failures + 1, reason, until: now() + PAUSE });
      return failures === 0 || last !== reason;
    },
    recordArrival: (installationId) => {
      const isNews = known.get(installationId)?.failures !== 0;
      if (isNews) keep(installationId, { failures: 0, reason: '', until: 0 });
      return isNews;
    },
  };
}
