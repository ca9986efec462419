import type { Expectation } from './types';

export interface Checks {
  readonly check: (expectation: string, held: boolean, detail?: string) => void;
  readonly all: () => readonly Expectation[];
}

/** Records each expectation and whether it held, and logs it at once. */
export function createChecks(log: (line: string) => void): Checks {
  const kept: Expectation[] = [];
  return {
    check: (expectation, held, detail) => {
      kept.push({ expectation, held, ...(!held && detail !== undefined && { detail }) });
      log(`${held ? '✓' : '✗'} ${expectation}${held || detail === undefined ? '' : `: ${detail}`}`);
    },
    all: () => kept,
  };
}

export function allHeld(checks: readonly Expectation[]): boolean {
  return checks.length > 0 && checks.every((one) => one.held);
}
