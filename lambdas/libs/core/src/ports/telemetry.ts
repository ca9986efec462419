import type { MetricName } from '../model/names';

export interface Log {
  debug(message: string, fields?: Readonly<Record<string, unknown>>): void;
  info(message: string, fields?: Readonly<Record<string, unknown>>): void;
  warn(message: string, fields?: Readonly<Record<string, unknown>>): void;
  error(message: string, fields?: Readonly<Record<string, unknown>>): void;
  /** The same log with fields on every line; never persistent across invocations. */
  with(fields: Readonly<Record<string, unknown>>): Log;
}

export interface Metrics {
  /** Dimension `environment`, and `tier` where given; everything else is a property of the log line. */
  count(
    name: MetricName,
    options?: {
      readonly tier?: string;
      readonly value?: number;
      readonly properties?: Readonly<Record<string, unknown>>;
    },
  ): void;
  /** A level that is read off, not an event that is counted; seconds. Same dimensions. */
  measureSeconds(name: MetricName, seconds: number, options?: { readonly tier?: string }): void;
}
