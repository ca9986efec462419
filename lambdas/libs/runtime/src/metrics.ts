import { METRIC_NAMESPACE, type Clock, type MetricName, type Metrics } from '@multi-tenant-runner/core';
import { redact } from './redact';

export interface MetricsOptions {
  readonly environment: string;
  readonly clock: Clock;
  readonly write: (line: string) => void;
}

/**
 * CloudWatch's embedded metric format: one line, one value. Only `environment` and `tier` are dimensions: each further
 * value of a dimension is a metric to pay for, so a tenant's id stays a property that Logs Insights can group by.
 */
export function createMetrics({ environment, clock, write }: MetricsOptions): Metrics {
  const line = (
    name: MetricName,
    unit: 'Count' | 'Seconds',
    value: number,
    tier: string | undefined,
    properties: object,
  ): string =>
    JSON.stringify({
      ...properties,
      _aws: {
        Timestamp: clock.now().getTime(),
        CloudWatchMetrics: [
          {
            Namespace: METRIC_NAMESPACE,
            // Without the tier too, so that an alarm on the whole environment needs no sum over tiers.
            Dimensions: tier === undefined ? [['environment']] : [['environment'], ['environment', 'tier']],
            Metrics: [{ Name: name, Unit: unit }],
          },
        ],
      },
      environment,
      ...(tier !== undefined && { tier }),
      [name]: value,
    });
  return {
    count: (name, { tier, value = 1, properties = {} } = {}) => {
      const details = redact(properties);
      write(line(name, 'Count', value, tier, typeof details === 'object' && details !== null ? details : {}));
    },
    measureSeconds: (name, seconds, { tier } = {}) => write(line(name, 'Seconds', seconds, tier, {})),
  };
}
