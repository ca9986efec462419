import type {
  AdmissionSettings,
  AuditTrail,
  Clock,
  DeadLetterQueues,
  JobQueue,
  JobStore,
  LaunchStore,
  LaunchTriggers,
  TenantDirectory,
  UsageBooks,
} from '@multi-tenant-runner/core';

/** One installation of the module, as the commands see it. */
export interface Fleet {
  readonly prefix: string;
  readonly settings: AdmissionSettings;
  readonly directory: TenantDirectory;
  readonly jobs: Pick<JobStore, 'get' | 'listOpen' | 'listRecent' | 'change'>;
  readonly launches: Pick<LaunchStore, 'get' | 'listOpen' | 'findByInstance' | 'change'>;
  readonly queue: Pick<JobQueue, 'sendJob'>;
  readonly usage: UsageBooks;
  readonly deadLetters: DeadLetterQueues;
  readonly triggers: LaunchTriggers;
  readonly audit: AuditTrail;
  readonly clock: Clock;
  sleep(milliseconds: number): Promise<void>;
  /** The caller's own ARN at AWS. */
  whoAmI(): Promise<string>;
}
