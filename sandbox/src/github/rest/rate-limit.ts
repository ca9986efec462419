const HOUR_MS = 3_600_000;

export type Bucket = 'core' | 'actions_runner_registration';

/** GitHub's hourly limits for an App; registering runners has a bucket of its own. */
export const LIMITS: Readonly<Record<Bucket, number>> = { core: 5_000, actions_runner_registration: 10_000 };

export interface Spent {
  readonly used: number;
  readonly resetAt: number;
}

export function spend(spent: Spent | undefined, now: number): Spent {
  return spent === undefined || spent.resetAt <= now
    ? { used: 1, resetAt: now + HOUR_MS }
    : { ...spent, used: spent.used + 1 };
}

export function isExhausted(spent: Spent, bucket: Bucket): boolean {
  return spent.used > LIMITS[bucket];
}

export function rateLimitHeaders(spent: Spent, bucket: Bucket): Record<string, string> {
  const limit = LIMITS[bucket];
  return {
    'x-ratelimit-limit': String(limit),
    'x-ratelimit-remaining': String(Math.max(0, limit - spent.used)),
    'x-ratelimit-used': String(spent.used),
    'x-ratelimit-reset': String(Math.ceil(spent.resetAt / 1000)),
    'x-ratelimit-resource': bucket,
  };
}
