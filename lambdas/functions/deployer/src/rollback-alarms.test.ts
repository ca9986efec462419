import { HOUR, MINUTE, namesOfApp } from '@multi-tenant-runner/core';
import { ENVIRONMENT, TENANT, archiveOf, createDeployerHarness, type DeployerHarness } from '../test/deployer-harness';
import { tenantOf } from '../test/tenant-of';

const [FIRST, SECOND, THIRD] = ['a'.repeat(40), 'b'.repeat(40), 'c'.repeat(40)] as const;
const NEIGHBOUR = 2_002;
const [ERRORS, SLOW] = ['test-app-shop-5xx', 'test-app-shop-p95'] as const;

let harness: DeployerHarness;
beforeEach(async () => {
  harness = createDeployerHarness();
  harness.rollbackAlarms.figures = { ...harness.rollbackAlarms.figures, fiveXxPercent: 5, p95Seconds: 2 };
  for (const commit of [FIRST, SECOND, THIRD])
    harness.github.archives.set(commit, archiveOf({ Dockerfile: 'FROM scratch' }));
  await harness.declare('shop');
  await release(FIRST);
});

/** ECS has begun to roll it out. */
async function begin(commit: string): Promise<void> {
  harness.clock.advance(MINUTE);
  await harness.push(commit);
  await harness.built('shop', commit);
}

async function release(commit: string): Promise<void> {
  await begin(commit);
  await harness.settle();
}

const alarms = () => [...harness.aws.cloudwatch.alarms.keys()].sort();
const asked = (name: string) => harness.aws.cloudwatch.alarms.get(name)?.asked;
const service = (app = 'shop') => harness.aws.ecs.services.get(namesOfApp(ENVIRONMENT, app).service);
const last = async () => (await harness.deployments(await harness.app('shop')))[0];
const remove = async (): Promise<void> => {
  await harness.tables.apps.change(await harness.app('shop'), { state: 'deleting' }, harness.clock.now());
  await harness.settle(5);
};

describe('an app has alarms of its own', () => {
  it('on the figures of its own target group, before its service', () => {
    const [group] = harness.aws.elb.targetGroups.values();
    const Dimensions = [
      { Name: 'LoadBalancer', Value: 'listener-0' },
      { Name: 'TargetGroup', Value: group?.arn.split(':').at(-1) },
    ];
    const query = (Id: string, MetricName: string, Stat: string) => ({
      Id,
      MetricStat: { Metric: { Namespace: 'AWS/ApplicationELB', MetricName, Dimensions }, Period: 60, Stat },
      ReturnData: false,
    });
    const judged = (of: string) => ({ Id: 'judged', Expression: `IF(requests >= 20, ${of}, 0)`, ReturnData: true });
    expect(asked(ERRORS)).toMatchObject({
      ComparisonOperator: 'GreaterThanThreshold',
      Threshold: 5,
      EvaluationPeriods: 2,
      DatapointsToAlarm: 2,
      TreatMissingData: 'notBreaching',
      Metrics: [
        judged('100 * watched / requests'),
        query('watched', 'HTTPCode_Target_5XX_Count', 'Sum'),
        query('requests', 'RequestCount', 'Sum'),
      ],
    });
    expect(asked(SLOW)).toMatchObject({
      Threshold: 2,
      Metrics: [
        judged('watched'),
        query('watched', 'TargetResponseTime', 'p95'),
        query('requests', 'RequestCount', 'Sum'),
      ],
    });
    expect(service()?.alarms).toEqual([ERRORS, SLOW]);
    const { calls } = harness.aws;
    expect(calls.lastIndexOf('PutMetricAlarm')).toBeLessThan(calls.indexOf('CreateService'));
  });

  it('with the app and its tenant as tags', () => {
    const tags = Object.fromEntries(harness.aws.cloudwatch.alarms.get(ERRORS)?.tags ?? []);
    expect(tags).toMatchObject({ 'ghr:environment': 'test', 'ghr:app': 'shop', tenant_id: String(TENANT) });
  });

  it('by the figures as they are: changed ones replace an alarm, and one without a figure goes', async () => {
    const { minimumRequests, periodSeconds } = harness.rollbackAlarms.figures;
    harness.rollbackAlarms.figures = { minimumRequests, periodSeconds, periods: 3, fiveXxPercent: 10 };
    await release(SECOND);
    expect(alarms()).toEqual([ERRORS]);
    expect(asked(ERRORS)).toMatchObject({ Threshold: 10, EvaluationPeriods: 3 });
    expect(service()?.alarms).toEqual([ERRORS]);
    harness.rollbackAlarms.figures = { minimumRequests, periodSeconds, periods: 3 };
    await release(THIRD);
    expect([alarms(), service()?.alarms]).toEqual([[], []]);
  });

  it('also where somebody changed or deleted one by hand, within the hour', async () => {
    const { cloudwatch } = harness.aws;
    cloudwatch.operations['PutMetricAlarm']?.({ ...asked(ERRORS), Threshold: 99 });
    cloudwatch.alarms.delete(SLOW);
    harness.clock.advance(HOUR);
    await harness.settle(2);
    expect([asked(ERRORS)?.['Threshold'], alarms()]).toEqual([5, [ERRORS, SLOW]]);
  });

  it('and asks CloudWatch nothing as long as nothing else is to stand', async () => {
    const before = harness.aws.calls.filter((call) => call.endsWith('MetricAlarm')).length;
    await release(SECOND);
    expect(harness.aws.calls.filter((call) => call.endsWith('MetricAlarm')).length).toBe(before);
  });

  it('and a version fails with the reason where CloudWatch takes no more', async () => {
    await remove();
    await harness.declare('shop2', { repoId: 7 });
    harness.aws.cloudwatch.most = 0;
    harness.clock.advance(MINUTE);
    await harness.push(SECOND);
    await harness.built('shop2', SECOND);
    const [failed] = await harness.deployments(await harness.app('shop2'));
    expect(failed).toMatchObject({ state: 'failed', reason: expect.stringContaining('takes no more alarms') });
  });
});

describe('a version is taken back', () => {
  beforeEach(async () => {
    harness.tenants.set(NEIGHBOUR, tenantOf(NEIGHBOUR));
    await harness.declare('forum', { installationId: NEIGHBOUR });
    await harness.push(FIRST, { tenant: NEIGHBOUR });
    await harness.built('forum', FIRST);
    await harness.settle();
  });

  it.each([
    [ERRORS, 'ECS took the version back: more than 5 % of its answers were errors (5xx).'],
    [SLOW, 'ECS took the version back: more than 5 % of its answers took longer than 2 s.'],
  ])('by %s, with the reason; its neighbour stays as it was', async (name, reason) => {
    const neighbour = structuredClone(service('forum'));
    await begin(SECOND);
    harness.aws.cloudwatch.alarming.add(name);
    await harness.settle();
    expect(await last()).toMatchObject({ commit: SECOND, state: 'rolled_back', reason });
    expect((await harness.app('shop')).live?.commit).toBe(FIRST);
    expect(service()?.taskDefinition).toBe((await harness.app('shop')).live?.taskDefinition);
    expect(harness.github.told.at(-1)).toMatchObject({ state: 'failure', description: reason });
    expect(service('forum')).toEqual(neighbour);
  });

  it('never by an alarm that was on before it: it may mend what is wrong', async () => {
    harness.aws.cloudwatch.alarming.add(ERRORS);
    await release(SECOND);
    expect(await last()).toMatchObject({ commit: SECOND, state: 'live' });
  });

  it('never by the alarm of another app', async () => {
    await begin(SECOND);
    harness.aws.cloudwatch.alarming.add('test-app-forum-5xx');
    await harness.settle();
    expect(await last()).toMatchObject({ commit: SECOND, state: 'live' });
  });

  it('with ECS’s own words where the alarm is over by the time that we look', async () => {
    await begin(SECOND);
    harness.aws.cloudwatch.alarming.add(ERRORS);
    harness.aws.ecs.settle();
    harness.aws.cloudwatch.alarming.clear();
    await harness.settle();
    expect(await last()).toMatchObject({ state: 'rolled_back', reason: 'ECS deployment failed: alarm detected.' });
  });

  it('and leaves nothing in CloudWatch once its app is deleted; another’s stay', async () => {
    await remove();
    expect(alarms()).toEqual(['test-app-forum-5xx', 'test-app-forum-p95']);
    expect((await harness.app('shop')).proof?.left).toMatchObject({ alarms: 0 });
  });
});

it('a preview has no alarms, as each would cost what an app’s does', async () => {
  await harness.tables.apps.change(await harness.app('shop'), { preview: true }, harness.clock.now());
  harness.github.pulls.set(7, { isOpen: true, commit: THIRD, branch: 'feature', base: 'main', fromRepoId: 7 });
  await harness.pull(7, 'opened');
  await harness.built('pr-7--shop', THIRD);
  await harness.settle();
  expect((await harness.app('pr-7--shop')).live?.commit).toBe(THIRD);
  expect(alarms()).toEqual([ERRORS, SLOW]);
});
