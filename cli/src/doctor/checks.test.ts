import { HEALTHY, known } from '../../test/healthy-facts';
import type { State } from './check';
import type { Facts, FleetFact, ImageFact } from './facts';
import { CHECKS, runChecks } from './run-checks';

const OLD = '2026-01-15T08:00:00.000Z';

type Value<K extends keyof Facts> = Extract<Facts[K], { readonly known: true }>['value'];

function healthy<K extends Exclude<keyof Facts, 'now'>>(name: K): Value<K> {
  const fact = HEALTHY[name];
  if (!fact.known) throw new Error(`${name} is not known`);
  return fact.value as Value<K>;
}

const fleet = (more: Partial<FleetFact>): Partial<Facts> => ({ fleet: known({ ...healthy('fleet'), ...more }) });
const image = (more: Partial<ImageFact>): Partial<Facts> => ({
  images: known([{ size: 'small', image: 'ami-1', exists: true, ...more }]),
});
const tenant = {
  name: 'acme',
  slots: 0,
  launchesWithSlot: 0,
  maxRunners: 2,
  isUser: false,
  openCircuits: [],
  problems: [],
};
const job = { jobId: 1, state: 'parked', queuedAt: '2026-01-15T11:59:00.000Z', gated: false };
const run = { name: 'test-scale-down', invocations: 10, errors: 0, throttles: 0 };
const functions = healthy('functions');
const FOR_APPS = { ...healthy('app').permissions, contents: 'read', actions: 'write', deployments: 'write' };
const WITH_CHECKS = { ...healthy('app').permissions, checks: 'write' };

/** For each check what it must find something in. */
const BROKEN: Readonly<Record<string, readonly (readonly [State, Partial<Facts>, string])[]>> = {
  app: [
    ['failing', { key: known({ refused: 'GitHub answers 401 to /app: Bad credentials' }) }, 'GitHub answers 401'],
    ['unknown', { key: { known: false, because: 'getaddrinfo ENOTFOUND' } }, 'ENOTFOUND'],
  ],
  token: [['failing', { token: known({ refused: 'GitHub answers 403 to /app/installations' }) }, 'answers 403']],
  clock: [['warning', { app: known({ ...healthy('app'), clockSkewSeconds: -90 }) }, '90 s behind']],
  permissions: [
    ['failing', { app: known({ ...healthy('app'), permissions: { actions: 'read' } }) }, 'self_hosted_runners: write'],
    ['failing', fleet({ tenants: [{ ...tenant, isUser: true }] }), 'administration: write'],
  ],
  checks: [
    ['warning', { app: known({ ...healthy('app'), showsChecks: true }) }, 'not the permission checks: write'],
    ['warning', { app: known({ ...healthy('app'), showsChecks: true, permissions: WITH_CHECKS }) }, ': 1001'],
  ],
  apps: [
    ['warning', { app: known({ ...healthy('app'), events: ['workflow_job', 'push'] }) }, 'contents: read'],
    [
      'warning',
      { app: known({ ...healthy('app'), events: ['workflow_job', 'push', 'pull_request'], permissions: FOR_APPS }) },
      'lacks pull_requests: read',
    ],
  ],
  events: [['failing', { app: known({ ...healthy('app'), events: [] }) }, 'workflow_job is off']],
  webhook: [
    ['failing', { hook: known({ insecureSsl: false, hasSecret: true }) }, 'not set'],
    ['failing', { hook: known({ ...healthy('hook'), hasSecret: false }) }, 'no secret'],
    ['failing', { hook: known({ ...healthy('hook'), contentType: 'form' }) }, 'not JSON'],
    ['warning', { hook: known({ ...healthy('hook'), insecureSsl: true }) }, 'certificate'],
  ],
  deliveries: [['failing', { deliveries: known({ ok: 50, failed: 50, lastFailure: '401' }) }, '50 of the last 100']],
  registry: [
    [
      'warning',
      { registry: known({ atGitHub: [1001, 1002], withoutChecks: [], here: [1001], partial: false }) },
      'without a row: 1002',
    ],
    [
      'warning',
      { registry: known({ atGitHub: [], withoutChecks: [], here: [1001], partial: false }) },
      'without an installation: 1001',
    ],
  ],
  functions: [
    ['failing', { functions: known([{ name: 'test-machine' }]) }, 'no test-machine'],
    ['failing', { functions: known([{ name: 'test-machine', state: 'Failed', lastUpdate: 'Failed' }]) }, 'is Failed'],
  ],
  runtime: [
    ['warning', { functions: known(functions.map((one) => ({ ...one, runtime: 'nodejs20.x' }))) }, '(nodejs20.x)'],
  ],
  launches: [
    ['failing', { triggers: known({ on: 0, off: 3 }) }, 'frozen'],
    ['failing', { triggers: known({ on: 0, off: 0 }) }, 'reads no queue'],
  ],
  schedules: [['failing', { schedules: known([{ name: 'test-sweep', enabled: false }]) }, 'sweep nor the recovery']],
  'sweep-on-time': [['failing', { runs: known([{ ...run, invocations: 2 }]) }, 'succeeded 2 times']],
  'recovery-on-time': [['failing', { runs: known([{ ...run, name: 'test-recovery', errors: 10 }]) }, '0 times']],
  errors: [
    ['warning', { runs: known([{ ...run, errors: 1 }]) }, 'test-scale-down (1 of 10)'],
    ['failing', { runs: known([{ ...run, errors: 10 }]) }, '(10 of 10)'],
  ],
  throttles: [['warning', { runs: known([{ ...run, throttles: 4 }]) }, 'test-scale-down (4)']],
  'dead-letters': [['failing', { queues: known([{ queue: 'test-sweep-dlq', messages: 1 }]) }, 'test-sweep-dlq (1)']],
  backlog: [['warning', { queues: known([{ queue: 'test-builds-small', messages: 9_000 }]) }, '(9000)']],
  'point-in-time-recovery': [
    ['failing', { tables: known([{ name: 't', pointInTimeRecovery: false, deletionProtection: true }]) }, "t can't be"],
  ],
  'deletion-protection': [
    ['warning', { tables: known([{ name: 't', pointInTimeRecovery: true, deletionProtection: false }]) }, 't may be'],
  ],
  'alarms-armed': [
    ['warning', { alarms: known([]) }, 'no alarms'],
    ['warning', { alarms: known([{ name: 'a', state: 'OK', armed: false }]) }, '1 of 1 alarms'],
  ],
  'alarms-quiet': [['failing', { alarms: known([{ name: 'test-lag', state: 'ALARM', armed: true }]) }, 'test-lag']],
  'log-retention': [['warning', { logGroups: known([{ name: '/aws/lambda/x' }]) }, '/aws/lambda/x']],
  rows: [['failing', fleet({ tenants: [{ ...tenant, problems: ['tier is unknown'] }] }), 'acme: tier is unknown']],
  slots: [['warning', fleet({ tenants: [{ ...tenant, slots: 1 }] }), 'acme (1, and 0 hold one)']],
  'limits-kept': [['warning', fleet({ tenants: [{ ...tenant, slots: 1, maxRunners: 0 }] }), 'acme (1 of 0)']],
  'stuck-launches': [
    ['failing', fleet({ launches: [{ launchId: '7001-1', state: 'held', updatedAt: OLD }] }), '(held)'],
  ],
  'overdue-jobs': [['failing', fleet({ jobs: [{ ...job, reason: 'error', nextTry: OLD }] }), 'Due for ten minutes: 1']],
  'long-waits': [['warning', fleet({ jobs: [{ ...job, queuedAt: OLD }] }), 'over an hour: 1']],
  circuits: [['failing', fleet({ tenants: [{ ...tenant, slots: 1, openCircuits: ['large'] }] }), 'acme: large']],
  rates: [['warning', fleet({ jobs: [{ ...job, reason: 'ec2-throttled' }] }), 'holds back: 1']],
  machines: [
    ['failing', { machines: known([]) }, 'does not have: 7001-1'],
    ['failing', fleet({ launches: [] }), 'that cost: i-1'],
  ],
  cpus: [['warning', { cpus: known({ quota: 5, needed: 64 }) }, 'are 64 vCPUs, and EC2 allows 5']],
  addresses: [
    ['failing', { subnets: known([{ id: 'subnet-a', free: 3 }]) }, 'subnet-a (3)'],
    [
      'warning',
      {
        subnets: known([
          { id: 'subnet-a', free: 3 },
          { id: 'subnet-b', free: 99 },
        ]),
      },
      'subnet-a (3)',
    ],
  ],
  images: [['failing', image({ exists: false }), 'no image ami-1 (small)']],
  'image-age': [['warning', image({ createdAt: '2025-11-01T00:00:00Z' }), 'small (ami-1, 75 days)']],
  'runner-version': [
    ['failing', image({ pinnedVersion: '2.99.0' }), '2.99.0 pinned for small (late by 6 days)'],
    ['warning', image({ pinnedVersion: '2.334.0' }), '2.334.0 pinned for small (4 days left)'],
    ['warning', image({ runnerVersion: '2.99.0' }), 'at 2.336.0'],
    ['warning', image({ runnerVersion: '2.99.0' }), '2.99.0 in the image of small (late by 6 days)'],
    [
      'warning',
      fleet({ launches: healthy('fleet').launches.map((one) => ({ ...one, runnerVersion: '2.99.0' })) }),
      '2.99.0 on machines that run (late by 6 days)',
    ],
  ],
  'cost-tags': [['warning', { costTags: known([{ key: 'ghr:tenant_id', active: true }]) }, 'ghr:tenant_tier']],
};

test('a healthy fleet has nothing to find', () => {
  expect(runChecks(HEALTHY).filter(({ state }) => state !== 'ok')).toEqual([]);
});

test('every check has a fleet that fails it', () => {
  expect(Object.keys(BROKEN).sort()).toEqual(CHECKS.map(({ name }) => name).sort());
});

const cases = Object.entries(BROKEN).flatMap(([name, all]) =>
  all.map(([state, facts, says]) => ({ name, state, facts, says })),
);

test.each(cases)('$name is $state: $says', ({ name, state, facts, says }) => {
  const finding = runChecks({ ...HEALTHY, ...facts }).find(({ check }) => check === name);
  expect(finding).toMatchObject({ state, says: expect.stringContaining(says) });
  expect(finding?.mend === undefined).toBe(state === 'unknown');
});

test('what could not be found out is unknown, with the reason, and no finding', () => {
  const denied = { known: false, because: 'AccessDenied: you may not.' } as const;
  const facts = Object.fromEntries(Object.keys(HEALTHY).map((name) => [name, denied]));
  const findings = runChecks({ ...HEALTHY, ...facts, now: HEALTHY.now });
  expect(findings.every(({ state, says }) => state === 'unknown' && says.includes('you may not'))).toBe(true);
});

test('a registry that was read in part alone says nothing', () => {
  const facts = {
    ...HEALTHY,
    registry: known({ atGitHub: [1001, 1002], withoutChecks: [], here: [1001], partial: true }),
  };
  expect(runChecks(facts).find(({ check }) => check === 'registry')).toMatchObject({ state: 'ok' });
});

test("machines of tenants that were not looked at are nobody's strays, and what is under way is no finding", () => {
  const stateOf = (facts: Partial<Facts>) =>
    runChecks({ ...HEALTHY, ...facts }).find(({ check }) => check === 'machines')?.state;
  const started = { instanceId: 'i-2', since: '2026-01-15T11:55:00.000Z' };
  expect(stateOf(fleet({ launches: [], isSample: true }))).toBe('ok');
  expect(stateOf({ machines: known([...healthy('machines'), started]) })).toBe('ok');
});
