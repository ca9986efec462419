import { isObject } from '@multi-tenant-runner/core';
import {
  runStreamBatch,
  type BatchResponse,
  type LambdaContext,
  type StreamRecord,
} from '@multi-tenant-runner/runtime';
import { decideRowChange, type RowChange, type RowDecision } from './decide-row-change';
import type { TenantManagerDeps } from './deps';
import { handleLifecycle } from './handle-lifecycle';
import { handleRowChange } from './handle-row-change';

export interface HandlerDeps extends TenantManagerDeps {
  /** An image of the stream as plain values. */
  readonly readImage: (image: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>>;
}

/** Two sources: installation events of the bus, one at a time, and batches of the tenants table's stream. */
export function createHandler(
  deps: HandlerDeps,
): (event: unknown, context: LambdaContext) => Promise<BatchResponse | undefined> {
  return async (event, context) => {
    const { Records: records, detail } = isObject(event) ? event : {};
    if (Array.isArray(records)) return handleStream(records, context, deps);
    if (detail !== undefined) return void (await handleLifecycle(detail, deps));
    throw new Error(
      "The tenant manager was called with neither an event of the bus nor records of the tenants table's stream.",
    );
  };
}

interface Judged {
  readonly change: RowChange;
  readonly decision: RowDecision;
}

async function handleStream(
  records: readonly StreamRecord[],
  context: LambdaContext,
  deps: HandlerDeps,
): Promise<BatchResponse> {
  const judged = new Map<StreamRecord, Judged | undefined | { readonly error: unknown }>();
  for (const record of records) judged.set(record, judge(record, deps));
  // Wakes of one tenant are alike, so only its last one is done: if that fails, it is the one that comes back.
  const last = new Map<number, StreamRecord>();
  for (const [record, entry] of judged) if (isWake(entry)) last.set(entry.change.installationId, record);

  const handle = async (record: StreamRecord): Promise<void> => {
    const entry = judged.get(record);
    if (entry === undefined) return;
    if ('error' in entry) throw entry.error;
    await handleRowChange(entry.change, entry.decision, last.get(entry.change.installationId) !== record, deps);
  };
  // What only takes slots is most of a busy stream; it leaves here, before anything waits for anything.
  const rest = records.filter((record) => judged.get(record) !== undefined);
  return runStreamBatch(rest, handle, { context, log: deps.log });
}

function isWake(entry: Judged | undefined | { readonly error: unknown }): entry is Judged {
  return (
    entry !== undefined && 'decision' in entry && (entry.decision.work === 'wake' || entry.decision.work === 'activate')
  );
}

function judge(record: StreamRecord, deps: HandlerDeps): Judged | undefined | { readonly error: unknown } {
  try {
    const change = readChange(record, deps);
    const decision = decideRowChange(change, {
      tiers: deps.tiers,
      defaultTier: deps.defaultTier,
      ownGroups: deps.securityGroups !== undefined,
    });
    return decision && { change, decision };
  } catch (error) {
    return { error };
  }
}

function readChange({ dynamodb, eventID }: StreamRecord, deps: HandlerDeps): RowChange {
  const installationId = dynamodb?.Keys === undefined ? undefined : deps.readImage(dynamodb.Keys)['installation_id'];
  if (typeof installationId !== 'number') {
    throw new Error(
      `The stream record ${eventID ?? 'without id'} has no installation_id, so it is not of the tenants table.`,
    );
  }
  return {
    installationId,
    ...(dynamodb?.OldImage && { before: deps.readImage(dynamodb.OldImage) }),
    ...(dynamodb?.NewImage && { after: deps.readImage(dynamodb.NewImage) }),
  };
}
