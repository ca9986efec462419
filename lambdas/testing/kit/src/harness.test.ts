import { Crash, createTestHarness, INSTALLATION, MACHINE_URL, intent, job, launch } from './index';

const request = {
  installationId: INSTALLATION,
  launchId: '7001-1',
  tier: 'small',
  intent: intent(),
  userData: { machineUrl: MACHINE_URL, claimSecret: 'secret' },
};

describe('the harness of in-memory ports', () => {
  it('records calls through the ports, and none through the state behind them', async () => {
    const harness = createTestHarness();
    harness.addTenant();
    await harness.registry.get(INSTALLATION);
    await harness.state.tenants.get(INSTALLATION);
    expect(harness.names()).toEqual(['registry.get']);
  });

  it('cuts a call before its effect', async () => {
    const harness = createTestHarness();
    const undo = harness.onCall((port, method) => {
      if (port === 'fleet' && method === 'run') throw new Crash('before');
    });
    await expect(harness.fleet.run(request)).rejects.toThrow(Crash);
    expect(harness.state.fleet.machines.size).toBe(0);
    undo();
    await expect(harness.fleet.run(request)).resolves.toMatchObject({ kind: 'started' });
  });

  it('loses an answer after its effect', async () => {
    const harness = createTestHarness();
    harness.faults.loseAnswer('jobs.create');
    await expect(harness.jobs.create(job())).rejects.toThrow('the answer was lost');
    expect(harness.state.jobs.all()).toHaveLength(1);
    await expect(harness.jobs.create(job())).resolves.toMatchObject({ ok: false });
  });

  it('lets another caller act in the middle of a call', async () => {
    const harness = createTestHarness();
    harness.addTenant({ max_runners: 1 });
    harness.faults.before('admissions.admit', () => harness.state.tenants.takeSlot(INSTALLATION));
    const mine = { job: { kind: 'new', row: job() }, launch: launch() } as const;
    await expect(harness.admissions.admit(mine)).resolves.toMatchObject({ kind: 'tenant' });
  });

  it('keeps an index behind the truth until it catches up', async () => {
    const harness = createTestHarness();
    harness.state.launches.instanceIndex.hold();
    await harness.state.launches.create(launch({ instanceId: 'i-1' }));
    await expect(harness.launches.findByInstance('i-1')).resolves.toBeUndefined();
    harness.state.launches.instanceIndex.release();
    await expect(harness.launches.findByInstance('i-1')).resolves.toMatchObject({ launchId: '7001-1' });
  });

  it('gives machines and runners only to whom they belong', async () => {
    const harness = createTestHarness();
    harness.addTenant();
    harness.addTenant({ installation_id: 1002, org_name: 'other', account_id: 502 });
    const runner = { name: 'test-i-1', labels: ['small'], runnerGroupId: 1 };
    const own = { installationId: INSTALLATION, owner: 'acme', scope: 'org' } as const;
    await expect(harness.github.createJitConfig({ ...own, installationId: 1002 }, runner)).resolves.toMatchObject({
      kind: 'refused',
      status: 404,
    });
    await expect(harness.github.createJitConfig(own, runner)).resolves.toMatchObject({ kind: 'created' });
    await expect(harness.github.createJitConfig(own, runner)).resolves.toEqual({ kind: 'exists' });
  });
});
