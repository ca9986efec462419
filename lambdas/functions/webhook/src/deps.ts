import type {
  AdmissionSettings,
  Budgets,
  Clock,
  EventBus,
  JobQueue,
  JobStore,
  Log,
  Metrics,
  Rate,
  TenantRegistry,
} from '@multi-tenant-runner/core';
import type { CredentialSource } from './credentials';
import type { SourceFilter } from './source-addresses';
import type { TenantBudget } from './tenant-budget';
import type { TenantCache } from './tenant-cache';

/** What one installation may send. */
export interface TenantRates {
  /** Of a tenant whose tier has none, and of whoever is no tenant. */
  readonly rate: Rate;
  readonly byTier: ReadonlyMap<string, Rate>;
}

export interface WebhookDeps {
  readonly environment: string;
  readonly acceptsFrom: SourceFilter;
  readonly credentials: CredentialSource;
  readonly tenants: Pick<TenantRegistry, 'get'>;
  readonly jobs: Pick<JobStore, 'create' | 'change'>;
  readonly queue: JobQueue;
  readonly bus: EventBus;
  readonly settings: AdmissionSettings;
  readonly budgets: Pick<Budgets, 'take'>;
  readonly tenantRates: TenantRates;
  /** Events that are also published for the operator's own EventBridge rules. */
  readonly publishEvents: ReadonlySet<string>;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
}

export interface DeliveryDeps extends Omit<WebhookDeps, 'tenants' | 'budgets'> {
  readonly budget: TenantBudget;
  readonly tenants: TenantCache;
}
