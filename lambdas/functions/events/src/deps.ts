import type { Clock, Log, Metrics } from '@multi-tenant-runner/core';
import type { EventKind, FleetEvent } from './catalogue';
import type { StreamReader } from './stream-change';

export interface Callbacks {
  /** Where a tenant's events are sent to; undefined: nowhere. */
  readonly url: (installationId: number) => Promise<string | undefined>;
  readonly send: (events: readonly FleetEvent[]) => Promise<ReadonlySet<FleetEvent>>;
  /** Removes the secret of a tenant that is gone. */
  readonly forget: (installationId: number) => Promise<void>;
}

export interface EventsDeps extends StreamReader {
  readonly kinds: ReadonlySet<EventKind>;
  /** Puts events on the bus; answers those that it did not take. */
  readonly publish: (events: readonly FleetEvent[]) => Promise<ReadonlySet<FleetEvent>>;
  /** Sends a tenant's own events to the queue of callbacks; answers those that it did not take. */
  readonly callbacks: Callbacks | undefined;
  /** Keeps a document under a name, once; undefined: the audit trail is not exported. */
  readonly keep: ((name: string, document: string) => Promise<void>) | undefined;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
}
