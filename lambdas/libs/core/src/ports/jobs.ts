import type { Job, JobState } from '../model/job';
import type { Changes, OpenPage, OpenPageRequest, Written } from './rows';

export interface JobStore {
  get(installationId: number, jobId: number): Promise<Job | undefined>;
  /** Strongly consistent, in no order; one without a row is left out. */
  getMany(installationId: number, jobIds: readonly number[]): Promise<readonly Job[]>;
  /** Writes the row only if there is none; else answers the one that stands (`ok: false`). */
  create(job: Job): Promise<Written<Job>>;
  change(installationId: number, jobId: number, guard: JobGuard, changes: Changes<Job>): Promise<Written<Job>>;
  /**
   * Not ended, oldest first, strongly consistent: those that the tenant's index has, and those that an open launch
   * leads to. An admission takes a job out of the index, and the end of its launch puts it back if it is still open.
   */
  listOpen(
    installationId: number,
    options?: { readonly states?: readonly JobState[]; readonly limit?: number },
  ): Promise<readonly Job[]>;
  /** The same page by page; a tenant may have any number of them. Each page reads what all open launches lead to. */
  pageOpen(installationId: number, request: OpenPageRequest): Promise<OpenPage<Job>>;
  /** Of these only those of the index: whatever is parked, and whatever no open launch leads to. */
  pageIndexed(installationId: number, request: OpenPageRequest): Promise<OpenPage<Job>>;
  /**
   * Parked, and not behind a gate: what a free slot may be given to. Oldest first, strongly consistent; what it costs
   * grows with the limit, not with the tenant's jobs.
   */
  pageWaiting(installationId: number, request: OpenPageRequest): Promise<OpenPage<Job>>;
  /**
   * Tenants that have a job that has not ended and that no admission covers: it waits for one, or came to be open
   * without (an index: may lag). What it costs grows with the tenants, not with their jobs.
   */
  tenantsWithUnadmitted(): Promise<readonly number[]>;
  /**
   * Waiting jobs of all tenants, oldest first; which there are that no admission covers, an index says (it may lag),
   * what they are, their rows. Beside these, those of the tenants that are given.
   */
  listWaiting(limit: number, marked: readonly number[]): Promise<readonly Job[]>;
  /** Newest id first, ended ones too, strongly consistent; only ids below `before`, where one is given. */
  listRecent(installationId: number, limit: number, before?: number): Promise<readonly Job[]>;
  /** Parked jobs whose next try is due, of all tenants (an index: may lag). */
  listDue(now: Date, limit: number): Promise<readonly { readonly installationId: number; readonly jobId: number }[]>;
  /** Tenants that have a job whose check is not over, or a refused one that needs a check (an index: may lag). */
  tenantsWithChecks(): Promise<readonly number[]>;
  /** These jobs of one tenant, in no order (an index: may lag). */
  listChecks(installationId: number, limit: number): Promise<readonly CheckedJob[]>;
}

export type CheckedJob = Pick<Job, 'jobId' | 'state' | 'checkState'>;

export interface JobGuard {
  readonly from: readonly JobState[];
  readonly startNumber?: number;
  readonly launchId?: string;
  /** By which it is in order among the open ones. */
  readonly queuedAt?: string;
  /** Of its repository's account. */
  readonly ownerId?: number;
  /** The runner that has it. */
  readonly runnerName?: string;
  /** The last write about its check; null: there was none. */
  readonly checkAt?: string | null;
}
