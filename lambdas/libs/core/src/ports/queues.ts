import type { LifecycleEvent } from '../model/lifecycle-event';
import type { JobEvent, JobMessage } from '../model/messages';

export interface JobQueue {
  /** To the queue of the job's tier. */
  sendJob(message: JobMessage): Promise<void>;
  sendJobEvent(event: JobEvent): Promise<void>;
}

export interface EventBus {
  publish(detailType: string, detail: Record<string, unknown>): Promise<void>;
  publishLifecycle(detailType: string, event: LifecycleEvent): Promise<void>;
}
