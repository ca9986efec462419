import { isObject, parseJson } from '@multi-tenant-runner/core';
import {
  runInvocation,
  runQueueBatch,
  runStreamBatch,
  type BatchResponse,
  type ComeBack,
  type LambdaContext,
  type QueueRecord,
  type StreamRecord,
} from '@multi-tenant-runner/runtime';
import type { DeployerDeps } from './deps';
import { handleEvent } from './handle-event';
import { parseEvent } from './parse-event';
import { reconcile } from './reconcile';
import { sweep } from './sweep';

export interface HandlerDeps extends DeployerDeps {
  /** Absent: an event that fails comes back after the queue's visibility timeout. */
  readonly comeBack?: Omit<ComeBack, 'lease'>;
  /** Converts a stream image to plain values. */
  readonly parseImage: (image: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>>;
}

/** The source of the schedule's events. */
export const APPS_SWEEP = 'multi-tenant-runner.apps-sweep';

/**
 * Has three event sources: events of both buses by a queue, the stream of the table of apps (who asks for something
 * writes it there), and a schedule.
 */
export function createHandler(
  deps: HandlerDeps,
): (event: unknown, context: LambdaContext) => Promise<BatchResponse | undefined> {
  const handle = async (event: unknown, context: LambdaContext): Promise<BatchResponse | undefined> => {
    const { Records: records, source } = isObject(event) ? event : {};
    if (source === APPS_SWEEP) return void (await sweep(context, deps));
    if (!Array.isArray(records)) throw new Error('The deployer received neither records nor an event of its schedule');
    const first: unknown = records[0];
    return isObject(first) && 'dynamodb' in first
      ? runStreamBatch(records, (record) => handleChange(record, deps), { context, log: deps.log })
      : runQueueBatch(records, (record) => handleMessage(record, deps), {
          context,
          log: deps.log,
          // Whoever finds another at an app leaves it to that one, so that a try may come at any time.
          ...(deps.comeBack && { comeBack: { ...deps.comeBack, lease: 0 } }),
        });
  };
  return (event, context) => runInvocation({ context, clock: deps.clock }, () => handle(event, context));
}

async function handleMessage({ body }: QueueRecord, deps: HandlerDeps): Promise<void> {
  const parsed = parseJson(body, (value) => ({ ok: true, value: parseEvent(value, deps.environment) }));
  if (parsed.ok) return handleEvent(parsed.value, deps);
  throw new Error('A message of the queue is not JSON');
}

/** Only where somebody asked, and nobody holds the app: who does looks again before it rests. */
async function handleChange({ dynamodb }: StreamRecord, deps: HandlerDeps): Promise<void> {
  if (dynamodb?.NewImage === undefined) return;
  const after = deps.parseImage(dynamodb.NewImage);
  const before = dynamodb.OldImage === undefined ? {} : deps.parseImage(dynamodb.OldImage);
  const isHeld = Number(after['lease_until'] ?? 0) > deps.clock.now().getTime();
  if (typeof after['app'] !== 'string' || after['asked'] === undefined || isHeld) return;
  if (after['asked'] !== before['asked']) await reconcile(after['app'], deps);
}
