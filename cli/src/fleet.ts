import type { AdmissionSettings, Clock, JobStore, LaunchStore, TenantDirectory } from '@multi-tenant-runner/core';

export interface DeadLetters {
  readonly queue: string;
  readonly messages: number;
  /** Messages can be moved back. */
  readonly hasSource: boolean;
}

export interface DeadLetterQueues {
  list(): Promise<readonly DeadLetters[]>;
  /** Starts to move everything back to where it came from. */
  redrive(queue: string): Promise<void>;
}

/** The triggers of scale-up. Off, jobs wait in their queues for up to four days. */
export interface LaunchTriggers {
  setEnabled(enabled: boolean): Promise<number>;
}

/** One installation of the module, as the commands see it. */
export interface Fleet {
  readonly prefix: string;
  readonly settings: AdmissionSettings;
  readonly directory: TenantDirectory;
  readonly jobs: Pick<JobStore, 'get' | 'listOpen' | 'listRecent'>;
  readonly launches: Pick<LaunchStore, 'get' | 'listOpen' | 'findByInstance'>;
  readonly deadLetters: DeadLetterQueues;
  readonly triggers: LaunchTriggers;
  readonly clock: Clock;
  /** The caller's own ARN at AWS. */
  whoAmI(): Promise<string>;
}
