/** That a launch's machine has asked for its configuration. Of its secrets only SHA-256 is kept. Times are ISO 8601. */
export interface Claim {
  readonly at: string;
  /** Of the number that this boot of the machine chose: whoever knows it may ask again, as an answer may be lost. */
  readonly nonceHash: string;
  /** Of the secret with which the machine reports. */
  readonly reportHash: string;
}

/** Milliseconds of each step of the boot script, by name. */
export type StepTimings = Readonly<Record<string, number>>;

/**
 * What a machine says of itself. A job that gets hold of its machine can say anything, so this spares a machine or
 * explains its end, and proves nothing. Times are ours, ISO 8601.
 */
export interface MachineReports {
  readonly boot?: {
    readonly at: string;
    readonly timings: StepTimings;
    readonly runnerVersion?: string;
    readonly runnerAgeDays?: number;
  };
  /** Whether a job runs, as the runner's hooks said last. */
  readonly activity?: 'busy' | 'idle';
  readonly activityAt?: string;
  /** It said at least once that a job ran. */
  readonly worked?: boolean;
  readonly end?: { readonly at: string; readonly reason: string; readonly timings: StepTimings };
  /** What bounds the reports of one machine. */
  readonly received: {
    /** The last report's minute since 1970, and how many came in it. */
    readonly minute: number;
    readonly inMinute: number;
    readonly total: number;
    readonly logBytes: number;
  };
}

type Reporting = { readonly reports?: MachineReports };

/**
 * Whether the runner's configuration is known to be removed: that is done behind the first report, before it is
 * answered, and before a second one is recorded.
 */
export function hasLetGo({ reports }: Reporting): boolean {
  return reports !== undefined && reports.received.total > 1;
}

/** A machine that says so is spared until its longest life is over. */
export function saysBusy({ reports }: Reporting): boolean {
  return reports?.activity === 'busy';
}

/** The hooks of a job report, and nothing else does: a machine that said `busy` once ran a job. */
export function hasWorked({ reports }: Reporting): boolean {
  return reports?.worked === true;
}

/** Why a machine ended itself although it should not have; one of the codes in docs/runners.md. */
export function failureOf({ reports }: Reporting): string | undefined {
  const reason = reports?.end?.reason;
  return reason === 'job-done' ? undefined : reason;
}
