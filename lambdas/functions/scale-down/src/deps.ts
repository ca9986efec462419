import type {
  CheckRuns,
  ConfigStore,
  JobQueue,
  LeaseHolder,
  Pools,
  PoolStore,
  ProtocolDeps,
  RunnerFleet,
  SecurityGroups,
} from '@multi-tenant-runner/core';
import type { KnownMachines } from './known-machines';

export interface ScaleDownSettings {
  /** Milliseconds. A machine whose runner never came online after this long is given up. */
  readonly bootTimeout: number;
  /** Milliseconds. A runner that is online without a job for this long ends. */
  readonly idleTimeout: number;
  /** Milliseconds. A machine of this age ends, whatever it does. */
  readonly maxLifetime: number;
  /** Milliseconds. A later change may still be in progress, or not yet visible. */
  readonly grace: number;
}

/** Machines that wait for a job. */
export interface Pooling {
  readonly pools: Pools;
  readonly pool: Pick<PoolStore, 'readAll' | 'vacate' | 'forgetBound'>;
}

export interface ScaleDownDeps extends ProtocolDeps {
  readonly queue: Pick<JobQueue, 'sendJob' | 'sendFill'>;
  /** Absent: no size has a pool. */
  readonly pooling?: Pooling;
  readonly fleet: Pick<RunnerFleet, 'terminate' | 'describe' | 'findByToken' | 'list'>;
  readonly configs: Pick<ConfigStore, 'remove' | 'list'>;
  readonly securityGroups: Pick<SecurityGroups, 'find' | 'remove'>;
  readonly lifecycle: { finishCleanup(installationId: number, now: Date): Promise<boolean> };
  /** Absent where the operator did not ask for checks on commits. */
  readonly checkRuns?: CheckRuns;
  readonly scaleDown: ScaleDownSettings;
  readonly known: KnownMachines;
  /** The name and length of this invocation's leases. */
  readonly lease: LeaseHolder;
}
