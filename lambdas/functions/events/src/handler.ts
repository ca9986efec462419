import { runInvocation, type BatchResponse, type LambdaContext, type StreamRecord } from '@multi-tenant-runner/runtime';
import type { FleetEvent } from './catalogue';
import { decideEvents } from './decide-events';
import { callBack, forgetGone } from './call-back';
import type { EventsDeps } from './deps';
import { describeEntry } from './describe-entry';
import { readChange, type StreamChange } from './stream-change';

/** Changes of one table's rows, in their order. */
export type StreamEvent = { readonly Records: readonly StreamRecord[] };

/**
 * What is published is decided from what the tables say has happened, so that no crash of whoever wrote a row can lose
 * an event. Lambda repeats a batch from the first record that is reported as failed: events come at least once.
 */
export function createHandler(
  deps: EventsDeps,
): (event: StreamEvent, context: LambdaContext) => Promise<BatchResponse> {
  return ({ Records: records }, context) =>
    runInvocation({ context, clock: deps.clock }, async () => {
      const changes = records.flatMap((record) => read(record, deps));
      const failed = await tellOf(changes, deps);
      const numbers = new Map(records.map((record) => [record.eventID, record.dynamodb?.SequenceNumber ?? '']));
      return { batchItemFailures: [...failed].map(({ id }) => ({ itemIdentifier: numbers.get(id) ?? '' })) };
    });
}

/** A record that can't be read can't be read later either: it must not hold up those behind it for a day. */
function read(record: StreamRecord, deps: EventsDeps): readonly StreamChange[] {
  try {
    return [readChange(record, deps)];
  } catch (cause) {
    deps.log.error('A change can not be told of: its stream record is not as it should be', { cause });
    deps.metrics.count('EventDropped', { properties: { record: record.eventID } });
    return [];
  }
}

/** @returns the changes to be told of again */
async function tellOf(changes: readonly StreamChange[], deps: EventsDeps): Promise<ReadonlySet<StreamChange>> {
  const origin = new Map<FleetEvent, StreamChange>();
  for (const change of changes) for (const event of decideEvents(change, deps.kinds)) origin.set(event, change);
  const events = [...origin.keys()];
  const unkept = await Promise.all(changes.map(async (change) => ((await keepEntry(change, deps)) ? [] : [change])));
  // Side by side: tenants' callbacks wait for no bus, nor the bus for them.
  const untold = await Promise.all([
    settle(events, deps.publish, 'the bus', deps),
    settle(events, (all) => callBack(all, deps), 'the queue of callbacks', deps),
  ]);
  const again = untold.flatMap((some) => [...some]).flatMap((event) => origin.get(event) ?? []);
  const unforgotten = await forgetGone(changes, deps);
  return new Set([...again, ...unkept.flat(), ...unforgotten]);
}

/** @returns the events that were not taken; all of them where the call failed */
async function settle(
  events: readonly FleetEvent[],
  send: (events: readonly FleetEvent[]) => Promise<ReadonlySet<FleetEvent>>,
  by: string,
  { log }: Pick<EventsDeps, 'log'>,
): Promise<ReadonlySet<FleetEvent>> {
  if (events.length === 0) return new Set();
  try {
    const failed = await send(events);
    if (failed.size > 0) log.warn('Events were not taken; they are sent again', { by, events: failed.size });
    return failed;
  } catch (cause) {
    log.warn('Events could not be sent; they are sent again', { by, events: events.length, cause });
    return new Set(events);
  }
}

async function keepEntry(change: StreamChange, deps: EventsDeps): Promise<boolean> {
  const entry = deps.keep === undefined ? undefined : describeEntry(change);
  if (entry === undefined) return true;
  try {
    await deps.keep?.(entry.name, entry.document);
    return true;
  } catch (cause) {
    deps.log.warn('An entry of the audit trail could not be exported; it is tried again', { name: entry.name, cause });
    return false;
  }
}
