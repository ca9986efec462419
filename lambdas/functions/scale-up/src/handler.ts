import { parseFillMessage, parseJobMessage, parseJson } from '@multi-tenant-runner/core';
import {
  LeftNothing,
  receiveCount,
  runInvocation,
  runQueueBatch,
  type BatchResponse,
  type LambdaContext,
  type QueueRecord,
} from '@multi-tenant-runner/runtime';
import { createAdmissionsTogether } from './admit-together';
import { fillPool } from './fill-pool';
import { handleJob } from './handle-job';
import { createDesk } from './desk';
import { createSharedCalls } from './shared-calls';
import { onTimer, pauseBy, type FairQueueOptions } from './fair-queue';
import { throttleWrites } from './throttle-writes';
import type { ScaleUpDeps } from './deps';

export type ScaleUpHandler = (
  event: { readonly Records: readonly QueueRecord[] },
  context: LambdaContext,
) => Promise<BatchResponse>;

/** Milliseconds: longer than what comes before a call usually takes, even of a cold container. */
const LONGEST_GATHERING = 1_000;

/**
 * Jobs side by side, each in its own try: what fails comes back alone. Whose launch goes next is the fair queue's to
 * say. Text that is no job can't be parked, so it is all that ever reaches the dead letters.
 *
 * @param after for pauses
 */
export function createHandler(deps: ScaleUpDeps, after: FairQueueOptions['after'] = onTimer): ScaleUpHandler {
  // Made once: the turns go on from one batch to the next.
  const paced = throttleWrites(deps, after);
  const pause = pauseBy(after);
  const handleRecords: ScaleUpHandler = (event, context) => {
    const { sharing } = paced;
    const shared = sharing && createSharedCalls({ ...paced, sharing, pause }, deps.fleet);
    const desk = createDesk(paced, {
      ...{ most: deps.scaleUp.machinesACall, longest: LONGEST_GATHERING, after },
      ...(shared && { shared }),
    });
    const together = { ...paced, admissions: createAdmissionsTogether(deps.admissions, pause) };
    return runQueueBatch(
      event.Records,
      async (record) => {
        const name = `${context.awsRequestId}/${record.messageId}`;
        const fill = parseJson(record.body, parseFillMessage);
        if (fill.ok) return fillPool(fill.value.fill, name, paced);
        const message = parseJson(record.body, parseJobMessage);
        if (!message.ok) {
          deps.metrics.count('MessageDropped', { properties: { message_id: record.messageId } });
          throw new Error(`The message is not a job and goes to the dead letters: ${message.problems.join('; ')}`);
        }
        const { installationId, jobId, tier } = message.value;
        const log = deps.log.with({ request_id: context.awsRequestId, tenant_id: installationId, job_id: jobId, tier });
        const lease = {
          name,
          milliseconds: deps.scaleUp.leaseMilliseconds,
        };
        const seat = desk.sit(installationId, tier);
        let isFree = false;
        const delivery = { lease, receiveCount: receiveCount(record), onFree: () => void (isFree = true) };
        // Every record has its seat before one looks who else has.
        await Promise.resolve();
        try {
          const own = seat.isAlone() ? paced : together;
          await handleJob(message.value, delivery, { ...own, log, seat });
        } catch (cause) {
          throw isFree ? new LeftNothing(cause) : cause;
        } finally {
          seat.leave();
        }
      },
      {
        context,
        log: deps.log.with({ request_id: context.awsRequestId }),
        sideBySide: true,
        ...(deps.comeBack && { comeBack: deps.comeBack }),
      },
    );
  };
  return (event, context) => runInvocation({ context, clock: deps.clock }, () => handleRecords(event, context));
}
