import { HOUR, MINUTE } from '@multi-tenant-runner/core';
import { createScheduler } from '../engine/scheduler';
import type { DrawFault } from '../scenario/faults';
import { FUNCTIONS_AT_ONCE, createAccount } from './account';
import { createAllowances } from './allowances';
import { createRegion } from './region';
import { withLimits } from './regional-faults';
import { createTraffic } from './traffic';

const start = () => createScheduler('2026-01-15T12:00:00.000Z');
const fine: DrawFault = () => ({ delay: 5, kind: 'none' });
const LARGE = 9;

function limitsOf({ machines = 1_000 } = {}) {
  const scheduler = start();
  const region = createRegion();
  const allowances = createAllowances(scheduler, (installationId) => installationId === LARGE);
  let left = machines;
  const takeMachines = (count: number): boolean => (left -= count) >= 0;
  return { region, allowances, draw: withLimits(fine, { region, allowances, takeMachines }) };
}

test('while the Region is down each call of AWS fails, and EC2 says that nobody knows; GitHub answers', () => {
  const { region, draw } = limitsOf();
  region.fail();
  expect(draw('jobs', 'get', [])).toMatchObject({ kind: 'fails' });
  expect(draw('fleet', 'run', [{}])).toMatchObject({ kind: 'instead', answer: { kind: 'unknown' } });
  expect(draw('github', 'getJob', [{ installationId: 1 }])).toMatchObject({ kind: 'none' });
  region.comeBack();
  expect(draw('jobs', 'get', [])).toMatchObject({ kind: 'none' });
});

test('EC2 counts machines, not only calls', () => {
  const { draw } = limitsOf({ machines: 30 });
  const ask = () => draw('fleet', 'runGroup', [{ launchIds: Array.from({ length: 25 }, String) }]);
  expect([ask(), ask()]).toMatchObject([{ kind: 'none' }, { answer: { kind: 'throttled' } }]);
});

test('an installation has 5,000 requests an hour and 900 points a minute, and a write costs five', () => {
  const { draw } = limitsOf();
  const write = (installationId: number) => draw('github', 'createJitConfig', [{ installationId }]);
  const answers = Array.from({ length: 181 }, () => write(1));
  expect(answers.slice(0, 180).every(({ kind }) => kind === 'none')).toBe(true);
  const retryAt = new Date(Date.parse('2026-01-15T12:00:00.000Z') + MINUTE);
  expect(answers[180]).toMatchObject({ answer: { kind: 'limited', retryAt } });
  expect(write(2)).toMatchObject({ kind: 'none' });
});

test('a token costs nothing, and a group once in ten seconds, unless nothing is left to ask for it', () => {
  const { allowances, draw } = limitsOf();
  const ask = (method: string) => draw('github', method, [{ installationId: 1 }]);
  for (const method of ['authorize', 'findRunnerGroup', 'findRunnerGroup']) ask(method);
  expect(allowances.left(1).remaining).toBe(4_999);

  const { allowances: spent, draw: drawOf } = limitsOf();
  const askFor = (method: string) => drawOf('github', method, [{ installationId: 1 }]);
  for (let count = 0; count < 900; count += 1) askFor('getJob');
  expect([askFor('authorize'), askFor('findRunnerGroup'), askFor('findRunnerGroup')]).toMatchObject([
    { kind: 'none' },
    { answer: { kind: 'limited' } },
    { answer: { kind: 'limited' } },
  ]);
  expect(spent.left(1).remaining).toBe(4_100);
});

test('GitHub says what is left of the hour; an organisation on Enterprise Cloud has more', () => {
  const { allowances, draw } = limitsOf();
  draw('github', 'getJob', [{ installationId: 1 }]);
  const resetAt = new Date(Date.parse('2026-01-15T12:00:00.000Z') + HOUR);
  expect(allowances.left(1)).toEqual({ limit: 5_000, remaining: 4_999, resetAt });
  expect(allowances.left(LARGE)).toMatchObject({ limit: 15_000 });
});

test('no more functions run at once than the account may have, and none while the Region is down', async () => {
  const scheduler = start();
  const region = createRegion();
  const account = createAccount({ scheduler, region });
  const ends: (() => void)[] = [];
  const outcomes: string[] = [];
  const lambda = account.run<number, number>({
    name: 'f',
    invocations: 0,
    invoke: (event, onEnd) => void ends.push(() => onEnd({ kind: 'answer', answer: event })),
  });
  for (let count = 0; count <= FUNCTIONS_AT_ONCE; count += 1)
    lambda.invoke(count, ({ kind }) => void outcomes.push(kind));
  await scheduler.run(() => false);
  expect([ends.length, outcomes, account.peak, account.throttled]).toEqual([1_000, ['error'], 1_000, 1]);
  ends[0]?.();
  region.fail();
  lambda.invoke(0, ({ kind }) => void outcomes.push(kind));
  await scheduler.run(() => false);
  expect(outcomes).toEqual(['error', 'answer', 'error']);
});

test('calls are counted by service, with the busiest second and what was turned away', () => {
  const { draw } = limitsOf({ machines: 1 });
  const traffic = createTraffic(start(), () => 'return', 'SSM');
  const counted = traffic.counted(draw);
  for (let call = 0; call < 3; call += 1) counted('fleet', 'run', [{}]);
  counted('configs', 'put', [{}]);
  const request = { launch: { installationId: 7 } };
  counted('admissions', 'read', [{ installationId: 7 }]);
  counted('admissions', 'admit', [request]);
  counted('admissions', 'admitAll', [[request, request]]);
  expect(Object.fromEntries(traffic.of('return'))).toEqual({
    RunInstances: { calls: 3, peak: 3, throttled: 2 },
    SSM: { calls: 1, peak: 1, throttled: 0 },
    DynamoDB: { calls: 3, peak: 3, throttled: 0 },
  });
  expect(traffic.hottestRow).toBe(2);
});
