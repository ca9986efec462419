import { MODULE_ROW, isObject, type TenantSurvey } from '@multi-tenant-runner/core';
import {
  runInvocation,
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
  /** Converts a stream image to plain values. */
  readonly parseImage: (image: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>>;
}

/**
 * Has two event sources: installation events of the bus, one at a time, and batches of the tenants table's stream. An
 * operator's tools ask it for a survey of a tenant.
 */
export function createHandler(
  deps: HandlerDeps,
): (event: unknown, context: LambdaContext) => Promise<BatchResponse | TenantSurvey | undefined> {
  const handle = async (event: unknown, context: LambdaContext): Promise<BatchResponse | TenantSurvey | undefined> => {
    const { Records: records, detail, survey } = isObject(event) ? event : {};
    if (typeof survey === 'number') return deps.survey(survey);
    if (Array.isArray(records)) return handleStream(records, context, deps);
    if (detail !== undefined) return void (await handleLifecycle(detail, deps));
    throw new Error(
      "The tenant manager received neither an EventBridge event nor records of the tenants table's stream.",
    );
  };
  return (event, context) => runInvocation({ context, clock: deps.clock }, () => handle(event, context));
}

interface Decided {
  readonly change: RowChange;
  readonly decision: RowDecision;
}

async function handleStream(
  records: readonly StreamRecord[],
  context: LambdaContext,
  deps: HandlerDeps,
): Promise<BatchResponse> {
  const decided = new Map<StreamRecord, Decided | undefined | { readonly error: unknown }>();
  for (const record of records) decided.set(record, decide(record, deps));
  // A tenant's wakes are equal, so only the last one runs: if it fails, Lambda retries that one.
  const last = new Map<number, StreamRecord>();
  for (const [record, entry] of decided) if (isWake(entry)) last.set(entry.change.installationId, record);

  const handle = async (record: StreamRecord): Promise<void> => {
    const entry = decided.get(record);
    if (entry === undefined) return;
    if ('error' in entry) throw entry.error;
    await handleRowChange(entry.change, entry.decision, last.get(entry.change.installationId) !== record, deps);
  };
  // Changes that only take slots are most of a busy stream, and are dropped here.
  const rest = records.filter((record) => decided.get(record) !== undefined);
  return runStreamBatch(rest, handle, { context, log: deps.log });
}

function isWake(entry: Decided | undefined | { readonly error: unknown }): entry is Decided {
  return (
    entry !== undefined && 'decision' in entry && (entry.decision.work === 'wake' || entry.decision.work === 'activate')
  );
}

function decide(record: StreamRecord, deps: HandlerDeps): Decided | undefined | { readonly error: unknown } {
  try {
    const change = parseChange(record, deps);
    if (change.installationId === MODULE_ROW) return undefined;
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

function parseChange({ dynamodb, eventID }: StreamRecord, deps: HandlerDeps): RowChange {
  const at = dynamodb?.ApproximateCreationDateTime;
  const installationId = dynamodb?.Keys === undefined ? undefined : deps.parseImage(dynamodb.Keys)['installation_id'];
  if (typeof installationId !== 'number') {
    throw new Error(
      `The stream record ${eventID ?? 'without id'} has no installation_id, so it is not from the tenants table.`,
    );
  }
  return {
    installationId,
    ...(eventID !== undefined && { id: eventID }),
    ...(at !== undefined && { at: new Date(at * 1000) }),
    ...(dynamodb?.OldImage && { before: deps.parseImage(dynamodb.OldImage) }),
    ...(dynamodb?.NewImage && { after: deps.parseImage(dynamodb.NewImage) }),
  };
}
