import type { Admissions } from './admissions';
import type { Budgets } from './budgets';
import type { CheckRuns } from './check-runs';
import type { ConfigStore } from './configs';
import type { RunnerFleet, SecurityGroups } from './ec2';
import type { FleetSlots } from './fleet-slots';
import type { GitHub } from './github';
import type { JobStore } from './jobs';
import type { LaunchStore } from './launches';
import type { EventBus, JobQueue } from './queues';
import type { GitHubApp, JobSearch, RecoveryStore } from './recovery';
import type { TenantLifecycle, TenantRegistry } from './tenants';
import type { UsageLedger } from './usage';

export * from './admissions';
export * from './api-state';
export * from './apps';
export * from './audit';
export * from './bookmarks';
export * from './budgets';
export * from './check-runs';
export * from './configs';
export * from './deliveries';
export * from './ec2';
export * from './fleet-slots';
export * from './github';
export * from './jobs';
export * from './launches';
export * from './locks';
export * from './operations';
export * from './queues';
export * from './recovery';
export * from './rows';
export * from './telemetry';
export * from './tenant-directory';
export * from './tenants';
export * from './usage';

/** Everything outside the process that the functions call, apart from the clock and telemetry. */
export interface Ports {
  readonly registry: TenantRegistry;
  readonly lifecycle: TenantLifecycle;
  readonly jobs: JobStore;
  readonly launches: LaunchStore;
  readonly admissions: Admissions;
  readonly fleetSlots: FleetSlots;
  readonly queue: JobQueue;
  readonly bus: EventBus;
  readonly fleet: RunnerFleet;
  readonly configs: ConfigStore;
  readonly securityGroups: SecurityGroups;
  readonly github: GitHub;
  readonly checkRuns: CheckRuns;
  readonly app: GitHubApp;
  readonly search: JobSearch;
  readonly recovery: RecoveryStore;
  readonly usage: UsageLedger;
  readonly budgets: Budgets;
}
