import type { AdmissionSettings, Clock, JobStore, LaunchStore, TenantLookup } from '@multi-tenant-runner/core';
import type { TenantEdit } from './decisions/decide-edit';

/** A page of the tenants of one status; `cursor` only while there are more. */
export interface TenantPage {
  readonly tenants: readonly ListedTenant[];
  readonly cursor?: string;
}

/** What the index on the status holds of a row, as it is there: people edit rows. */
export interface ListedTenant {
  readonly installationId: number;
  readonly orgName: string;
  readonly tier: string;
  readonly maxRunners: string;
}

export interface TenantDirectory {
  get(installationId: number): Promise<TenantLookup>;
  /** The installations of that login, deleted ones too (an index: may lag). */
  findByName(orgName: string): Promise<readonly { readonly installationId: number; readonly status: string }[]>;
  list(status: string, page: { readonly limit: number; readonly cursor?: string }): Promise<TenantPage>;
  /** Applies the edit only if what it expects still holds. Answers the row as it is then. */
  edit(
    installationId: number,
    edit: TenantEdit,
    note: EditNote,
  ): Promise<{ readonly ok: boolean; readonly lookup: TenantLookup }>;
}

/** Kept in the row with every change. */
export interface EditNote {
  readonly by: string;
  readonly reason: string;
  readonly at: Date;
}

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
