import type {
  ApiState,
  AppSecretWriter,
  AppStore,
  AuditTrail,
  Bookmarks,
  CallbackHealthStore,
  CallbackSecrets,
  Clock,
  DeadLetterQueues,
  DeploymentStore,
  JobQueue,
  JobStore,
  LaunchStore,
  LaunchTriggers,
  LinkPlaces,
  LockStore,
  Log,
  PushCredentialSource,
  TenantDirectory,
  TenantLifecycle,
  TenantRegistry,
  TenantSurveyor,
  Tiers,
  UsageBooks,
  UsageCorrections,
  WebhookEntry,
} from '@multi-tenant-runner/core';
import type { Links } from './access/links';
import type { TokenVerifier } from './access/verify-token';
import type { Cursors } from './http/cursor';
import type { Page } from './http/page';

/** The app plane, where there is one. */
export interface AppsDeps {
  readonly prefix: string;
  readonly region: string;
  readonly store: Pick<
    AppStore,
    'settings' | 'get' | 'create' | 'resize' | 'change' | 'setSecrets' | 'pageOfTenant' | 'quotaUse'
  >;
  readonly deployments: Pick<DeploymentStore, 'request' | 'get' | 'page'>;
  readonly webhook: WebhookEntry;
  readonly secrets: AppSecretWriter;
  /** Absent where jobs build no images. */
  readonly push?: { readonly registry: string; readonly credentials: PushCredentialSource };
}

export interface ApiDeps {
  readonly apps?: AppsDeps | undefined;
  readonly tiers: Tiers;
  readonly registry: Pick<TenantRegistry, 'get'>;
  readonly findByAccount: TenantLifecycle['findByAccount'];
  readonly directory: Pick<TenantDirectory, 'list' | 'edit' | 'findByName' | 'getAll' | 'tenantsWithMark'>;
  readonly jobs: Pick<
    JobStore,
    'get' | 'listOpen' | 'pageOpen' | 'pageIndexed' | 'listRecent' | 'tenantsWithUnadmitted' | 'listWaiting' | 'change'
  >;
  readonly launches: Pick<LaunchStore, 'get' | 'pageOpen' | 'readCursor' | 'change'>;
  readonly queue: Pick<JobQueue, 'sendJob'>;
  /** Recovery's own. */
  readonly recovery: Pick<Bookmarks, 'readCursor'>;
  readonly usage: Pick<UsageBooks, 'daysOf' | 'pageOfMonth'>;
  readonly corrections: UsageCorrections;
  readonly audit: AuditTrail;
  readonly state: ApiState;
  readonly locks: LockStore;
  readonly surveyor: TenantSurveyor;
  readonly deadLetters: DeadLetterQueues;
  readonly triggers: LaunchTriggers;
  readonly cursors: Cursors;
  /** Requests in a minute. */
  readonly rates: { readonly caller: number; readonly tenant: number };
  readonly verifyToken: TokenVerifier;
  /** Undefined: tenants have no callbacks. */
  readonly callbacks: CallbackSecrets | undefined;
  readonly callbackHealth: Pick<CallbackHealthStore, 'get'>;
  /** Where its answers' links lead. */
  readonly places: LinkPlaces;
  readonly links: Links;
  /** Where a signed link leads; undefined: there are none. */
  readonly pageUrl: string | undefined;
  readonly readPage: () => Promise<Page>;
  /** docs/openapi.json. */
  readonly readDocument: () => Promise<object>;
  readonly clock: Clock;
  readonly log: Log;
}
