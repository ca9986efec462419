import { SECOND, SWEEP_SOURCE, parseJobEvent, parseJson, type Parsed, type JobEvent } from '@multi-tenant-runner/core';
import {
  receiveCount,
  runInvocation,
  runQueueBatch,
  timeLeft,
  type BatchResponse,
  type ComeBack,
  type LambdaContext,
  type QueueRecord,
} from '@multi-tenant-runner/runtime';
import { parseInstanceEvent, handleInstanceEvent, type InstanceEvent } from './handle-instance-event';
import { handleJobEvent } from './handle-job-event';
import { createKnownMachines } from './known-machines';
import { reportSweep } from './report-sweep';
import { sweep, type SweepReport } from './sweep';
import type { ScaleDownDeps } from './deps';

/** What is the same for every invocation; the lease is each one's own. */
export type ScaleDownBase = Omit<ScaleDownDeps, 'lease' | 'known'> & {
  readonly leaseMilliseconds: number;
  readonly maxReceiveCount: number;
  /** Absent: what fails comes back after the queue's visibility timeout. */
  readonly comeBack?: ComeBack;
};
export type ScaleDownEvent = { readonly Records: readonly QueueRecord[] } | { readonly source: string };
export type ScaleDownHandler = (event: ScaleDownEvent, context: LambdaContext) => Promise<BatchResponse | SweepReport>;

/** The queue of runner events, or the schedule's sweep. */
export function createHandler(base: ScaleDownBase): ScaleDownHandler {
  const known = createKnownMachines();
  const handle: ScaleDownHandler = async (event, context) => {
    const log = base.log.with({ request_id: context.awsRequestId });
    const depsFor = (name: string): ScaleDownDeps => ({
      ...base,
      known,
      log,
      lease: { name: `${context.awsRequestId}/${name}`, milliseconds: base.leaseMilliseconds },
    });
    if ('Records' in event) {
      return runQueueBatch(
        event.Records,
        (record) => handleReceive(record, base.maxReceiveCount, depsFor(record.messageId)),
        { context, log, ...(base.comeBack && { comeBack: base.comeBack }) },
      );
    }
    if (event.source !== SWEEP_SOURCE)
      throw new Error('The event is neither a batch of runner events nor the sweep; check what invokes this function');
    const report = await sweep(depsFor('sweep'), () => timeLeft(context) < 10 * SECOND);
    reportSweep(report, { metrics: base.metrics, log });
    return report;
  };
  return (event, context) => runInvocation({ context, clock: base.clock }, () => handle(event, context));
}

/** A last receive that fails goes to the dead letters; the sweep finds out by itself what it would have reported. */
async function handleReceive(record: QueueRecord, maxReceiveCount: number, deps: ScaleDownDeps): Promise<void> {
  try {
    await handleRecord(record, deps);
  } catch (cause) {
    if (receiveCount(record) >= maxReceiveCount) {
      deps.metrics.count('RunnerEventFailed', {
        properties: { message_id: record.messageId, tenant_id: record.attributes?.MessageGroupId ?? null },
      });
      deps.log.error('A runner event failed on every receive and goes to the dead letters', {
        message_id: record.messageId,
        cause,
      });
    }
    throw cause;
  }
}

async function handleRecord(record: QueueRecord, deps: ScaleDownDeps): Promise<void> {
  const decoded = parseJson(record.body, parseRunnerEvent);
  if (!decoded.ok) {
    deps.metrics.count('MessageDropped', { properties: { message_id: record.messageId } });
    throw new Error(`The message is no runner event and goes to the dead letters: ${decoded.problems.join('; ')}`);
  }
  const event = decoded.value;
  if ('instanceId' in event)
    return handleInstanceEvent(event, { ...deps, log: deps.log.with({ instance_id: event.instanceId }) });
  await handleJobEvent(event, {
    ...deps,
    log: deps.log.with({ tenant_id: event.installationId, job_id: event.jobId }),
  });
}

/** Two kinds share the queue: EC2's state changes as EventBridge writes them, and the webhook's job events. */
function parseRunnerEvent(value: unknown): Parsed<JobEvent | InstanceEvent> {
  const fromEventBridge = typeof value === 'object' && value !== null && 'detail-type' in value;
  return fromEventBridge ? parseInstanceEvent(value) : parseJobEvent(value);
}
