import type {
  AppSecretWriter,
  AdmissionSettings,
  AppStore,
  AuditTrail,
  CallbackHealthStore,
  CallbackSecrets,
  Clock,
  DeadLetterQueues,
  DeploymentStore,
  JobQueue,
  JobStore,
  LaunchStore,
  LaunchTriggers,
  LockStore,
  LoginPins,
  TenantDirectory,
  TenantSurveyor,
  UsageBooks,
  UsageCorrections,
} from '@multi-tenant-runner/core';
import type { Facts, ImageFact } from './doctor/facts';

/** One installation of the module, as the commands see it. */
export interface Fleet {
  readonly prefix: string;
  readonly region: string;
  readonly gitHubApiUrl: string;
  readonly settings: AdmissionSettings;
  readonly directory: TenantDirectory;
  readonly jobs: Pick<
    JobStore,
    'get' | 'listOpen' | 'pageOpen' | 'pageIndexed' | 'listRecent' | 'listWaiting' | 'change'
  >;
  readonly launches: Pick<LaunchStore, 'get' | 'listOpen' | 'findByInstance' | 'change'>;
  readonly queue: Pick<JobQueue, 'sendJob'>;
  readonly usage: UsageBooks;
  readonly corrections: UsageCorrections;
  readonly deadLetters: DeadLetterQueues;
  readonly triggers: LaunchTriggers;
  readonly audit: AuditTrail;
  readonly locks: LockStore;
  readonly pins: LoginPins;
  /** Of the app plane, whose tables may not be there. */
  readonly apps: {
    readonly store: Pick<AppStore, 'settings' | 'get' | 'create' | 'resize' | 'change' | 'setSecrets' | 'pageOfTenant'>;
    readonly deployments: Pick<DeploymentStore, 'request' | 'get' | 'page'>;
    readonly secrets: AppSecretWriter;
  };
  readonly surveyor: TenantSurveyor;
  readonly callbacks: CallbackSecrets;
  readonly callbackHealth: Pick<CallbackHealthStore, 'get'>;
  /** Whether the module sends any. */
  hasCallbacks(): Promise<boolean>;
  readonly clock: Clock;
  sleep(milliseconds: number): Promise<void>;
  /** What there is to find out about the installation, for the doctor. */
  facts(): Promise<Facts>;
  /** What a machine of each size would start from now. */
  images(): Promise<readonly ImageFact[]>;
  /** What a machine wrote to its console; undefined: EC2 has nothing, or not yet. */
  console(instanceId: string): Promise<string | undefined>;
  /** The caller's own ARN at AWS. */
  whoAmI(): Promise<string>;
}
