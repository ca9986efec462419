import type {
  AppBuilder,
  AppGitHub,
  AppPlatform,
  AppQuota,
  AppSettings,
  AppStore,
  Clock,
  DeploymentStore,
  Log,
  Metrics,
  TenantRegistry,
  TxtResolver,
} from '@multi-tenant-runner/core';
import type { ArchiveLimits } from './check-archive';

export interface DeployerDeps {
  readonly environment: string;
  readonly apps: AppStore;
  readonly deployments: DeploymentStore;
  readonly tenants: Pick<TenantRegistry, 'get'>;
  readonly platform: AppPlatform;
  /** By the settings' builder. */
  readonly builderOf: (settings: AppSettings) => AppBuilder;
  readonly github: AppGitHub;
  /** Where own domains are proven. */
  readonly dns: TxtResolver;
  readonly archiveLimits: ArchiveLimits;
  /** Of a preview, from its last commit: milliseconds. */
  readonly previewLifetime: number;
  /** Milliseconds: longer than an invocation may take. */
  readonly leaseTime: number;
  readonly newLeaseName: () => string;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
}

/** What besides its rows decides about an app. */
export interface AppContext {
  readonly settings: AppSettings;
  readonly tenant: 'active' | 'inactive';
  readonly quota: AppQuota;
  readonly hosts: readonly string[];
}
