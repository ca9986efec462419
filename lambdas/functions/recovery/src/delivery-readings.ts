import type { AppRequests } from './app-requests';
import { EVERYTHING, FAILURES } from './delivery-cursor';
import { createDeliveryNotes } from './delivery-notes';
import { findFailedDeliveries } from './find-failed-deliveries';
import type { OutOfTime, RecoveryDeps } from './deps';
import { REDELIVERIES_A_RUN } from './redeliver';

/** Requests that a reading leaves, for what it finds and what the other one may find. */
const KEPT = 25;

/** The two readings of GitHub's list in one run, of which the first comes first in time and in requests. */
export function createReadings(deps: RecoveryDeps & { readonly requests: AppRequests }): {
  failures(outOfTime: OutOfTime): Promise<boolean>;
  everything(outOfTime: OutOfTime): Promise<boolean>;
  report(): void;
} {
  const notes = createDeliveryNotes(deps);
  const until =
    (outOfTime: OutOfTime, kept: number): OutOfTime =>
    () =>
      outOfTime() || deps.requests.isDownTo(kept);
  let hadBacklog = false;
  return {
    async failures(outOfTime) {
      hadBacklog = (await deps.recovery.listTurns(deps.clock.now(), 1)).length > 0;
      return findFailedDeliveries(FAILURES, { ...deps, notes }, until(outOfTime, KEPT));
    },
    everything(outOfTime) {
      const wanted = hadBacklog ? REDELIVERIES_A_RUN : Math.min(REDELIVERIES_A_RUN, notes.count() + KEPT);
      return findFailedDeliveries(EVERYTHING, { ...deps, notes }, until(outOfTime, wanted));
    },
    report: () => notes.report(),
  };
}
