const HOUR_MS = 3_600_000;

export type Bucket = 'core' | 'actions_runner_registration';

/** GitHub's hourly limits for an App; registering runners has a bucket of its own. */
export const LIMITS: Readonly<Record<Bucket, number>> = { core: 5_000, actions_runner_registration: 10_000 };

export interface RateLimitWindow {
  readonly used: number;
  readonly resetAt: number;
}

export function countCall(window: RateLimitWindow | undefined, now: number): RateLimitWindow {
  return window === undefined || window.resetAt <= now
    ? { used: 1, resetAt: now + HOUR_MS }
    : { ...window, used: window.used + 1 };
}

export function isExhausted(window: RateLimitWindow, bucket: Bucket): boolean {
  return window.used > LIMITS[bucket];
}

export function rateLimitHeaders(window: RateLimitWindow, bucket: Bucket): Record<string, string> {
  const limit = LIMITS[bucket];
  return {
    'x-ratelimit-limit': String(limit),
    'x-ratelimit-remaining': String(Math.max(0, limit - window.used)),
    'x-ratelimit-used': String(window.used),
    'x-ratelimit-reset': String(Math.ceil(window.resetAt / 1000)),
    'x-ratelimit-resource': bucket,
  };
}
