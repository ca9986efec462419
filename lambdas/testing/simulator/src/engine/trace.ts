import { createHash } from 'node:crypto';

/**
 * All events in order: their hash, by which two runs are compared, and on request their text.
 */
export interface Trace {
  /** Whether anybody wants to know: a description costs more than what it describes. */
  readonly isOn: boolean;
  note(at: number, what: string): void;
  digest(): string;
  readonly lines: readonly string[];
}

export function createTrace(keep: boolean, isOn = true): Trace {
  const hash = createHash('sha256');
  const lines: string[] = [];
  let pending = '';
  return {
    lines,
    isOn,
    note(at, what) {
      if (!isOn) return;
      const line = `${at} ${what}\n`;
      pending += line;
      if (pending.length > 65_536) {
        hash.update(pending);
        pending = '';
      }
      if (keep) lines.push(`${new Date(at).toISOString().slice(5, 23)} ${what}`);
    },
    digest: () => hash.copy().update(pending).digest('hex').slice(0, 16),
  };
}
