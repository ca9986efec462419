import { isEnded, isNews, type Job, type Launch } from '@multi-tenant-runner/core';

/**
 * `admit`: take a slot. `go-on`: the launch has one, continue under its lease. `release`: the job needs no machine any
 * more, give the slot back. `ask`: GitHub knows whether the job waits again. `leave`: this delivery is a duplicate, or
 * the turn is another's.
 */
export type DeliveryDecision = 'admit' | 'go-on' | 'release' | 'ask' | 'leave';

/**
 * What a message on a tier queue may do, given the rows as they stand. A parked job without a slot waits for the
 * release of one: a late duplicate must not overtake the job that waits longest.
 */
export function decideDelivery(job: Job, launch: Launch | undefined, deliveryId: string): DeliveryDecision {
  if (isNews(job, deliveryId)) return 'ask';
  if (isEnded(job.state) || job.state === 'running') return launch?.state === 'held' ? 'release' : 'leave';
  if (launch?.state === 'held' || launch?.state === 'launching') return 'go-on';
  if (launch !== undefined) return 'leave';
  return job.state === 'parked' ? 'leave' : 'admit';
}
