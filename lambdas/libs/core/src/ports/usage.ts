import type { CorrectedLife, LifeKey, MachineLife, UsageCorrection, UsageSum } from '../model/usage';

/**
 * The ledger: a row for each machine's life, and their sums by tenant, size and day. A release writes them once, in one
 * step (`Admissions.release`).
 */
export interface UsageLedger {
  /** A tenant's ended machines of a day and of a month, over all sizes, strongly consistent. */
  sumsOf(installationId: number, when: UsagePeriods): Promise<PeriodSums>;
  /** How many machines a tenant has ever had, by the sums of all days. */
  machinesOf(installationId: number): Promise<number>;
}

/** What operators and tenants read of the ledger. */
export interface UsageBooks {
  /** The sums of a month by tenant and size (may lag); no scan, whatever the table holds. */
  sumsOfMonth(month: string): AsyncIterable<TenantSum>;
  /** The same page by page, by tenant. */
  pageOfMonth(month: string, request: SumPageRequest): Promise<SumPage>;
  /** A tenant's sums of a month's days, by day and size. */
  daysOf(installationId: number, month: string): AsyncIterable<DaySum>;
  /** A tenant's machines that ended in a month, by their start. */
  livesOf(installationId: number, month: string): AsyncIterable<MachineLife>;
}

export interface TenantSum extends UsageSum {
  readonly installationId: number;
  readonly tier: string;
}

/** `after`: the last sum that was seen. */
export interface SumPageRequest {
  readonly limit: number;
  readonly after?: SumPosition;
}

export type SumPosition = Pick<TenantSum, 'installationId' | 'tier'>;

/** `next` only while there may be more. */
export interface SumPage {
  readonly sums: readonly TenantSum[];
  readonly next?: SumPosition;
}

export interface DaySum extends UsageSum {
  /** As `2026-01-15`. */
  readonly day: string;
  readonly tier: string;
}

/** UTC: `2026-01-15` and `2026-01`; the day is one of the month. */
export interface UsagePeriods {
  readonly day: string;
  readonly month: string;
}

export interface PeriodSums {
  readonly day: UsageSum;
  readonly month: UsageSum;
}

/** What puts the ledger right: rows of their own beside the lives, which stay as they are. */
export interface UsageCorrections {
  /** Strongly consistent; undefined: the ledger has no such machine. */
  find(key: LifeKey): Promise<CorrectedLife | undefined>;
  /** Of a tenant's machines that ended in a month, by their start. */
  ofMonth(installationId: number, month: string): AsyncIterable<UsageCorrection>;
  /** Writes it and adds it to the sums, in one step. */
  record(correction: UsageCorrection): Promise<CorrectionOutcome>;
}

/** `known`: the tenant's ledger has that id already. `overtaken`: the machine was corrected meanwhile. */
export type CorrectionOutcome =
  | { readonly kind: 'recorded' | 'overtaken' }
  | { readonly kind: 'known'; readonly correction: UsageCorrection };
