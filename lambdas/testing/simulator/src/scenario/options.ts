import type { FaultKind } from './fault-kinds';

/** Everything that a run depends on. */
export interface SimulationOptions {
  readonly seed: string;
  readonly tenants: number;
  readonly jobs: number;
  readonly faultKinds: readonly FaultKind[];
  /** Only these jobs and tenants of the scenario happen (numbers from 1); absent: all. */
  readonly onlyJobs?: readonly number[];
  readonly onlyTenants?: readonly number[];
}
