import type { AppPlatformSettings } from '@multi-tenant-runner/aws';

export const SECRETS = 'arn:aws:secretsmanager:us-east-1:123456789012:secret:';

export type AlarmsToChange = {
  -readonly [K in keyof AppPlatformSettings['rollbackAlarms']]: AppPlatformSettings['rollbackAlarms'][K];
};

/** Two load balancers with room for five apps. */
export const platformOf = (environment: string): AppPlatformSettings => ({
  environment,
  region: 'us-east-1',
  vpcId: 'vpc-1',
  subnetIds: ['subnet-1'],
  cluster: 'apps',
  executionRoleArn: 'arn:aws:iam::123456789012:role/execution',
  roles: {
    arnPrefix: 'arn:aws:iam::123456789012:role/',
    path: '/',
    suffix: '',
    boundaryArn: 'arn:aws:iam::123456789012:policy/test-app-tasks',
    trust: '{}',
    arns: {
      secrets: SECRETS,
      repositories: 'arn:aws:ecr:us-east-1:123456789012:repository/',
      logGroups: 'arn:aws:logs:us-east-1:123456789012:log-group:',
    },
  },
  loadBalancers: [
    { listenerArn: 'listener-0', securityGroupId: 'sg-alb-0', rules: 3, firstPriority: 1_000 },
    { listenerArn: 'listener-1', securityGroupId: 'sg-alb-1', rules: 2, firstPriority: 1_000 },
  ],
  sourceBucket: 'sources',
  log: { retentionDays: 30 },
  registry: '123456789012.dkr.ecr.us-east-1.amazonaws.com',
  rollbackAlarms: { names: [], figures: { minimumRequests: 20, periodSeconds: 60, periods: 2 } },
});
