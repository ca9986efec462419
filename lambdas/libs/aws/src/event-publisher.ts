import { PutEventsCommand, type EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { EVENT_SOURCE } from '@multi-tenant-runner/core';
import { chunks } from './chunks';

/** Events to be published have a type and the time of what they tell. */
interface Publishable {
  readonly type: string;
  /** ISO 8601. */
  readonly time: string;
}

/** https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html */
const AT_ONCE = 10;

/**
 * Puts events on a bus, ten in a call, in their order. Answers those that it did not take: EventBridge answers 200 even
 * for what it rejects.
 *
 * @throws the SDK's error when a call failed; what came before it is published
 */
export function createEventPublisher({
  client,
  busName,
}: {
  readonly client: Pick<EventBridgeClient, 'send'>;
  readonly busName: string;
}) {
  return async <E extends Publishable>(events: readonly E[]): Promise<ReadonlySet<E>> => {
    const failed = new Set<E>();
    for (const part of chunks(events, AT_ONCE)) {
      const { Entries: results = [] } = await client.send(
        new PutEventsCommand({
          Entries: part.map((event) => ({
            EventBusName: busName,
            Source: EVENT_SOURCE,
            DetailType: event.type,
            Time: new Date(event.time),
            Detail: JSON.stringify(event),
          })),
        }),
      );
      for (const [index, event] of part.entries()) if (results[index]?.EventId === undefined) failed.add(event);
    }
    return failed;
  };
}
