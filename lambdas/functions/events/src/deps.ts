import type { Clock, Log, Metrics } from '@multi-tenant-runner/core';
import type { EventKind, FleetEvent } from './catalogue';
import type { StreamReader } from './stream-change';

export interface EventsDeps extends StreamReader {
  readonly kinds: ReadonlySet<EventKind>;
  /** Puts events on the bus; answers those that it did not take. */
  readonly publish: (events: readonly FleetEvent[]) => Promise<ReadonlySet<FleetEvent>>;
  /** Keeps a document under a name, once; undefined: the audit trail is not exported. */
  readonly keep: ((name: string, document: string) => Promise<void>) | undefined;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
}
