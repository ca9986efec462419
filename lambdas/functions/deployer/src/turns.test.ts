import { HOUR, MINUTE, SECOND, buildAnotherRelease, namesOfApp, plus } from '@multi-tenant-runner/core';
import { ENVIRONMENT, TENANT, archiveOf, createDeployerHarness, type DeployerHarness } from '../test/deployer-harness';
import { tenantOf } from '../test/tenant-of';

const [FIRST, NEXT, THIRD, FOURTH] = ['a', 'b', 'c', 'd'].map((one) => one.repeat(40)) as [
  string,
  string,
  string,
  string,
];
const SOURCE = archiveOf({ Dockerfile: 'FROM scratch' });

let harness: DeployerHarness;
beforeEach(async () => {
  harness = createDeployerHarness();
  for (const commit of [FIRST, NEXT, THIRD, FOURTH]) harness.github.archives.set(commit, SOURCE);
  await harness.declare('shop');
});

const rows = async () => harness.deployments(await harness.app('shop'));
const states = async () => (await rows()).map(({ commit, state }) => [commit[0], state]);
const live = async () => (await harness.app('shop')).live?.commit;
const push = async (commit: string): Promise<void> => {
  harness.clock.advance(10 * SECOND);
  await harness.push(commit);
};
const finish = async (commit: string): Promise<void> => {
  await harness.built('shop', commit);
  await harness.settle();
};
const shown = (commit: string) => {
  const { id } = harness.github.deployments.find((one) => one.commit === commit) ?? {};
  return harness.github.told.filter((one) => one.id === id).map(({ state }) => state);
};
const rollBackTo = async (commit: string): Promise<void> => {
  harness.clock.advance(10 * SECOND);
  const app = await harness.app('shop');
  const version = { commit, digest: `sha256:${commit}` };
  const made = buildAnotherRelease('rollback', app, version, harness.clock.now());
  expect(await harness.tables.deployments.request(made)).toEqual({ kind: 'wanted' });
  await harness.event({ source: 'multi-tenant-runner', 'detail-type': 'x', detail: { installation_id: TENANT } });
};

it('an app that is asked for without end is given back, and the table tells the next invocation of it', async () => {
  let asks = 0;
  harness.aws.crash = (_operation, when) => {
    if (when === 'before' && (asks += 1) <= 100) void harness.tables.apps.ask('shop', harness.clock.now());
  };
  await harness.push(FIRST);
  const left = await harness.app('shop');
  const [said] = harness.log.lines.filter(({ level }) => level === 'warn').map(({ message }) => message);
  expect(said).toBe('An app does not come to rest; another invocation goes on');
  // Its own word is the last one: the stream acts on what was asked while nobody held the app.
  expect([left.leaseOwner, left.leaseUntil, left.asked !== left.restedAsked]).toEqual([undefined, undefined, true]);
  delete harness.aws.crash;
  await harness.sweep();
  await finish(FIRST);
  expect(await live()).toBe(FIRST);
});

it.each([5, 20, 45])('an app that is pushed each %s seconds, and builds for a minute, goes live', async (every) => {
  const quotas = new Map([['small', { apps: 5, tasks: 10, vcpu: 10, memoryGb: 20, secrets: 20, buildsPerHour: 60 }]]);
  harness.settings({ quotas });
  const asked = new Map<string, Date>();
  const served = new Set<string>();
  let last = '';
  for (let seconds = 0; seconds < 900; seconds += 5) {
    if (seconds < 600 && seconds % every === 0) {
      last = seconds.toString(16).padStart(12, '0').padEnd(40, 'a');
      harness.github.archives.set(last, SOURCE);
      await harness.push(last);
    }
    const [building, ...others] = (await rows()).filter(({ state }) => state === 'building');
    expect(others).toEqual([]);
    expect((await rows()).filter(({ state }) => state === 'queued').length).toBeLessThan(2);
    if (building) {
      const begun = asked.get(building.commit) ?? harness.clock.now();
      asked.set(building.commit, begun);
      if (harness.clock.now().getTime() - begun.getTime() >= MINUTE) await harness.built('shop', building.commit);
    }
    harness.aws.ecs.settle();
    harness.clock.advance(5 * SECOND);
    if (seconds % 30 === 0) await harness.sweep();
    served.add((await live()) ?? 'nothing');
  }
  expect(await live()).toBe(last);
  expect(served.size - 1).toBeGreaterThanOrEqual(7);
  expect((await harness.app('shop')).unfinished?.size ?? 0).toBe(0);
});

describe('while a build is under way', () => {
  beforeEach(() => push(FIRST));

  it('the newest push waits alone, and each that gives way is said so at once', async () => {
    await push(NEXT);
    await push(THIRD);
    expect(await states()).toEqual([
      ['c', 'queued'],
      ['b', 'superseded'],
      ['a', 'building'],
    ]);
    const [waiting, gone] = await rows();
    expect(waiting?.reason).toMatch(/deployment of aaaaaaa is under way/);
    expect(gone?.reason).toBe('A newer commit was asked for before its build began.');
    expect([shown(THIRD), shown(NEXT)]).toEqual([['queued'], ['queued', 'inactive']]);
    expect(harness.github.runs.length).toBe(1);
    await finish(FIRST);
    expect([await live(), harness.github.runs.length]).toEqual([FIRST, 2]);
    await finish(THIRD);
    expect([await live(), harness.github.runs.length]).toEqual([THIRD, 2]);
  });

  it('an older push, and the same one again, change nothing', async () => {
    const at = plus(harness.clock.now(), -MINUTE);
    await push(NEXT);
    await harness.push(NEXT);
    await harness.push(THIRD, { at });
    expect(await states()).toEqual([
      ['b', 'queued'],
      ['a', 'building'],
      ['c', 'superseded'],
    ]);
  });

  it('that fails, the one that waits begins with it', async () => {
    await push(NEXT);
    const [run] = harness.github.runs;
    if (run) run.run = { id: 1, status: 'completed', conclusion: 'cancelled' };
    await harness.event({
      source: 'multi-tenant-runner',
      'detail-type': 'workflow_run',
      detail: { installation: { id: TENANT }, repository: { id: 7 } },
    });
    expect(await states()).toEqual([
      ['b', 'building'],
      ['a', 'failed'],
    ]);
  });

  it('that never ends, the one that waits begins after its hour', async () => {
    await push(NEXT);
    harness.clock.advance(59 * MINUTE);
    await harness.sweep();
    expect((await states())[0]).toEqual(['b', 'queued']);
    harness.clock.advance(2 * MINUTE);
    await harness.sweep();
    expect(await states()).toEqual([
      ['b', 'building'],
      ['a', 'failed'],
    ]);
  });

  it('a version that crashes is taken back, and the one that waits begins', async () => {
    await push(NEXT);
    harness.aws.ecs.broken.add(
      `123456789012.dkr.ecr.us-east-1.amazonaws.com/${namesOfApp(ENVIRONMENT, 'shop').repository}@sha256:${FIRST}`,
    );
    await finish(FIRST);
    expect(await states()).toEqual([
      ['b', 'building'],
      ['a', 'rolled_back'],
    ]);
  });

  it('a push that gave way before its build began is no build of the hour', async () => {
    const quotas = new Map([['small', { apps: 5, tasks: 10, vcpu: 10, memoryGb: 20, secrets: 20, buildsPerHour: 2 }]]);
    harness.settings({ quotas });
    await push(NEXT);
    await push(THIRD);
    await push(FOURTH);
    await finish(FIRST);
    expect((await states())[0]).toEqual(['d', 'building']);
  });

  it('another size is no deployment before the one that waits', async () => {
    await harness.built('shop', FIRST);
    await push(NEXT);
    const quota = { apps: 5, tasks: 10, vcpu: 10, memoryGb: 20, secrets: 20, buildsPerHour: 5 };
    await harness.tables.apps.resize(await harness.app('shop'), { cpu: 512, memory: 1_024, count: 1 }, quota);
    await harness.settle();
    await finish(NEXT);
    expect(await states()).toEqual([
      ['b', 'live'],
      ['a', 'replaced'],
    ]);
    expect((await harness.app('shop')).live).toMatchObject({ commit: NEXT, shape: { cpu: 512 } });
  });

  it('a suspension holds both, and the end of it lets the first one serve first', async () => {
    await push(NEXT);
    harness.tenants.set(TENANT, tenantOf(TENANT, 'suspended'));
    await harness.built('shop', FIRST);
    harness.clock.advance(2 * HOUR);
    await harness.settle();
    expect(await states()).toEqual([
      ['b', 'queued'],
      ['a', 'building'],
    ]);
    harness.tenants.set(TENANT, tenantOf(TENANT));
    await harness.settle();
    expect(await live()).toBe(FIRST);
    await finish(NEXT);
    expect(await live()).toBe(NEXT);
  });

  it('a deletion ends both', async () => {
    await push(NEXT);
    await harness.tables.apps.change(await harness.app('shop'), { state: 'deleting' }, harness.clock.now());
    await harness.settle(4);
    expect(await states()).toEqual([
      ['b', 'superseded'],
      ['a', 'superseded'],
    ]);
    expect(await harness.app('shop')).toMatchObject({ state: 'deleted' });
  });
});

describe('a rollback by hand', () => {
  beforeEach(async () => {
    for (const commit of [FIRST, NEXT]) {
      await push(commit);
      await finish(commit);
    }
    await push(THIRD);
    await push(FOURTH);
    await rollBackTo(FIRST);
  });

  it('waits for no build, and ends the one that is under way', async () => {
    expect((await states()).slice(0, 3)).toEqual([
      ['a', 'releasing'],
      ['d', 'superseded'],
      ['c', 'superseded'],
    ]);
    expect((await rows())[2]?.reason).toBe('A rollback was asked for.');
    await harness.built('shop', THIRD);
    await harness.settle();
    expect(await live()).toBe(FIRST);
  });

  it('serves before a push that comes after it', async () => {
    await push('e'.repeat(40));
    expect((await states())[0]).toEqual(['e', 'queued']);
    await harness.settle();
    expect(await live()).toBe(FIRST);
  });
});

it('GitHub is told how a build ended, however many pushes came meanwhile', async () => {
  await push(FIRST);
  for (let times = 0; times < 30; times += 1) await push((times + 1).toString(16).padStart(40, '0'));
  await finish(FIRST);
  expect(shown(FIRST)).toEqual(['in_progress', 'in_progress', 'success']);
  expect(harness.github.told.filter(({ state }) => state === 'inactive').length).toBe(29);
});
