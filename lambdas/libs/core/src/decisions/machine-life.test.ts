import { job, launch, intent, prices } from '@multi-tenant-runner/testing';
import { buildMachineLife, isEndedLaunch, type EndedLaunch } from './machine-life';

const ENDED: EndedLaunch = {
  ...launch({ state: 'ending', intent: intent() }),
  instanceId: 'i-1',
  launchedAt: '2026-01-15T12:00:00.000Z',
  takenBy: 7001,
  takenAt: '2026-01-15T12:01:00.000Z',
  jobEndedAt: '2026-01-15T12:09:00.000Z',
  machineEndedAt: '2026-01-15T12:10:00.000Z',
};

test('a life says whose the machine was, what it ran, how long, and what that cost', () => {
  const ran = job({ repo: 'app', owner: 'acme', workflow: 'CI' });
  expect(buildMachineLife(ENDED, { job: ran, prices: prices() })).toEqual({
    installationId: 1001,
    launchId: '7001-1',
    instanceId: 'i-1',
    accountId: 501,
    jobId: 7001,
    repository: 'acme/app',
    workflow: 'CI',
    tier: 'small',
    instanceType: 't3.medium',
    spot: false,
    startedAt: '2026-01-15T12:00:00.000Z',
    endedAt: '2026-01-15T12:10:00.000Z',
    seconds: 600,
    diskGb: 30,
    idlePercent: 20,
    price: { machineHour: 0.0416, diskHour: (30 * 0.08) / 730, asOf: '2026-01-01' },
    // Ten minutes of (0.0416 + 0.003288) dollars an hour.
    costMicros: 7_481,
  });
});

test('the account is the row’s where no job is known', () => {
  const life = buildMachineLife(ENDED, { accountId: 77, prices: prices() });
  expect(life).toMatchObject({ accountId: 77 });
  expect(life).not.toHaveProperty('repository');
});

test('a machine of seconds costs a minute, as EC2 bills it, and counts its seconds', () => {
  const short = { ...ENDED, machineEndedAt: '2026-01-15T12:00:10.000Z' };
  const minute = { ...ENDED, machineEndedAt: '2026-01-15T12:01:00.000Z' };
  const { seconds, costMicros } = buildMachineLife(short, { prices: prices() });
  expect(seconds).toBe(10);
  expect(costMicros).toBe(buildMachineLife(minute, { prices: prices() }).costMicros);
});

test('an end before the start, by a clock that is behind, is no time', () => {
  const early = { ...ENDED, machineEndedAt: '2026-01-15T11:59:00.000Z' };
  expect(buildMachineLife(early, { prices: prices() })).toMatchObject({ seconds: 0, idlePercent: 100 });
});

describe('a spot machine', () => {
  const spot = { ...ENDED, intent: intent({ spot: true }) };

  test('costs a share of the price on demand', () => {
    expect(buildMachineLife(spot, { prices: prices() }).price?.machineHour).toBeCloseTo(0.0416 * 0.35);
  });

  test('or its own price', () => {
    const own = { ...prices(), machineHour: new Map([['spot/t3.medium', 0.01]]) };
    expect(buildMachineLife(spot, { prices: own }).price?.machineHour).toBe(0.01);
  });
});

test('a machine without a price costs nothing that is known, and says so', () => {
  const life = buildMachineLife(ENDED, { prices: { ...prices(), machineHour: new Map() } });
  expect(life.costMicros).toBe(0);
  expect(life).not.toHaveProperty('price');
});

test('a machine that never had a job was idle all the time; one whose job has not ended was busy to the end', () => {
  const { takenAt: _takenAt, jobEndedAt: _jobEndedAt, ...unused } = ENDED;
  expect(buildMachineLife(unused, { prices: prices() }).idlePercent).toBe(100);
  const { jobEndedAt: _over, ...lost } = ENDED;
  expect(buildMachineLife(lost, { prices: prices() }).idlePercent).toBe(10);
});

test('only a launch whose machine has ended is a life', () => {
  expect(isEndedLaunch(ENDED)).toBe(true);
  const { instanceId: _instanceId, ...without } = ENDED;
  expect(isEndedLaunch(without)).toBe(false);
});
