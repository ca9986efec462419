import { createFleetMonitor, type ObservedMachine } from '../kit/fleet-monitor';
import { countMetrics } from '../kit/emf';
import { allHeld, createChecks } from '../kit/checks';
import { createPoller, PollTimeout } from '../kit/poller';
import { summaryTable } from '../kit/table';
import type { DemoReport } from '../kit/types';
import { upgradeCommand } from './upgrade';

const TAGS = {
  'ghr:tenant_id': '7',
  'ghr:tenant_tier': 'small',
  'ghr:environment': 'sandbox',
  'ghr:runner_tier': 'small',
};
const machine = (id: string, state: string, tags: Record<string, string> = TAGS): ObservedMachine => ({
  id,
  state,
  tags,
  groups: [`sg-of-${id}`],
});

describe('the fleet monitor', () => {
  it('counts what holds a slot and keeps the most it saw', () => {
    const fleetMonitor = createFleetMonitor();
    fleetMonitor.setLimit(7, 2);
    fleetMonitor.sample([
      machine('i-1', 'running'),
      machine('i-2', 'pending'),
      machine('i-3', 'shutting-down'),
      machine('i-4', 'terminated'),
    ]);
    fleetMonitor.sample([machine('i-1', 'stopped')]);
    expect([fleetMonitor.peak(7), fleetMonitor.running(7), fleetMonitor.samples()]).toEqual([2, 1, 2]);
    expect(fleetMonitor.machinesOf(7)).toEqual(['i-1', 'i-2', 'i-3', 'i-4']);
    expect(fleetMonitor.violations()).toEqual([]);
  });

  it('sees one machine too many, in a single sample', () => {
    const fleetMonitor = createFleetMonitor();
    fleetMonitor.setLimit(7, 1);
    fleetMonitor.sample([machine('i-1', 'running'), machine('i-2', 'stopping')]);
    fleetMonitor.sample([machine('i-1', 'running')]);
    expect(fleetMonitor.violations()).toEqual(['tenant 7 had 2 machines, its limit is 1']);
  });

  it('sees machines without a tenant and missing tags', () => {
    const fleetMonitor = createFleetMonitor();
    fleetMonitor.sample([machine('i-1', 'running', {})]);
    expect(fleetMonitor.violations()).toHaveLength(5);
  });

  it("knows that a machine of a shared call is nobody's at first, and its group as long as it lives", () => {
    const fleetMonitor = createFleetMonitor();
    fleetMonitor.setLimit(7, 1);
    const blank = { 'ghr:blank_id': 'order-1' };
    fleetMonitor.sample([machine('i-1', 'pending', blank), machine('i-2', 'pending', blank)]);
    fleetMonitor.sample([machine('i-1', 'running', { ...TAGS, ...blank }), machine('i-2', 'terminated', blank)]);
    fleetMonitor.sample([{ ...machine('i-1', 'terminated'), groups: [] }]);
    expect(fleetMonitor.violations()).toEqual([]);
    expect([fleetMonitor.machinesOf(7), fleetMonitor.groupsOf('i-1')]).toEqual([['i-1'], ['sg-of-i-1']]);
  });
});

it('adds up the counts in log lines, and passes over the rest', () => {
  const emf = (values: Record<string, unknown>, Unit = 'Count'): string =>
    JSON.stringify({
      _aws: { CloudWatchMetrics: [{ Metrics: Object.keys(values).map((Name) => ({ Name, Unit })) }] },
      ...values,
    });
  expect(
    countMetrics([
      'START',
      '{"level":"info"}',
      '{broken',
      emf({ TenantOnboarded: 1 }),
      `prefix ${emf({ TenantOnboarded: 1, Other: [1, 1] })}`,
      emf({ OldestJobAge: 40 }, 'Seconds'),
    ]),
  ).toEqual({ TenantOnboarded: 2, Other: 2 });
});

it('writes the command of the README', () => {
  expect(upgradeCommand('my-saas-tenants', 12345678)).toBe(`aws dynamodb update-item --table-name my-saas-tenants \\
  --key '{"installation_id": {"N": "12345678"}}' \\
  --update-expression "SET tier = :tier, max_runners = :max, updated_at = :now" \\
  --expression-attribute-values '{":tier":{"S":"medium"},":max":{"N":"5"},":now":{"S":"2024-01-15T12:00:00Z"}}'`);
});

it('holds only when each expectation held and there were any', () => {
  const said: string[] = [];
  const checks = createChecks((line) => said.push(line));
  expect(allHeld(checks.all())).toBe(false);
  checks.check('one', true, 'not said');
  expect(allHeld(checks.all())).toBe(true);
  checks.check('two', false, 'why');
  expect(allHeld(checks.all())).toBe(false);
  expect(said).toEqual(['✓ one', '✗ two: why']);
});

it('waits for a condition until its deadline or an abort', async () => {
  const asked = [undefined, undefined, 'there'];
  expect(await createPoller(5, new AbortController().signal).until('it', async () => asked.shift())).toBe('there');
  await expect(createPoller(-1, new AbortController().signal).until('it', async () => undefined)).rejects.toThrow(
    PollTimeout,
  );
  await expect(
    createPoller(5, AbortSignal.abort(new Error('Ctrl-C'))).until('it', async () => 'there'),
  ).rejects.toThrow('Ctrl-C');
});

describe('the summary table', () => {
  const report: DemoReport = {
    tenants: [
      {
        tenant: 'acme',
        installation_id: 1,
        tier: 'medium',
        jobs: 5,
        runners: 5,
        peak_runners: 4,
        limit: 5,
        waited: 2,
        longest_wait_seconds: 14.26,
        result: '5 of 5 succeeded',
      },
      {
        tenant: 'jane',
        installation_id: 2,
        tier: 'small',
        jobs: 1,
        runners: 1,
        peak_runners: 1,
        limit: 2,
        waited: 0,
        longest_wait_seconds: 0,
        result: '1 of 1 succeeded',
      },
    ],
    checks: [{ expectation: 'one', held: true }],
    metrics: { TenantOnboarded: 2 },
    upgrade_command: '',
  };

  it('has one row a tenant', () => {
    expect(summaryTable(report)).toBe(
      [
        'tenant  tier    jobs  runners  peak  limit  waited            result',
        '──────  ──────  ────  ───────  ────  ─────  ────────────────  ────────────────',
        'acme    medium     5        5     4      5  2 (up to 14.3 s)  5 of 5 succeeded',
        'jane    small      1        1     1      2  -                 1 of 1 succeeded',
        '',
        'metrics seen in the logs: TenantOnboarded 2',
        'all 1 expectations held',
      ].join('\n'),
    );
  });

  it('names what did not hold', () => {
    const broken = { ...report, checks: [...report.checks, { expectation: 'two', held: false, detail: 'why' }] };
    expect(summaryTable(broken)).toContain('1 of 2 expectations did not hold:\n  ✗ two: why');
  });
});
