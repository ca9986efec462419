import type { AdmissionSettings } from '../decisions/job-policy';
import type {
  Admissions,
  FleetSlots,
  GitHub,
  JobQueue,
  JobStore,
  LaunchStore,
  Log,
  Metrics,
  ConfigStore,
  RunnerFleet,
  TenantRegistry,
  UsageLedger,
} from '../ports';
import { LEASE_MARGIN } from '../decisions/request-time';
import type { Prices } from '../model/prices';
import { MINUTE, SECOND, type Clock } from '../model/time';

/** What the steps of the launch protocol work on. */
export interface ProtocolDeps {
  readonly environment: string;
  readonly settings: AdmissionSettings;
  readonly tenants: TenantRegistry;
  readonly jobs: JobStore;
  readonly launches: LaunchStore;
  readonly admissions: Admissions;
  readonly fleetSlots: FleetSlots;
  readonly queue: Pick<JobQueue, 'sendJob'>;
  readonly github: GitHub;
  readonly fleet: Pick<RunnerFleet, 'terminate'>;
  readonly configs: Pick<ConfigStore, 'remove'>;
  readonly usage: UsageLedger;
  readonly prices: Prices;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
}

/** Longer than the function can run, so that a holder's death frees the launch and nothing else does. */
export function leaseFor(timeoutSeconds: number): number {
  return timeoutSeconds * SECOND + LEASE_MARGIN;
}

/** What changed within this time may still be in the hands of an invocation that a crash has not ended. */
export function graceFor(timeoutSeconds: number): number {
  return Math.max(10 * MINUTE, 3 * timeoutSeconds * SECOND);
}
