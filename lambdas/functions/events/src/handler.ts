import { runInvocation, type BatchResponse, type LambdaContext, type StreamRecord } from '@multi-tenant-runner/runtime';
import type { FleetEvent } from './catalogue';
import { decideEvents } from './decide-events';
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
  const failed = new Set<StreamChange>();
  const origin = new Map<FleetEvent, StreamChange>();
  for (const change of changes) for (const event of decideEvents(change, deps.kinds)) origin.set(event, change);
  for (const event of await publishAll([...origin.keys()], deps)) {
    const change = origin.get(event);
    if (change !== undefined) failed.add(change);
  }
  await Promise.all(
    changes.map(async (change) => {
      if (!(await keepEntry(change, deps))) failed.add(change);
    }),
  );
  return failed;
}

async function publishAll(events: readonly FleetEvent[], deps: EventsDeps): Promise<ReadonlySet<FleetEvent>> {
  if (events.length === 0) return new Set();
  try {
    const failed = await deps.publish(events);
    if (failed.size > 0) deps.log.warn('The bus did not take events; they are sent again', { events: failed.size });
    return failed;
  } catch (cause) {
    deps.log.warn('Events could not be published; they are sent again', { events: events.length, cause });
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
