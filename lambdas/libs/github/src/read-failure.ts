import { HOUR, MINUTE, plus, SECOND, type GitHubFailure } from '@multi-tenant-runner/core';
import { redactText } from '@multi-tenant-runner/runtime';

/**
 * What of an Octokit error is read; its class is not asked for, as an error may come from another copy of the package.
 */
export interface FailedRequest {
  /** Undefined when no answer came. */
  readonly status?: number;
  readonly message: string;
  readonly headers: Readonly<Record<string, string | number | undefined>>;
}

export function parseFailedRequest(error: unknown): FailedRequest {
  const response: unknown = property(error, 'response');
  const status = property(error, 'status');
  const headers = property(response, 'headers');
  return {
    // A request that got no answer is reported by Octokit with the status 500.
    ...(typeof status === 'number' && response !== undefined && { status }),
    message: redactText(error instanceof Error ? error.message : 'no answer'),
    headers: typeof headers === 'object' && headers !== null ? Object.fromEntries(Object.entries(headers)) : {},
  };
}

export function parseFailure(error: unknown, now: Date): GitHubFailure {
  return decideFailure(parseFailedRequest(error), now);
}

/** GitHub asks for a minute at least when it names no time. */
const PAUSE = MINUTE;

/**
 * A limit comes as 403 or 429, in three shapes: `retry-after`, an emptied bucket, or only words.
 * https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api#exceeding-the-rate-limit
 */
export function decideFailure({ status, message, headers }: FailedRequest, now: Date): GitHubFailure {
  if (status === undefined || status >= 500) return { kind: 'unavailable', message };
  const limited =
    status === 429 ||
    (status === 403 &&
      (headers['retry-after'] !== undefined ||
        String(headers['x-ratelimit-remaining']) === '0' ||
        /rate limit|abuse/i.test(message)));
  return limited ? { kind: 'limited', retryAt: retryAt(headers, now) } : { kind: 'refused', status, message };
}

function retryAt(headers: FailedRequest['headers'], now: Date): Date {
  const after = Number(headers['retry-after']);
  if (after > 0) return bounded(plus(now, after * SECOND), now);
  const reset = Number(headers['x-ratelimit-reset']);
  if (String(headers['x-ratelimit-remaining']) === '0' && reset > 0) return bounded(new Date(reset * SECOND), now);
  return plus(now, PAUSE);
}

/** Buckets are refilled hourly; what a clock that is wrong says beyond that is not waited for. */
function bounded(at: Date, now: Date): Date {
  return new Date(Math.min(Math.max(at.getTime(), now.getTime() + SECOND), now.getTime() + HOUR + MINUTE));
}

function property(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}
