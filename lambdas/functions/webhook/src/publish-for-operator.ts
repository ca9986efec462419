import type { DeliveryDeps } from './deps';
import type { Delivery } from './parse-delivery';

const LIFECYCLE_EVENTS: ReadonlySet<string> = new Set(['installation', 'installation_target']);

/** The operator's rules are an extra: runners start even if publishing fails. */
export async function publishForOperator(delivery: Delivery, deps: DeliveryDeps): Promise<void> {
  // Lifecycle events are already on the bus, in the form that the tenant manager reads.
  if (!deps.publishEvents.has(delivery.event) || LIFECYCLE_EVENTS.has(delivery.event)) return;
  try {
    await deps.bus.publish(delivery.event, delivery.payload);
  } catch (cause) {
    deps.log.warn("Could not publish an event for the operator's EventBridge rules", { cause });
    deps.metrics.count('PublishFailed', { properties: { event: delivery.event } });
  }
}
