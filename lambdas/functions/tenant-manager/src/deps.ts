import type { Clock, GitHub, Log, Metrics, SecurityGroups, TenantLifecycle, TenantRegistry, Tiers } from '@multi-tenant-runner/core';
import type { OnboardingPolicy } from './decide-admission';

export interface TenantManagerDeps {
  readonly tiers: Tiers;
  readonly defaultTier: string;
  readonly onboarding: OnboardingPolicy;
  readonly tenants: Pick<TenantRegistry, 'get'>;
  readonly lifecycle: Pick<TenantLifecycle, 'create' | 'suspend' | 'unsuspend' | 'markDeleted' | 'rename' | 'setSecurityGroup' | 'findByAccount'>;
  /** Absent: all tenants share one group. */
  readonly securityGroups?: Pick<SecurityGroups, 'ensure'>;
  readonly github: Pick<GitHub, 'getInstallation'>;
  /** Gives free slots to the tenant's parked jobs. */
  readonly wake: (installationId: number) => Promise<void>;
  /** The same, and the jobs that GitHub refused a runner are due at once. */
  readonly retryRefused: (installationId: number) => Promise<void>;
  /** Has the tenant's parked jobs say what they wait for now. */
  readonly restate: (installationId: number) => Promise<void>;
  /** One pass over what a deleted tenant leaves behind; the sweep repeats it. Only ever called for a deleted tenant. */
  readonly cleanUp: (installationId: number) => Promise<void>;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
}
