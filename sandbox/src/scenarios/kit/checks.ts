import type { Expectation } from './types';

export interface Checks {
  readonly check: (expectation: string, held: boolean, detail?: string) => void;
  readonly all: () => readonly Expectation[];
}

/** Keeps what was promised and whether it held; says each as it is known. */
export function createChecks(say: (line: string) => void): Checks {
  const kept: Expectation[] = [];
  return {
    check: (expectation, held, detail) => {
      kept.push({ expectation, held, ...(!held && detail !== undefined && { detail }) });
      say(`${held ? '✓' : '✗'} ${expectation}${held || detail === undefined ? '' : `: ${detail}`}`);
    },
    all: () => kept,
  };
}

export function allHeld(checks: readonly Expectation[]): boolean {
  return checks.length > 0 && checks.every((one) => one.held);
}
