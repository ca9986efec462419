import type { Launch, LaunchState } from '../model/launch';
import type { MachineReports } from '../model/machine-report';
import type { Bookmarks } from './bookmarks';
import type { Changes, OpenPage, OpenPageRequest, Written } from './rows';

export interface LaunchStore extends Bookmarks {
  get(installationId: number, launchId: string): Promise<Launch | undefined>;
  /**
   * Conditional on the states named and, where given, on holding the lease or on nobody else holding it. Raises
   * `version`.
   */
  change(
    installationId: number,
    launchId: string,
    guard: LaunchGuard,
    changes: Changes<Launch>,
  ): Promise<Written<Launch>>;
  /** Not ended, strongly consistent. */
  listOpen(installationId: number): Promise<readonly Launch[]>;
  /** How many have not ended, strongly consistent: for far less than it takes to read them. */
  countOpen(installationId: number): Promise<number>;
  /** Not ended, oldest first, strongly consistent. */
  pageOpen(installationId: number, request: OpenPageRequest): Promise<OpenPage<Launch>>;
  /** An index: may lag. */
  findByInstance(
    instanceId: string,
  ): Promise<{ readonly installationId: number; readonly launchId: string } | undefined>;
}

/** A conditional change of a launch's row, for a write that changes other rows with it. */
export interface LaunchChange {
  readonly installationId: number;
  readonly launchId: string;
  readonly guard: LaunchGuard;
  readonly changes: Changes<Launch>;
}

export interface LaunchGuard {
  readonly from: readonly LaunchState[];
  /** The caller holds the lease under this name. */
  readonly leaseOwner?: string;
  /** No lease lives at this moment (epoch milliseconds), or the caller named in `leaseFreeFor` holds it. */
  readonly leaseFreeAt?: number;
  readonly leaseFreeFor?: string;
  readonly version?: number;
  /** The row names this machine. */
  readonly instanceId?: string;
  readonly claimable?: ClaimGuard;
  readonly reporting?: ReportGuard;
}

/**
 * No boot has claimed yet, and the machine's user data has this secret. It was launched at this time (ISO 8601) or
 * later, by a call for it alone, and has waited in no pool.
 */
export interface ClaimGuard {
  readonly claimHash: string;
  readonly launchedSince: string;
}

/** The machine reports with this secret, and has said exactly this so far; undefined: nothing. */
export interface ReportGuard {
  readonly reportHash: string;
  readonly reports: MachineReports | undefined;
}
