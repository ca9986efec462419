import type { LifecycleEvent } from '../model/lifecycle-event';
import type { JobEvent, JobMessage } from '../model/messages';

export interface JobQueue {
  /** To the queue of the job's tier. */
  sendJob(message: JobMessage): Promise<void>;
  sendJobEvent(event: JobEvent): Promise<void>;
  /** To the queue of a tier: its pool has a place to fill. */
  sendFill(tier: string): Promise<void>;
}

export interface EventBus {
  publish(detailType: string, detail: Record<string, unknown>): Promise<void>;
  publishLifecycle(detailType: string, event: LifecycleEvent): Promise<void>;
}
