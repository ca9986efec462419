import {
  alarmNamesOf,
  alarmsOf,
  describeAlarm,
  isObject,
  type AlarmKind,
  type App,
  type AppAlarm,
  type Created,
  type Removed,
  type SeenAlarm,
} from '@multi-tenant-runner/core';
import { isAwsRefusal, objects, unless, type AwsApi, type JsonAnswer } from './api';
import { listedTagsOf, type AppPlatformSettings } from './settings';

/**
 * Of a period, from the load balancer's figures of one target group. It reports none of what did not happen, so without
 * errors there is no share of them, and without requests nothing at all: neither is a reason.
 */
const WATCHED: Readonly<Record<AlarmKind, { readonly metric: string; readonly stat: string; readonly of: string }>> = {
  '5xx': { metric: 'HTTPCode_Target_5XX_Count', stat: 'Sum', of: '100 * watched / requests' },
  p95: { metric: 'TargetResponseTime', stat: 'p95', of: 'watched' },
};

/**
 * Alarms of apps' own, by the figures that the operator gives.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html
 */
export function createAlarms(api: AwsApi, settings: AppPlatformSettings) {
  const { environment, loadBalancers, rollbackAlarms } = settings;
  const cloudwatch = (action: string, input: object): Promise<JsonAnswer> => api.json('monitoring', action, input);
  const describe = async (AlarmNames: readonly string[], more: object = {}): Promise<readonly JsonAnswer[]> => {
    const { MetricAlarms } = await cloudwatch('DescribeAlarms', { AlarmNames, AlarmTypes: ['MetricAlarm'], ...more });
    return objects(MetricAlarms);
  };
  const asked = (app: App, alarm: AppAlarm, targetGroup: string) => {
    const listener = loadBalancers[app.slot?.alb ?? -1]?.listenerArn ?? '';
    const Dimensions = [
      { Name: 'LoadBalancer', Value: balancerIn(listener) },
      { Name: 'TargetGroup', Value: targetGroup.slice(targetGroup.lastIndexOf(':') + 1) },
    ];
    return inputOf(app, alarm, Dimensions);
  };
  return {
    /** Of the app's own names: those of figures that are no longer asked for as well. */
    find: async (app: App, targetGroup: string | undefined): Promise<readonly SeenAlarm[]> => {
      const standing = await describe(alarmNamesOf(environment, app.app));
      return standing.map((one) => {
        const name = String(one['AlarmName']);
        const wanted = alarmsOf(environment, app, rollbackAlarms.figures).find((alarm) => alarm.name === name);
        const isAsAsked =
          wanted !== undefined && targetGroup !== undefined && covers(one, asked(app, wanted, targetGroup));
        return { name, isAsAsked };
      });
    },
    /** Names of those that watch the app's versions and are on. */
    firing: async (app: App): Promise<readonly string[]> => {
      const names = [...rollbackAlarms.names, ...alarmNamesOf(environment, app.app)];
      const standing = await describe(names, { StateValue: 'ALARM' });
      return standing.map(({ AlarmName }) => String(AlarmName));
    },
    /** Whole each time: an alarm that stands is overwritten, and keeps its state and its tags. */
    put: async (app: App, alarm: AppAlarm, targetGroup: string): Promise<Created<string>> => {
      const Tags = listedTagsOf(environment, app);
      try {
        await cloudwatch('PutMetricAlarm', { ...asked(app, alarm, targetGroup), Tags });
        return { kind: 'created', id: alarm.name };
      } catch (error) {
        if (!isAwsRefusal(error, 'LimitExceeded', 'LimitExceededFault')) throw error;
        return { kind: 'refused', reason: `CloudWatch takes no more alarms: ${error.message}` };
      }
    },
    /** Those that are there go, also beside names that are not. */
    remove: async (AlarmNames: readonly string[]): Promise<Removed> => {
      await unless(['ResourceNotFound', 'ResourceNotFoundException'], () => cloudwatch('DeleteAlarms', { AlarmNames }));
      return 'removed';
    },
  };
}

interface Dimension {
  readonly Name: string;
  readonly Value: string;
}

function inputOf({ app }: App, alarm: AppAlarm, Dimensions: readonly Dimension[]) {
  const { name, kind, threshold, minimumRequests, periodSeconds, periods } = alarm;
  const { metric, stat, of } = WATCHED[kind];
  const query = (Id: string, MetricName: string, Stat: string) => ({
    Id,
    MetricStat: {
      Metric: { Namespace: 'AWS/ApplicationELB', MetricName, Dimensions },
      Period: periodSeconds,
      Stat,
    },
    ReturnData: false,
  });
  return {
    AlarmName: name,
    AlarmDescription: `Of the app ${app}: ${describeAlarm(alarm)}. ECS takes back the version that rolls out.`,
    ComparisonOperator: 'GreaterThanThreshold',
    Threshold: threshold,
    EvaluationPeriods: periods,
    DatapointsToAlarm: periods,
    TreatMissingData: 'notBreaching',
    Metrics: [
      { Id: 'judged', Expression: `IF(requests >= ${minimumRequests}, ${of}, 0)`, ReturnData: true },
      query('watched', metric, stat),
      query('requests', 'RequestCount', 'Sum'),
    ],
  };
}

/** `app/<name>/<id>`, as the metrics name a load balancer, of the ARN of its listener. */
function balancerIn(listenerArn: string): string {
  return /:listener\/(.+)\/[^/]+$/.exec(listenerArn)?.[1] ?? listenerArn;
}

/** AWS adds fields of its own, and promises no order of lists. */
function covers(standing: unknown, wanted: unknown): boolean {
  if (Array.isArray(wanted))
    return (
      Array.isArray(standing) &&
      standing.length === wanted.length &&
      wanted.every((one) => standing.some((other) => covers(other, one)))
    );
  if (!isObject(wanted)) return standing === wanted;
  return isObject(standing) && Object.entries(wanted).every(([key, value]) => covers(standing[key], value));
}
