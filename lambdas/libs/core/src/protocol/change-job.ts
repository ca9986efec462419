import { messageOf, type Job } from '../model/job';
import type { JobChangeDecision } from '../decisions/decide-job-change';
import type { JobQueue, JobStore, Written } from '../ports';
import { cancelJob, explainWait } from '../transitions';
import type { Clock } from '../model/time';
import { retryDelivery } from './gate';

export interface ChangeJobDeps {
  readonly jobs: Pick<JobStore, 'change'>;
  readonly queue: Pick<JobQueue, 'sendJob'>;
  readonly clock: Clock;
}

/**
 * Carries out what an operator wants of a job. `ok: false`: the row has changed since the decision, and nothing was
 * done. A job that is over keeps its row until scale-up has asked GitHub.
 *
 * @param requestId makes a wish known from another; the same twice is one
 */
export async function changeJob(
  job: Job,
  { kind }: Pick<JobChangeDecision, 'kind'>,
  requestId: string,
  deps: ChangeJobDeps,
): Promise<Written<Job>> {
  switch (kind) {
    case 'cancel':
      return cancelJob(job, deps);
    case 'now':
      return explainWait(job, { nextTry: deps.clock.now().toISOString() }, deps);
    case 'ask':
      await deps.queue.sendJob({ ...messageOf(job), deliveryId: retryDelivery(requestId) });
      return { ok: true, row: job };
    case 'nothing':
    case 'refuse':
      return { ok: true, row: job };
  }
}
