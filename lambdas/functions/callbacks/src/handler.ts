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
  // Outside of what counts against the endpoint: a fault of ours is none of its own.
  const storedSecrets = await deps.storedSecrets(installationId);
  const known = deps.pauses.reasonOf(installationId);
  if (known !== undefined) return putOff(record, { installationId, reason: known }, deps);
  try {
    await deliver({ id, url, body: record.body, storedSecrets }, deps);
    deps.pauses.clear(installationId);
  } catch (cause) {
    const reason = reasonOf(cause);
    deps.pauses.record(installationId, reason);
    if (!isLast(record)) deps.metrics.count('CallbackFailed', { properties: { tenant_id: installationId, reason } });
    await putOff(record, { installationId, reason }, deps);
  }
}

/** Never what a name resolved to, or what an endpoint said: a tenant could read our network in it. */
function reasonOf(cause: unknown): string {
  if (cause instanceof CallbackRefused) return cause.message;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : undefined;
  return code === undefined ? 'it could not be called' : `it could not be called (${code})`;
}

const isLast = (record: QueueRecord): boolean => receiveCount(record) >= MAX_TRIES;

/** @throws always, so that the message stays in the queue, or goes to the dead letters after its last try */
async function putOff(
  record: QueueRecord,
  { installationId, reason }: { readonly installationId: number; readonly reason: string },
  { delay, random, metrics, log }: Handling,
): Promise<never> {
  const { receiptHandle } = record;
  if (isLast(record)) {
    const properties = { tenant_id: installationId, reason };
    metrics.count('CallbackGivenUp', { properties });
    log.warn('A callback is given up and goes to the dead letters', properties);
  }
  if (receiptHandle !== undefined) await delay(receiptHandle, retryAfter(receiveCount(record), random()));
  throw new Error(`The callback did not arrive: ${reason}.`);
}
