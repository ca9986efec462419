import type { EventBus, JobEvent, JobMessage, JobQueue, LifecycleEvent, Tiers } from '@multi-tenant-runner/core';
import { encodeLifecycleEvent } from '@multi-tenant-runner/core';

export interface InMemoryJobQueue extends JobQueue {
  /** Sent and not yet taken. */
  readonly jobs: JobMessage[];
  readonly events: JobEvent[];
  /** Tiers whose pool has a place to fill. */
  readonly fills: string[];
  /** Takes the oldest message of a job, as a worker would. */
  takeJob(): JobMessage | undefined;
  takeEvent(): JobEvent | undefined;
}

/** @param tiers those that have a queue, as they are when a message is sent */
export function createInMemoryJobQueue({ tiers }: { readonly tiers: Tiers }): InMemoryJobQueue {
  const jobs: JobMessage[] = [];
  const events: JobEvent[] = [];
  const fills: string[] = [];
  return {
    jobs,
    events,
    fills,
    sendFill: async (tier) => {
      if (!tiers.has(tier)) throw new Error(`There is no queue for tier ${tier}`);
      fills.push(tier);
    },
    takeJob: () => jobs.shift(),
    takeEvent: () => events.shift(),
    sendJob: async (message) => {
      if (!tiers.has(message.tier)) throw new Error(`There is no queue for tier ${message.tier}`);
      jobs.push(structuredClone(message));
    },
    sendJobEvent: async (event) => void events.push(structuredClone(event)),
  };
}

export interface PublishedEvent {
  readonly detailType: string;
  readonly detail: Record<string, unknown>;
  /** Set when it was published as a lifecycle event. */
  readonly lifecycle?: LifecycleEvent;
}

export interface InMemoryEventBus extends EventBus {
  readonly published: PublishedEvent[];
}

export function createInMemoryEventBus(): InMemoryEventBus {
  const published: PublishedEvent[] = [];
  return {
    published,
    publish: async (detailType, detail) => void published.push({ detailType, detail: structuredClone(detail) }),
    publishLifecycle: async (detailType, event) =>
      void published.push({ detailType, detail: encodeLifecycleEvent(event), lifecycle: structuredClone(event) }),
  };
}
