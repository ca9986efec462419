import type { CallbackHealthStore, Clock, Log, Metrics } from '@multi-tenant-runner/core';
import type { QueueRecord } from '@multi-tenant-runner/runtime';
import type { Post } from './post';
import type { Resolver } from './resolve-public';

export interface CallbacksDeps {
  /** Where a tenant's events are sent to; undefined: nowhere. */
  readonly callbackUrl: (installationId: number) => Promise<string | undefined>;
  /** The text of a tenant's secrets, as it is kept; undefined: it has none. */
  readonly storedSecrets: (installationId: number) => Promise<string | undefined>;
  readonly health: Omit<CallbackHealthStore, 'get'>;
  readonly resolver: Resolver;
  readonly post: (post: Post) => Promise<number>;
  readonly delay: (record: QueueRecord, seconds: number) => Promise<void>;
  /** Milliseconds in which an endpoint has to answer, its name's lookup included. */
  readonly timeout: number;
  readonly random: () => number;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
}
