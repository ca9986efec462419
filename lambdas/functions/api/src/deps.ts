import type {
  ApiState,
  AuditTrail,
  Bookmarks,
  Clock,
  DeadLetterQueues,
  JobQueue,
  JobStore,
  LaunchStore,
  LaunchTriggers,
  LockStore,
  Log,
  TenantDirectory,
  TenantLifecycle,
  TenantRegistry,
  Tiers,
  UsageBooks,
  UsageCorrections,
} from '@multi-tenant-runner/core';
import type { Links } from './access/links';
import type { TokenVerifier } from './access/verify-token';
import type { Cursors } from './http/cursor';
import type { Page } from './http/page';

export interface ApiDeps {
  readonly tiers: Tiers;
  readonly registry: Pick<TenantRegistry, 'get'>;
  readonly findByAccount: TenantLifecycle['findByAccount'];
  readonly directory: Pick<TenantDirectory, 'list' | 'edit' | 'findByName'>;
  readonly jobs: Pick<JobStore, 'get' | 'listOpen' | 'pageOpen' | 'listRecent' | 'tenantsWithOpen' | 'change'>;
  readonly launches: Pick<LaunchStore, 'get' | 'pageOpen' | 'readCursor' | 'change'>;
  readonly queue: Pick<JobQueue, 'sendJob'>;
  /** Recovery's own. */
  readonly recovery: Pick<Bookmarks, 'readCursor'>;
  readonly usage: Pick<UsageBooks, 'pageOfMonth' | 'periodsOf'>;
  readonly corrections: UsageCorrections;
  readonly audit: AuditTrail;
  readonly state: ApiState;
  readonly locks: LockStore;
  readonly deadLetters: DeadLetterQueues;
  readonly triggers: LaunchTriggers;
  readonly cursors: Cursors;
  /** Requests in a minute. */
  readonly rates: { readonly caller: number; readonly tenant: number };
  readonly verifyToken: TokenVerifier;
  readonly links: Links;
  /** Where a signed link leads; undefined: there are none. */
  readonly pageUrl: string | undefined;
  readonly readPage: () => Promise<Page>;
  readonly clock: Clock;
  readonly log: Log;
}
