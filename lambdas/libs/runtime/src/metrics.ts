import { METRIC_NAMESPACE, type Clock, type Metrics } from '@multi-tenant-runner/core';
import { redact } from './redact';

export interface MetricsOptions {
  readonly environment: string;
  readonly clock: Clock;
  readonly write: (line: string) => void;
}

/**
 * CloudWatch's embedded metric format: one line, one count. Only `environment` and `tier` are dimensions: each further
 * value of a dimension is a metric to pay for, so a tenant's id stays a property that Logs Insights can group by.
 */
export function createMetrics({ environment, clock, write }: MetricsOptions): Metrics {
  return {
    count: (name, { tier, value = 1, properties = {} } = {}) => {
      const details = redact(properties);
      write(
        JSON.stringify({
          ...(typeof details === 'object' ? details : {}),
          _aws: {
            Timestamp: clock.now().getTime(),
            CloudWatchMetrics: [
              {
                Namespace: METRIC_NAMESPACE,
                // Without the tier too, so that an alarm on the whole environment needs no sum over tiers.
                Dimensions: tier === undefined ? [['environment']] : [['environment'], ['environment', 'tier']],
                Metrics: [{ Name: name, Unit: 'Count' }],
              },
            ],
          },
          environment,
          ...(tier !== undefined && { tier }),
          [name]: value,
        }),
      );
    },
  };
}
