import type {
  AuditTrail,
  Clock,
  GitHub,
  LockStore,
  Log,
  Metrics,
  SecurityGroups,
  TenantLifecycle,
  TenantRegistry,
  TenantSurvey,
  Tiers,
} from '@multi-tenant-runner/core';
import type { OnboardingPolicy } from './decide-admission';

export interface TenantManagerDeps {
  readonly tiers: Tiers;
  readonly defaultTier: string;
  readonly onboarding: OnboardingPolicy;
  readonly tenants: Pick<TenantRegistry, 'get' | 'markOpen'>;
  readonly lifecycle: Pick<
    TenantLifecycle,
    | 'create'
    | 'suspend'
    | 'unsuspend'
    | 'markDeleted'
    | 'rename'
    | 'setSecurityGroup'
    | 'findByAccount'
    | 'handOver'
    | 'carryOver'
    | 'listPins'
    | 'pinLogin'
  >;
  readonly audit: Pick<AuditTrail, 'record'>;
  /** Absent: all tenants share one security group. */
  readonly securityGroups?: Pick<SecurityGroups, 'ensure'>;
  readonly github: Pick<GitHub, 'getInstallation'>;
  /** Starts the tenant's parked jobs in its free slots. */
  readonly dispatchNextJobs: (installationId: number) => Promise<void>;
  /** The same, and makes jobs that GitHub refused a runner due at once. */
  readonly retryRefused: (installationId: number) => Promise<void>;
  /** Updates the reason of the tenant's parked jobs. */
  readonly restate: (installationId: number) => Promise<void>;
  /** One clean-up pass for a deleted tenant; the sweep repeats it. Only for deleted tenants. */
  readonly cleanUp: (installationId: number) => Promise<void>;
  /** Looks for everything that a tenant can have; changes nothing. */
  readonly survey: (installationId: number) => Promise<TenantSurvey>;
  /** Absent: there is no API, and no locks without it. */
  readonly locks?: Pick<LockStore, 'end'>;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
}
