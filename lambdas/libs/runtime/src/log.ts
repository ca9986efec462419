import type { Clock, Log } from '@multi-tenant-runner/core';
import { redact, redactText } from './redact';

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export interface LogOptions {
  readonly level: LogLevel;
  readonly clock: Clock;
  /** One line without its end. */
  readonly write: (line: string) => void;
}

type Fields = Readonly<Record<string, unknown>>;

/**
 * One JSON object a line. A log holds no state: `with` answers a new one, so that nothing of one invocation, and
 * nothing of one tenant, is on the next one's lines.
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

/** Straight to the stream: Lambda's own `console` puts a prefix before each line, and then a metric is no metric. */
export function writeLine(line: string): void {
  process.stdout.write(`${line}\n`);
}
