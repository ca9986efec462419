import { MINUTE } from './time';

/** That a launch's machine has asked for its configuration. Of its secrets only SHA-256 is kept. */
export interface Claim {
  /** Of the number that this boot of the machine chose: whoever knows it may ask again, as an answer may be lost. */
  readonly nonceHash: string;
  /** Of the secret with which the machine reports. */
  readonly reportHash: string;
}

/** Milliseconds of each step of the boot script, by name. */
export type StepTimings = Readonly<Record<string, number>>;

/**
 * What a machine says of itself, as far as it decides something; all of it, with times, is in the log. A job that gets
 * hold of its machine can say anything, so this spares a machine or explains its end, and proves nothing.
 */
export interface MachineReports {
  readonly runnerVersion?: string;
  /** Whether a job runs, as the runner's hooks said last. */
  readonly activity?: 'busy' | 'idle';
  /** Why it ended itself; one of the codes in docs/runners.md. */
  readonly end?: string;
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

/** The end of the minute in which the machine said something last. ISO 8601. */
export function lastWordAt({ reports }: Reporting): string | undefined {
  return reports && new Date((reports.received.minute + 1) * MINUTE).toISOString();
}

/** A machine that says so is spared until its longest life is over. */
export function saysBusy({ reports }: Reporting): boolean {
  return reports?.activity === 'busy';
}

/** The hooks of a job say so, and nothing else does: a machine that said `busy` or `idle` once ran a job. */
export function hasWorked({ reports }: Reporting): boolean {
  return reports?.activity !== undefined;
}

/** Why a machine ended itself although it should not have; one of the codes in docs/runners.md. */
export function failureOf({ reports }: Reporting): string | undefined {
  const reason = reports?.end;
  return reason === 'job-done' ? undefined : reason;
}
