import type { Clock, ConfigStore, LaunchStore, Log, PoolStore } from '@multi-tenant-runner/core';

export interface MachineDeps {
  readonly launches: Pick<LaunchStore, 'findByInstance' | 'get' | 'change'>;
  readonly configs: Pick<ConfigStore, 'take' | 'remove'>;
  /** Absent: no size has a pool. */
  readonly pool?: Pick<PoolStore, 'get' | 'announce' | 'findBound'>;
  /** Milliseconds from a machine's launch in which it may claim. */
  readonly bootTimeout: number;
  readonly clock: Clock;
  readonly log: Log;
}
