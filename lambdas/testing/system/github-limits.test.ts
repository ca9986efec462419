import { HOUR, MINUTE, type GitHubFailure } from '@multi-tenant-runner/core';
import { createSystem, type System } from './system';

const UNTIL = new Date('2026-01-15T12:40:00.000Z');
const LIMITED: GitHubFailure = { kind: 'limited', retryAt: UNTIL };
const GLOBEX = { installationId: 2002, owner: 'globex', ownerId: 502 };

function twoTenants(): System {
  const system = createSystem();
  system.harness.addTenant({ max_runners: 5 });
  system.harness.addTenant({
    installation_id: 2002,
    org_name: 'globex',
    account_id: 502,
    security_group_id: 'sg-globex',
    max_runners: 5,
  });
  return system;
}

describe('a tenant whom GitHub limits', () => {
  test('costs one machine at most: its other jobs are parked with the time, before EC2 is asked', async () => {
    const system = twoTenants();
    system.harness.state.github.fail(LIMITED, { installationId: 1001, method: 'createJitConfig' });
    for (let jobId = 1; jobId <= 20; jobId += 1) await system.queueJob(jobId);
    expect(system.harness.state.fleet.machines.size).toBe(1);
    for (let jobId = 1; jobId <= 20; jobId += 1) {
      expect(system.job(jobId)).toMatchObject({
        state: 'parked',
        reason: 'github-limited',
        nextTry: UNTIL.toISOString(),
      });
    }
    expect(system.slots()).toEqual([]);
    expect(system.harness.metrics.total('TenantGitHubLimited')).toBe(1);
  });

  test('is marked on its row, which every other worker reads', async () => {
    const system = twoTenants();
    system.harness.state.github.fail(LIMITED, { installationId: 1001, times: 1 });
    await system.queueJob(1);
    expect(system.harness.state.tenants.rows.get(1001)).toMatchObject({ github_limited_until: UNTIL.toISOString() });
    const before = system.harness.names().filter((name) => name.startsWith('github.')).length;
    await system.queueJob(2);
    expect(system.harness.names().filter((name) => name.startsWith('github.'))).toHaveLength(before);
  });

  test('delays no job of another tenant, whichever comes first', async () => {
    const system = twoTenants();
    system.harness.state.github.fail(LIMITED, { installationId: 1001 });
    await system.queueJob(1);
    await system.queueJob(2, GLOBEX);
    await system.queueJob(3);
    expect(system.job(2, 2002)).toMatchObject({ state: 'starting' });
    expect(system.harness.state.fleet.alive(2002)).toHaveLength(1);
  });

  test('is neither woken nor asked about before its time, and starts after it', async () => {
    const system = twoTenants();
    const undo = system.harness.state.github.fail(LIMITED, { installationId: 1001 });
    for (const jobId of [1, 2, 3]) await system.queueJob(jobId);
    undo();
    const before = system.harness.names().filter((name) => name.startsWith('github.')).length;
    for (let minute = 0; minute < 39; minute += 1) {
      system.harness.clock.advance(MINUTE);
      await system.sweep();
      await system.drain();
    }
    expect(system.harness.names().filter((name) => name.startsWith('github.'))).toHaveLength(before);
    system.harness.clock.advance(2 * MINUTE);
    await system.sweep();
    await system.drain();
    expect([1, 2, 3].map((jobId) => system.job(jobId).state)).toEqual(['starting', 'starting', 'starting']);
  });

  test('keeps its idle machines until then, and no machine beyond its lifetime', async () => {
    const system = twoTenants();
    await system.queueJob(1);
    await system.harness.registry.limitGitHub(1001, new Date(system.harness.clock.now().getTime() + HOUR));
    system.harness.clock.advance(30 * MINUTE);
    await system.sweep();
    expect(system.harness.state.fleet.alive(1001)).toHaveLength(1);
    expect(system.harness.names()).not.toContain('github.deleteRunner');
    await system.harness.registry.limitGitHub(1001, new Date(system.harness.clock.now().getTime() + 6 * HOUR));
    system.harness.clock.advance(361 * MINUTE);
    await system.sweep();
    expect(system.harness.state.fleet.alive(1001)).toEqual([]);
  });
});
