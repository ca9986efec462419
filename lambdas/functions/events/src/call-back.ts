import type { FleetEvent } from './catalogue';
import type { EventsDeps } from './deps';

/**
 * Sends each tenant its own events, where it wants them. Of one that is gone for good the last that it hears is that it
 * is deleted: with its clean-up goes the secret that would sign more.
 *
 * @returns the events to be sent again
 */
export async function callBack(
  events: readonly FleetEvent[],
  { callbacks }: Pick<EventsDeps, 'callbacks'>,
): Promise<ReadonlySet<FleetEvent>> {
  if (callbacks === undefined) return new Set();
  const wanted: FleetEvent[] = [];
  for (const event of events) {
    const url = await callbacks.url(event.installation_id);
    if (url === undefined) continue;
    if (event.type === 'tenant.cleaned-up') await callbacks.forget(event.installation_id);
    else wanted.push(event);
  }
  return wanted.length === 0 ? new Set() : callbacks.send(wanted);
}
