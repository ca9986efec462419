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
import { createEndpoints, type Endpoints } from './endpoints';
import { CallbackRefused } from './resolve-public';

const envelope = object({ id: string, installation_id: integer(1) });

/**
 * Sends events to tenants' endpoints, side by side: each has its own few seconds, and what fails comes back to the
 * queue for a later time of its own.
 */
export function createHandler(
  deps: CallbacksDeps,
): (event: { readonly Records: readonly QueueRecord[] }, context: LambdaContext) => Promise<BatchResponse> {
  const endpoints = createEndpoints(deps.clock);
  return ({ Records: records }, context) =>
    runInvocation({ context, clock: deps.clock }, () =>
      runQueueBatch(records, (record) => handle(record, { ...deps, endpoints }), {
        context,
        log: deps.log,
        sideBySide: true,
      }),
    );
}

type Handling = CallbacksDeps & { readonly endpoints: Endpoints };

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
  const pausedFor = deps.endpoints.pausedFor(installationId);
  if (pausedFor !== undefined) return putOff(record, { installationId, reason: pausedFor }, deps);
  try {
    await deliver({ id, url, body: record.body, storedSecrets }, deps);
  } catch (cause) {
    return fail(record, { installationId, reason: reasonOf(cause) }, deps);
  }
  if (deps.endpoints.recordArrival(installationId)) await note(() => deps.health.recordArrival(installationId), deps);
}

interface Failure {
  readonly installationId: number;
  readonly reason: string;
}

async function fail(record: QueueRecord, failure: Failure, deps: Handling): Promise<never> {
  const { installationId, reason } = failure;
  const isNews = deps.endpoints.recordFailure(installationId, reason);
  if (!isLast(record)) {
    deps.metrics.count('CallbackFailed', { properties: { tenant_id: installationId, reason } });
    if (isNews) await note(() => deps.health.recordFailure(installationId, reason, deps.clock.now()), deps);
  }
  return putOff(record, failure, deps);
}

/** Never what a name resolved to, or what an endpoint said: a tenant could read our network in it. */
function reasonOf(cause: unknown): string {
  if (cause instanceof CallbackRefused) return cause.message;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : undefined;
  return code === undefined ? 'it could not be called' : `it could not be called (${code})`;
}

const isLast = (record: QueueRecord): boolean => receiveCount(record) >= MAX_TRIES;

/** @throws always, so that the message stays in the queue, or goes to the dead letters after its last try */
async function putOff(record: QueueRecord, failure: Failure, deps: Handling): Promise<never> {
  if (isLast(record)) await giveUp(failure, deps);
  const seconds = isLast(record) ? 0 : retryAfter(receiveCount(record), deps.random());
  await deps.delay(record, seconds);
  throw new Error(`The callback did not arrive: ${failure.reason}.`);
}

async function giveUp({ installationId, reason }: Failure, deps: Handling): Promise<void> {
  const properties = { tenant_id: installationId, reason };
  deps.metrics.count('CallbackGivenUp', { properties });
  deps.log.warn('A callback is given up and goes to the dead letters', properties);
  await note(() => deps.health.recordGivenUp(installationId, reason, deps.clock.now()), deps);
}

/** What is said of an endpoint decides nothing: without it the event has arrived, or comes again, all the same. */
async function note(write: () => Promise<void>, { log }: Handling): Promise<void> {
  try {
    await write();
  } catch (cause) {
    log.warn('How a callback fares could not be noted', { cause });
  }
}
