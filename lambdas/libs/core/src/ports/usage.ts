import type { MachineLife, UsageSum } from '../model/usage';

/** The ledger: a row for each machine's life, and their sums by tenant, size, day and month. */
export interface UsageLedger {
  /**
   * Writes a machine's life and adds it to its sums, in one step and once: a repeat changes nothing. Answers the row
   * that stands.
   */
  record(life: MachineLife): Promise<MachineLife>;
  /** A tenant's ended machines of a day and of a month, over all sizes, strongly consistent. */
  sumsOf(installationId: number, when: UsagePeriods): Promise<PeriodSums>;
}

/** What operators read of the ledger. */
export interface UsageBooks {
  /** The sums of a month by tenant and size (an index: may lag); no scan, whatever the table holds. */
  sumsOfMonth(month: string): AsyncIterable<TenantSum>;
  /** A tenant's machines that ended in a month, by their start. */
  livesOf(installationId: number, month: string): AsyncIterable<MachineLife>;
}

export interface TenantSum extends UsageSum {
  readonly installationId: number;
  readonly tier: string;
}

/** UTC: `2026-01-15` and `2026-01`. */
export interface UsagePeriods {
  readonly day: string;
  readonly month: string;
}

export interface PeriodSums {
  readonly day: UsageSum;
  readonly month: UsageSum;
}
