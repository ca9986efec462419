import { integer, object, parse, parseJson, string } from '@multi-tenant-runner/core';
import {
  receiveCount,
  runInvocation,
  runQueueBatch,
  type BatchResponse,
  type LambdaContext,
  type QueueRecord,
} from '@multi-tenant-runner/runtime';
import { MAX_TRIES, retryAfter } from './decide-retry';
import { deliver } from './deliver';
import type { CallbacksDeps } from './deps';
import { createPauses, type Pauses } from './pauses';
import { CallbackRefused } from './resolve-public';

const envelope = object({ id: string, installation_id: integer(1) });

/**
 * Sends events to tenants' endpoints, side by side: each has its own few seconds, and what fails comes back to the
 * queue for a later time of its own.
 */
export function createHandler(
  deps: CallbacksDeps,
): (event: { readonly Records: readonly QueueRecord[] }, context: LambdaContext) => Promise<BatchResponse> {
  const pauses = createPauses(deps.clock);
  return ({ Records: records }, context) =>
    runInvocation({ context, clock: deps.clock }, () =>
      runQueueBatch(records, (record) => handle(record, { ...deps, pauses }), {
        context,
        log: deps.log,
        sideBySide: true,
      }),
    );
}

type Handling = CallbacksDeps & { readonly pauses: Pauses };

async function handle(record: QueueRecord, deps: Handling): Promise<void> {
  const parsed = parseJson(record.body, (value) => parse(envelope, value));
  if (!parsed.ok) {
    deps.metrics.count('MessageDropped', { properties: { message_id: record.messageId } });
    throw new Error('The message is no event.');
  }
  const { id, installation_id: installationId } = parsed.value;
  const url = await deps.callbackUrl(installationId);
  // It was taken away since.
  if (url === undefined) return;
  if (deps.pauses.isPaused(installationId)) return putOff(record, 'its endpoint failed three times in a row', deps);
  try {
    await deliver({ id, installationId, url, body: record.body }, deps);
    deps.pauses.record(installationId, true);
  } catch (cause) {
    deps.pauses.record(installationId, false);
    const reason = reasonOf(cause);
    count(record, { installationId, reason }, deps);
    await putOff(record, reason, deps);
  }
}

/** Never what a name resolved to, or what an endpoint said: a tenant could read our network in it. */
function reasonOf(cause: unknown): string {
  if (cause instanceof CallbackRefused) return cause.message;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : undefined;
  return code === undefined ? 'it could not be called' : `it could not be called (${code})`;
}

function count(
  record: QueueRecord,
  { installationId, reason }: { readonly installationId: number; readonly reason: string },
  { metrics, log }: Handling,
): void {
  const properties = { tenant_id: installationId, reason };
  const isLast = receiveCount(record) >= MAX_TRIES;
  metrics.count(isLast ? 'CallbackGivenUp' : 'CallbackFailed', { properties });
  if (isLast) log.warn('A callback is given up and goes to the dead letters', properties);
}

/** @throws always, so that the message stays in the queue */
async function putOff(record: QueueRecord, reason: string, { delay, random }: Handling): Promise<never> {
  const { receiptHandle } = record;
  if (receiptHandle !== undefined) await delay(receiptHandle, retryAfter(receiveCount(record), random()));
  throw new Error(`The callback did not arrive: ${reason}.`);
}
