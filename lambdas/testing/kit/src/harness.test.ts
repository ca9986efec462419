import { Crash, createWorld, INSTALLATION, intent, job, launch } from './index';

const request = { installationId: INSTALLATION, launchId: '7001-1', tier: 'small', intent: intent() };

describe('the world of in-memory ports', () => {
  it('records calls through the ports, and none through the state behind them', async () => {
    const world = createWorld();
    world.addTenant();
    await world.registry.get(INSTALLATION);
    await world.state.tenants.get(INSTALLATION);
    expect(world.names()).toEqual(['registry.get']);
  });

  it('cuts a call before its effect', async () => {
    const world = createWorld();
    const undo = world.onCall((port, method) => {
      if (port === 'fleet' && method === 'run') throw new Crash('before');
    });
    await expect(world.fleet.run(request)).rejects.toThrow(Crash);
    expect(world.state.fleet.machines.size).toBe(0);
    undo();
    await expect(world.fleet.run(request)).resolves.toMatchObject({ kind: 'started' });
  });

  it('loses an answer after its effect', async () => {
    const world = createWorld();
    world.faults.loseAnswer('jobs.create');
    await expect(world.jobs.create(job())).rejects.toThrow('the answer was lost');
    expect(world.state.jobs.all()).toHaveLength(1);
    await expect(world.jobs.create(job())).resolves.toMatchObject({ ok: false });
  });

  it('lets another caller act in the middle of a call', async () => {
    const world = createWorld();
    world.addTenant({ max_runners: 1 });
    world.faults.before('registry.admit', () => world.state.tenants.admit(INSTALLATION, 'other'));
    await expect(world.registry.admit(INSTALLATION, 'mine')).resolves.toMatchObject({ admitted: false });
  });

  it('keeps an index behind the truth until told otherwise', async () => {
    const world = createWorld();
    world.state.launches.instanceIndex.hold();
    await world.launches.create(launch({ instanceId: 'i-1' }));
    await expect(world.launches.findByInstance('i-1')).resolves.toBeUndefined();
    world.state.launches.instanceIndex.release();
    await expect(world.launches.findByInstance('i-1')).resolves.toMatchObject({ launchId: '7001-1' });
  });

  it('gives machines and runners only to whom they belong', async () => {
    const world = createWorld();
    world.addTenant();
    world.addTenant({ installation_id: 1002, org_name: 'other', account_id: 502 });
    const runner = { name: 'test-i-1', labels: ['small'], runnerGroupId: 1 };
    const own = { installationId: INSTALLATION, owner: 'acme', scope: 'org' } as const;
    await expect(world.github.createJitConfig({ ...own, installationId: 1002 }, runner)).resolves.toMatchObject({ kind: 'refused', status: 404 });
    await expect(world.github.createJitConfig(own, runner)).resolves.toMatchObject({ kind: 'created' });
    await expect(world.github.createJitConfig(own, runner)).resolves.toEqual({ kind: 'exists' });
  });
});
