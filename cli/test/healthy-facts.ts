import type { Fact, Facts } from '../src/doctor/facts';

export const known = <T>(value: T): Fact<T> => ({ known: true, value });

export const NOW = '2026-01-15T12:00:00.000Z';
const FUNCTIONS = ['webhook', 'scale-up', 'scale-down', 'machine', 'tenant-manager', 'recovery'];

/** A fleet with nothing to find. */
export const HEALTHY: Facts = {
  now: NOW,
  functions: known(
    FUNCTIONS.map((name) => ({
      name: `test-${name}`,
      state: 'Active',
      lastUpdate: 'Successful',
      runtime: 'nodejs22.x',
    })),
  ),
  triggers: known({ on: 3, off: 0 }),
  schedules: known([
    { name: 'test-sweep', enabled: true },
    { name: 'test-recovery', enabled: true },
  ]),
  runs: known(FUNCTIONS.map((name) => ({ name: `test-${name}`, invocations: 10, errors: 0, throttles: 0 }))),
  queues: known([
    { queue: 'test-builds-small', messages: 2 },
    { queue: 'test-builds-small-dlq', messages: 0 },
  ]),
  tables: known([{ name: 'test-tenants', pointInTimeRecovery: true, deletionProtection: true }]),
  alarms: known([{ name: 'test-capacity', state: 'OK', armed: true }]),
  logGroups: known([{ name: '/aws/lambda/test-webhook', retentionDays: 30 }]),
  key: known({}),
  token: known({}),
  app: known({
    slug: 'my-saas',
    permissions: { organization_self_hosted_runners: 'write', actions: 'read' },
    events: ['workflow_job'],
    showsChecks: false,
    clockSkewSeconds: 1,
  }),
  hook: known({ url: 'https://a.example.com/webhook', contentType: 'json', insecureSsl: false, hasSecret: true }),
  deliveries: known({ ok: 100, failed: 1 }),
  registry: known({ atGitHub: [1001], withoutChecks: [1001], here: [1001], partial: false }),
  fleet: known({
    isSample: false,
    tenants: [
      {
        ...{ name: 'acme', slots: 1, launchesWithSlot: 1, maxRunners: 2 },
        ...{ isUser: false as const, openCircuits: [], problems: [] },
      },
    ],
    launches: [{ launchId: '7001-1', state: 'running', updatedAt: '2026-01-15T11:00:00.000Z', instanceId: 'i-1' }],
    jobs: [{ jobId: 7001, state: 'running', queuedAt: '2026-01-15T10:00:00.000Z', gated: false }],
  }),
  machines: known([{ instanceId: 'i-1', since: '2026-01-15T11:00:00.000Z' }]),
  cpus: known({ quota: 640, needed: 64 }),
  subnets: known([{ id: 'subnet-a', free: 200 }]),
  images: known([
    { size: 'small', image: 'ami-1', exists: true, createdAt: '2026-01-10T00:00:00.000Z', runnerVersion: '2.335.0' },
  ]),
  releases: known([
    { version: '2.336.0', publishedAt: '2026-01-09T00:00:00Z' },
    { version: '2.335.0', publishedAt: '2025-12-20T00:00:00Z' },
    { version: '2.334.0', publishedAt: '2025-12-10T00:00:00Z' },
  ]),
  costTags: known(['ghr:tenant_id', 'ghr:tenant_tier', 'ghr:environment'].map((key) => ({ key, active: true }))),
};
