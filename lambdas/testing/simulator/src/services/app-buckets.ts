import type { Scheduler } from '../engine/scheduler';

interface Bucket {
  readonly actions: ReadonlySet<string>;
  readonly burst: number;
  readonly perSecond: number;
}

const bucket = (burst: number, perSecond: number, ...actions: readonly string[]): Bucket => ({
  actions: new Set(actions),
  burst,
  perSecond,
});

/**
 * What AWS documents of an account and Region, as far as the deployer asks.
 *
 * ECS: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/request-throttling.html
 * Load balancing: https://docs.aws.amazon.com/elasticloadbalancing/latest/userguide/elb-api-throttling.html
 * EC2: https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html
 * Logs: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html
 * CloudWatch: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_limits.html
 * ECR: https://docs.aws.amazon.com/AmazonECR/latest/userguide/service-quotas.html
 */
const DOCUMENTED: readonly Bucket[] = [
  bucket(20, 1, 'RegisterTaskDefinition', 'DeregisterTaskDefinition'),
  bucket(50, 20, 'DescribeTaskDefinition', 'ListTaskDefinitions'),
  bucket(50, 5, 'CreateService', 'UpdateService', 'DeleteService'),
  bucket(100, 20, 'DescribeServices'),
  bucket(40, 10, 'DescribeTargetGroups', 'DescribeRules', 'DescribeTags'),
  bucket(
    20,
    3,
    'CreateTargetGroup',
    'ModifyTargetGroup',
    'DeleteTargetGroup',
    'CreateRule',
    'ModifyRule',
    'DeleteRule',
  ),
  bucket(100, 20, 'DescribeSecurityGroups'),
  bucket(50, 5, 'CreateSecurityGroup', 'AuthorizeSecurityGroupIngress', 'DeleteSecurityGroup'),
  bucket(10, 10, 'DescribeLogGroups'),
  bucket(10, 10, 'CreateLogGroup'),
  bucket(10, 10, 'PutImage'),
  bucket(9, 9, 'DescribeAlarms'),
  bucket(3, 3, 'PutMetricAlarm'),
  bucket(3, 3, 'DeleteAlarms'),
];

/** Beside its own bucket each call of load balancing takes from one of the account's. */
const BALANCING = bucket(40, 10, ...DOCUMENTED.slice(4, 6).flatMap(({ actions }) => [...actions]));

export interface AppBuckets {
  /** False: throttled. */
  take(action: string): boolean;
  readonly throttled: Map<string, number>;
}

/** @param raised how often as much as documented support has given the account of definitions and services */
export function createAppBuckets(scheduler: Scheduler, raised: number): AppBuckets {
  const throttled = new Map<string, number>();
  const isRaised = ({ actions }: Bucket): boolean =>
    actions.has('RegisterTaskDefinition') || actions.has('UpdateService');
  const all = [...DOCUMENTED, BALANCING].map(({ actions, burst, perSecond }) => {
    const times = isRaised({ actions, burst, perSecond }) ? raised : 1;
    return { actions, burst: burst * times, perSecond: perSecond * times, tokens: burst * times, at: scheduler.now() };
  });
  return {
    throttled,
    take: (action) => {
      const own = all.filter(({ actions }) => actions.has(action));
      for (const one of own) {
        one.tokens = Math.min(one.burst, one.tokens + ((scheduler.now() - one.at) / 1_000) * one.perSecond);
        one.at = scheduler.now();
      }
      if (own.some(({ tokens }) => tokens < 1)) {
        throttled.set(action, (throttled.get(action) ?? 0) + 1);
        return false;
      }
      for (const one of own) one.tokens -= 1;
      return true;
    },
  };
}
