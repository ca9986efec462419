import { HOUR, MINUTE, plus, SECOND, type GitHubFailure } from '@multi-tenant-runner/core';
import { redactText } from '@multi-tenant-runner/runtime';

/**
 * The relevant fields of an Octokit error. Not by `instanceof`, as an error may come from another copy of the package.
 */
export interface FailedRequest {
  /** Undefined without a response. */
  readonly status?: number;
  readonly message: string;
  readonly headers: Readonly<Record<string, string | number | undefined>>;
}

export function parseFailedRequest(error: unknown): FailedRequest {
  const response: unknown = property(error, 'response');
  const status = property(error, 'status');
  const headers = property(response, 'headers');
  return {
    // Octokit reports a request without a response with the status 500.
    ...(typeof status === 'number' && response !== undefined && { status }),
    message: redactText(error instanceof Error ? error.message : 'no answer'),
    headers: typeof headers === 'object' && headers !== null ? Object.fromEntries(Object.entries(headers)) : {},
  };
}

export function parseFailure(error: unknown, now: Date): GitHubFailure {
  return decideFailure(parseFailedRequest(error), now);
}

/** Without a time GitHub asks for at least a minute. */
const PAUSE = MINUTE;

/**
 * A rate limit is a 403 or 429 in one of three forms: `retry-after`, nothing remaining, or only a message.
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

/** Buckets refill hourly; a later time comes from a wrong clock and is capped. */
function bounded(at: Date, now: Date): Date {
  return new Date(Math.min(Math.max(at.getTime(), now.getTime() + SECOND), now.getTime() + HOUR + MINUTE));
}

function property(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}
