import type { Rate } from '@multi-tenant-runner/core';
import type { FaultKind } from './fault-kinds';

/** What an operator may set. */
export interface SimulatedSetup {
  /** Launches share calls of RunInstances with other tenants'. */
  readonly shared?: boolean;
  /** Calls of RunInstances that the account has. */
  readonly calls?: Rate;
  /** Machines that they may ask for. */
  readonly machines?: Rate;
  /** Functions of scale-up for each size at once. */
  readonly concurrency?: number;
  /** Where configurations wait for their machines; absent: SSM, with its own rate. */
  readonly configStore?: 'dynamodb';
  /** Deliveries of one tenant. */
  readonly deliveries?: Rate;
}

/** Everything that a run depends on. */
export interface SimulationOptions {
  readonly seed: string;
  readonly tenants: number;
  readonly jobs: number;
  readonly faultKinds: readonly FaultKind[];
  /** Only these jobs and tenants of the scenario happen (numbers from 1); absent: all. */
  readonly onlyJobs?: readonly number[];
  readonly onlyTenants?: readonly number[];
  /** How the installation is set up; absent: as the module sets it. */
  readonly setup?: SimulatedSetup;
}
