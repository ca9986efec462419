import type { DeliveryDeps } from './deps';
import { fitOnBus } from './fit-on-bus';
import type { Delivery } from './parse-delivery';

const LIFECYCLE_EVENTS: ReadonlySet<string> = new Set(['installation', 'installation_target']);

/**
 * The operator's rules are an extra: runners start even if publishing fails. An event that has no other use here was
 * not taken if the bus did not take it, so that GitHub lists its delivery as failed and it is redelivered.
 *
 * @param isAllItsUse nothing else is done with this event
 * @throws the bus's error, if that is so
 */
export async function publishForOperator(delivery: Delivery, isAllItsUse: boolean, deps: DeliveryDeps): Promise<void> {
  const { event } = delivery;
  // Lifecycle events are already on the bus, in the form that the tenant manager reads.
  if (!deps.publishEvents.has(event) || LIFECYCLE_EVENTS.has(event)) return;
  const payload = fitOnBus(event, delivery.payload);
  if (payload === undefined) {
    // A redelivery is as large.
    deps.log.warn('An event is larger than EventBridge takes, and was not published', { event });
    return deps.metrics.count('PublishFailed', { properties: { event } });
  }
  try {
    await deps.bus.publish(event, payload);
  } catch (cause) {
    deps.metrics.count('PublishFailed', { properties: { event } });
    if (isAllItsUse) throw cause;
    deps.log.warn("Could not publish an event for the operator's EventBridge rules", { cause });
  }
}
