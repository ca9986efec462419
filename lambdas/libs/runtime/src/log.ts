import type { Clock, Log } from '@multi-tenant-runner/core';
import { redact, redactText } from './redact';

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export interface LogOptions {
  readonly level: LogLevel;
  readonly clock: Clock;
  /** Writes one line; the text has no newline. */
  readonly write: (line: string) => void;
}

type Fields = Readonly<Record<string, unknown>>;

/**
 * One JSON object per line. A log has no state: `with` returns a new one, so that no field of one invocation or tenant
 * appears on another's lines.
 */
export function createLog(options: LogOptions, context: Fields = {}): Log {
  const at = (level: LogLevel) => {
    if (LOG_LEVELS.indexOf(level) < LOG_LEVELS.indexOf(options.level)) return () => undefined;
    return (message: string, fields: Fields = {}): void => {
      const details = redact({ ...context, ...fields });
      const line = {
        ...(typeof details === 'object' ? details : {}),
        level,
        time: options.clock.now().toISOString(),
        message: redactText(message),
      };
      options.write(JSON.stringify(line));
    };
  };
  return {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    with: (fields) => createLog(options, { ...context, ...fields }),
  };
}

/** Directly to stdout: Lambda's `console` prefixes each line, and CloudWatch ignores a prefixed metric. */
export function writeLine(line: string): void {
  process.stdout.write(`${line}\n`);
}
