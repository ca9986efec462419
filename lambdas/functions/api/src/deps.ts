import type {
  ApiState,
  AuditTrail,
  Clock,
  DeadLetterQueues,
  JobQueue,
  JobStore,
  LaunchStore,
  LaunchTriggers,
  Log,
  TenantDirectory,
  TenantLifecycle,
  TenantRegistry,
  Tiers,
} from '@multi-tenant-runner/core';
import type { TokenVerifier } from './access/verify-token';
import type { Cursors } from './http/cursor';

export interface ApiDeps {
  readonly tiers: Tiers;
  readonly registry: Pick<TenantRegistry, 'get'>;
  readonly findByAccount: TenantLifecycle['findByAccount'];
  readonly directory: Pick<TenantDirectory, 'list' | 'edit'>;
  readonly jobs: Pick<JobStore, 'get' | 'listOpen' | 'pageOpen' | 'listRecent' | 'change'>;
  readonly launches: Pick<LaunchStore, 'get' | 'pageOpen' | 'change'>;
  readonly queue: Pick<JobQueue, 'sendJob'>;
  readonly audit: AuditTrail;
  readonly state: ApiState;
  readonly deadLetters: DeadLetterQueues;
  readonly triggers: LaunchTriggers;
  readonly cursors: Cursors;
  /** Requests in a minute. */
  readonly rates: { readonly caller: number; readonly tenant: number };
  readonly verifyToken: TokenVerifier;
  readonly clock: Clock;
  readonly log: Log;
}
