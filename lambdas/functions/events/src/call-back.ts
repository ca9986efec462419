import type { EventKind, EventType, FleetEvent } from './catalogue';
import { decideEvents } from './decide-events';
import type { EventsDeps } from './deps';
import type { StreamChange } from './stream-change';

const TENANT: ReadonlySet<EventKind> = new Set(['tenant']);
/** Of a tenant that is gone for good. The last that it hears is that it is offboarded. */
const GONE: ReadonlySet<EventType> = new Set(['tenant.cleaned-up', 'tenant.row-removed']);

/**
 * Sends each tenant its own events, where it wants them.
 *
 * @returns the events to be sent again
 */
export async function callBack(
  events: readonly FleetEvent[],
  { callbacks }: Pick<EventsDeps, 'callbacks'>,
): Promise<ReadonlySet<FleetEvent>> {
  if (callbacks === undefined) return new Set();
  const wanted: FleetEvent[] = [];
  for (const event of events)
    if (!GONE.has(event.type) && (await callbacks.url(event.installation_id)) !== undefined) wanted.push(event);
  return wanted.length === 0 ? new Set() : callbacks.send(wanted);
}

/**
 * Removes the secrets of tenants that are gone, whatever kinds of events are published.
 *
 * @returns the changes to be read again
 */
export async function forgetGone(
  changes: readonly StreamChange[],
  { callbacks, log }: Pick<EventsDeps, 'callbacks' | 'log'>,
): Promise<ReadonlySet<StreamChange>> {
  const failed = new Set<StreamChange>();
  if (callbacks === undefined) return failed;
  for (const change of changes) {
    const gone = decideEvents(change, TENANT).find(({ type }) => GONE.has(type));
    if (gone === undefined) continue;
    try {
      await callbacks.forget(gone.installation_id);
    } catch (cause) {
      log.warn("A tenant's secret could not be removed; it is tried again", {
        tenant_id: gone.installation_id,
        cause,
      });
      failed.add(change);
    }
  }
  return failed;
}
