import type { Checks } from '../kit/checks';
import type { MtrResult } from './mtr';

export async function expectJson(
  checks: Checks,
  result: MtrResult,
  expectation: string,
  test: (answer: unknown) => boolean,
): Promise<void> {
  checks.check(expectation, result.code === 0 && test(JSON.parse(result.out)), JSON.stringify(result));
}

export function expectRefusal(checks: Checks, result: MtrResult, code: number, sentence: string): void {
  const held = result.code === code && result.out === '' && result.err.includes(sentence);
  checks.check(`mtr refuses with exit code ${code}: ${sentence}`, held, JSON.stringify(result));
}

export function rowsOf(answer: unknown): readonly Readonly<Record<string, unknown>>[] {
  const rows: unknown = Object(answer).rows;
  return Array.isArray(rows) ? rows : [];
}

export function holds(answer: unknown, expected: Readonly<Record<string, unknown>>): boolean {
  return Object.entries(expected).every(([name, value]) => Object(answer)[name] === value);
}
