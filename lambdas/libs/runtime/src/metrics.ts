import { METRIC_NAMESPACE, type Clock, type MetricName, type Metrics } from '@multi-tenant-runner/core';
import { redact } from './redact';

export interface MetricsOptions {
  readonly environment: string;
  readonly clock: Clock;
  readonly write: (line: string) => void;
}

interface Measurement {
  readonly name: MetricName;
  readonly unit: 'Count' | 'Seconds';
  readonly value: number;
  readonly tier: string | undefined;
  readonly properties?: object;
}

/**
 * CloudWatch's embedded metric format: one value a line. Only `environment` and `tier` are dimensions: CloudWatch bills
 * each dimension value as a metric of its own, so a tenant's id stays a property that Logs Insights can group by.
 */
export function createMetrics({ environment, clock, write }: MetricsOptions): Metrics {
  const line = ({ name, unit, value, tier, properties = {} }: Measurement): string =>
    JSON.stringify({
      ...properties,
      _aws: {
        Timestamp: clock.now().getTime(),
        CloudWatchMetrics: [
          {
            Namespace: METRIC_NAMESPACE,
            // Also without the tier, so that an alarm on the whole environment needs no sum over tiers.
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
      const named = typeof details === 'object' && details !== null ? details : {};
      write(line({ name, unit: 'Count', value, tier, properties: named }));
    },
    measureSeconds: (name, value, { tier } = {}) => write(line({ name, unit: 'Seconds', value, tier })),
  };
}
