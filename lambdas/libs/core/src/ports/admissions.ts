import type { Job } from '../model/job';
import type { Launch } from '../model/launch';
import type { TenantLookup } from '../model/tenant';
import type { MachineLife } from '../model/usage';
import type { JobGuard } from './jobs';
import type { LaunchChange } from './launches';
import type { Changes } from './rows';

/** A job's way to a slot of its tenant, and the slot's way back. */
export interface Admissions {
  /** The rows that these two rest on, each as it is now, in one request. */
  read(keys: SlotRowKeys): Promise<SlotRows>;
  /**
   * Writes the job's row and its launch, takes the slot and marks the tenant's row as one that has something open, all
   * in one write or nothing of it. The job: as the request says. The launch: only if there is no row of it. The slot:
   * only of an active tenant that was not deleted, only below its limit, and only while its row is as `expected`. Where
   * the launch names a share of the fleet, a slot of that too, only below `shareLimit`.
   */
  admit(request: AdmissionRequest): Promise<AdmissionAnswer>;
  /**
   * Several of one tenant by as few writes as can be, the first first: each is answered as `admit` would.
   *
   * @param requests at least one, all with the same `rowLimit` and `expected`, and no other limit
   */
  admitAll(requests: readonly AdmissionRequest[]): Promise<readonly AdmissionAnswer[]>;
  /**
   * Changes the launch's row, gives its slots back, the tenant's and the fleet's, and puts its machine's life into the
   * ledger, all in one write or nothing of it. The tenant's slot: only where the states of `guard` are those that hold
   * one, all of them (`givesSlotBack`): that the launch is in one of them proves that it has a slot to give back. A row
   * that is gone, or whose count is none, keeps nothing else from being written. With `jobBack` the job is in its
   * tenant's index again, by the same write.
   */
  release(request: LaunchReleaseRequest): Promise<LaunchReleaseAnswer>;
}

export interface SlotRowKeys {
  readonly installationId: number;
  /** Absent: no launch's row is read. */
  readonly launchId?: string;
  readonly jobIds: readonly number[];
}

export interface SlotRows {
  readonly lookup: TenantLookup;
  readonly launch?: Launch;
  /** Those that have a row, by id. */
  readonly jobs: ReadonlyMap<number, Job>;
}

export interface LaunchReleaseRequest extends LaunchChange {
  /** The share of the fleet in which the launch has a slot. */
  readonly fleetShare?: number;
  /** Absent where there never was a machine. */
  readonly life?: MachineLife;
  /** The open job that the launch leads to, and that nothing else may lead to: given where the launch ends. */
  readonly jobBack?: JobBack;
}

export interface JobBack extends Pick<Job, 'jobId' | 'queuedAt'> {
  readonly guard: JobGuard;
}

/**
 * `launch`: the row, as it is, forbids it. `job`: the one that was to be put back is over, or has another place.
 * `recorded`: the ledger has a life of the machine, this one.
 */
export type LaunchReleaseAnswer =
  | { readonly kind: 'released' }
  | { readonly kind: 'job' }
  | { readonly kind: 'launch'; readonly row?: Launch }
  | { readonly kind: 'recorded'; readonly life: MachineLife };

export interface AdmissionRequest {
  readonly job: AdmittedJob;
  readonly launch: Launch;
  /** Replaces the limit of the tenant's row while that is unusable. */
  readonly limit?: number;
  /** The limit that the tenant's row had when it was read. Absent: an unusable one. */
  readonly rowLimit?: number;
  /** What the tenant's row must have, by attribute; null: it must have none. Absent: whatever it has. */
  readonly expected?: Readonly<Record<string, unknown>>;
  /** Of the launch's share. */
  readonly shareLimit?: number;
}

/** `new`: only if the job has no row. `known`: a conditional change of the row that it has. */
export type AdmittedJob =
  | { readonly kind: 'new'; readonly row: Job }
  | {
      readonly kind: 'known';
      readonly installationId: number;
      readonly jobId: number;
      readonly guard: JobGuard;
      readonly changes: Changes<Job>;
    };

/**
 * What stood in the way otherwise, with the row as it is. Where more than one thing did: the job first, then the
 * launch, then the tenant. `share`: it has no slot left.
 */
export type AdmissionAnswer =
  | { readonly kind: 'admitted' }
  | { readonly kind: 'job'; readonly row?: Job }
  | { readonly kind: 'launch'; readonly row?: Launch }
  | { readonly kind: 'tenant'; readonly lookup: TenantLookup }
  | { readonly kind: 'share' };
