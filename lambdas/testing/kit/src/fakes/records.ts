import type { Log, MetricName, Metrics } from '@multi-tenant-runner/core';

type Fields = Readonly<Record<string, unknown>>;

export interface LogLine {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly message: string;
  readonly fields: Fields;
}

export interface RecordingLog extends Log {
  readonly lines: LogLine[];
}

export function createRecordingLog(): RecordingLog {
  const lines: LogLine[] = [];
  const make = (context: Fields): Log => {
    const at = (level: LogLine['level']) => (message: string, fields?: Fields) =>
      void lines.push({ level, message, fields: { ...context, ...fields } });
    return {
      debug: at('debug'),
      info: at('info'),
      warn: at('warn'),
      error: at('error'),
      with: (fields) => make({ ...context, ...fields }),
    };
  };
  return Object.assign(make({}), { lines });
}

export interface CountedMetric {
  readonly name: MetricName;
  readonly value: number;
  readonly tier?: string;
  readonly properties: Fields;
}

export interface RecordingMetrics extends Metrics {
  readonly counted: CountedMetric[];
  /** The sum of what was counted under a name. */
  total(name: MetricName): number;
}

export function createRecordingMetrics(): RecordingMetrics {
  const counted: CountedMetric[] = [];
  return {
    counted,
    total: (name) => counted.filter((metric) => metric.name === name).reduce((sum, metric) => sum + metric.value, 0),
    count: (name, options) =>
      void counted.push({
        name,
        value: options?.value ?? 1,
        properties: options?.properties ?? {},
        ...(options?.tier !== undefined && { tier: options.tier }),
      }),
    measureSeconds: (name, seconds, options) =>
      void counted.push({
        name,
        value: seconds,
        properties: {},
        ...(options?.tier !== undefined && { tier: options.tier }),
      }),
  };
}
