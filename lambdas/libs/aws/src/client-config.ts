import { REQUEST_TIMEOUT } from '@multi-tenant-runner/core';
import type { Env } from '@multi-tenant-runner/runtime';

export interface ClientLimits {
  /** Milliseconds per attempt. */
  readonly timeout: number;
  /** Attempts in total. With the timeout it bounds a call, so that no call outlives its function. */
  readonly attempts: number;
}

const DEFAULT_LIMITS: ClientLimits = { timeout: REQUEST_TIMEOUT.aws, attempts: 3 };

/**
 * One configuration for every AWS client, with nothing left for the SDK to look up: its default credential chain and
 * its configuration files would double the size and the load time of the bundles.
 *
 * @param env the function's own environment, not a copy: Lambda's credentials in it are read at each call
 */
export function createClientConfig(env: Env, limits: ClientLimits = DEFAULT_LIMITS) {
  const region = env['AWS_REGION'] ?? env['AWS_DEFAULT_REGION'];
  if (region === undefined || region === '')
    throw new Error('AWS_REGION is missing from the environment; Lambda sets it, a local run must set it too.');
  const endpoint = env['AWS_ENDPOINT_URL'];
  return {
    region,
    ...(endpoint !== undefined && endpoint !== '' && { endpoint }),
    credentials: async () => readCredentials(env),
    maxAttempts: limits.attempts,
    requestHandler: {
      connectionTimeout: limits.timeout / 2,
      requestTimeout: limits.timeout,
      // Without it the SDK only logs a request that exceeds its timeout, and lets it continue.
      throwOnRequestTimeout: true,
      socketTimeout: limits.timeout,
    },
    retryMode: 'standard',
    defaultsMode: 'standard',
    useDualstackEndpoint: false,
    useFipsEndpoint: false,
    userAgentAppId: async () => undefined,
  } as const;
}

export type ClientConfig = ReturnType<typeof createClientConfig>;

/** Expired at once: the SDK caches credentials without an expiry for ever, and reads expired ones again. */
function readCredentials(env: Env): {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
  expiration: Date;
} {
  const accessKeyId = env['AWS_ACCESS_KEY_ID'];
  const secretAccessKey = env['AWS_SECRET_ACCESS_KEY'];
  const sessionToken = env['AWS_SESSION_TOKEN'];
  if (!accessKeyId || !secretAccessKey) {
    throw new Error(
      'AWS_ACCESS_KEY_ID or AWS_SECRET_ACCESS_KEY is missing from the environment; Lambda sets both from ' +
        "the function's role.",
    );
  }
  return { accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }), expiration: new Date() };
}
