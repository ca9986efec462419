import type {
  CheckRuns,
  LeaseHolder,
  ProtocolDeps,
  RunnerFleet,
  ConfigStore,
  SecurityGroups,
} from '@multi-tenant-runner/core';

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

export interface ScaleDownDeps extends ProtocolDeps {
  readonly fleet: Pick<RunnerFleet, 'terminate' | 'describe' | 'findByToken' | 'list'>;
  readonly configs: Pick<ConfigStore, 'remove' | 'list'>;
  readonly securityGroups: Pick<SecurityGroups, 'find' | 'remove'>;
  readonly lifecycle: { finishCleanup(installationId: number, now: Date): Promise<boolean> };
  /** Absent where the operator did not ask for checks on commits. */
  readonly checkRuns?: CheckRuns;
  readonly scaleDown: ScaleDownSettings;
  /** The name and length of this invocation's leases. */
  readonly lease: LeaseHolder;
}
