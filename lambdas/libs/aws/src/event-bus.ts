import { PutEventsCommand, type EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { encodeLifecycleEvent, EVENT_SOURCE, type EventBus } from '@multi-tenant-runner/core';

export interface EventBusDeps {
  readonly client: Pick<EventBridgeClient, 'send'>;
  readonly busName: string;
}

export function createEventBridgeBus({ client, busName }: EventBusDeps): EventBus {
  const publish = async (detailType: string, detail: Record<string, unknown>): Promise<void> => {
    const entry = {
      EventBusName: busName,
      Source: EVENT_SOURCE,
      DetailType: detailType,
      Detail: JSON.stringify(detail),
    };
    const answer = await client.send(new PutEventsCommand({ Entries: [entry] }));
    // EventBridge answers 200 even for an entry that it rejected.
    const failed = answer.Entries?.find((result) => result.ErrorCode !== undefined);
    if (failed !== undefined || (answer.FailedEntryCount ?? 0) > 0) {
      throw new Error(
        `EventBridge rejected the ${detailType} event for bus ${busName}: ` +
          `${failed?.ErrorCode ?? 'no reason given'}`,
      );
    }
  };
  return { publish, publishLifecycle: (detailType, event) => publish(detailType, encodeLifecycleEvent(event)) };
}
