import type { Expectation } from './types';

export interface Expectations {
  readonly check: (expectation: string, held: boolean, detail?: string) => void;
  readonly all: () => readonly Expectation[];
}

/** Keeps what was promised and whether it held; says each as it is known. */
export function createExpectations(say: (line: string) => void): Expectations {
  const kept: Expectation[] = [];
  return {
    check: (expectation, held, detail) => {
      kept.push({ expectation, held, ...(!held && detail !== undefined && { detail }) });
      say(`${held ? '✓' : '✗'} ${expectation}${held || detail === undefined ? '' : `: ${detail}`}`);
    },
    all: () => kept,
  };
}

export function allHeld(expectations: readonly Expectation[]): boolean {
  return expectations.length > 0 && expectations.every((one) => one.held);
}
