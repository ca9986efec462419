import { parseScaleUpConfig } from './config';

const NAMES = [
  ...['TENANTS_TABLE', 'JOBS_TABLE', 'LAUNCHES_TABLE', 'USAGE_TABLE', 'ENVIRONMENT', 'GITHUB_APP_ID_PARAMETER'],
  ...['GITHUB_APP_KEY_PARAMETER', 'SHARED_SECURITY_GROUP_ID'],
];
const TIER = {
  labels: ['self-hosted', 'small'],
  max_runners: 2,
  rank: null,
  capacity: 'on-demand',
  runner_group_id: 1,
};
const ENV = {
  ...Object.fromEntries(NAMES.map((name) => [name, 'test'])),
  LOG_LEVEL: 'info',
  FUNCTION_TIMEOUT_SECONDS: '60',
  GITHUB_API_URL: 'https://api.github.com',
  MACHINE_URL: 'https://machine.example.com',
  MAX_RECEIVE_COUNT: '5',
  DEFAULT_TIER: 'small',
  TIER_ACCESS: 'any',
  ALLOW_PUBLIC_REPOSITORIES: 'false',
  TENANT_SECURITY_GROUPS: 'true',
  SUBNET_IDS: '["subnet-1"]',
  TIER_SUBNET_IDS: '{}',
  RUNNER_TAGS: '{}',
  RUNNER_TIERS: JSON.stringify({ small: { ...TIER, instance_types: ['t3.medium'] } }),
  TIER_QUEUE_URLS: '{"small":"https://sqs.us-east-1.amazonaws.com/123456789012/small"}',
  LAUNCH_TEMPLATES: '{"small":{"id":"lt-1","version":"1"}}',
  LAUNCH_RATE: '{"calls":{"burst":5,"per_second":2},"machines":{"burst":1000,"per_second":2}}',
  PRICES: '{"as_of":"today","machine_hour":{},"spot_share":0,"disk_gb_month":0,"disk_gb":{}}',
};

test('tenants that never share a call are those of their ids, as the messages of their jobs have them', () => {
  const { sharedCalls } = parseScaleUpConfig({ ...ENV, SHARED_CALLS: '{"small":["1001","1002"],"large":[]}' });
  expect(sharedCalls?.get('small')).toEqual(new Set([1001, 1002]));
  expect(sharedCalls?.get('large')).toEqual(new Set());
  expect(sharedCalls?.has('medium')).toBe(false);
});

test('without the variable no size has shared calls', () => {
  expect(parseScaleUpConfig(ENV).sharedCalls).toBeUndefined();
});
