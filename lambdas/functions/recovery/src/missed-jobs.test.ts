import { DAY, HOUR, MINUTE, OPEN_RUN_STATUSES, plus, type WaitingJob } from '@multi-tenant-runner/core';
import { INSTALLATION, job } from '@multi-tenant-runner/testing';
import { recoveryWorld, type RecoveryWorld } from '../test/recovery-harness';
import { ROUND, WHOLE_ROUND } from './plan-scans';

const SMALL = ['self-hosted', 'linux', 'x64', 'small'];

function waiting(world: RecoveryWorld, overrides: Partial<WaitingJob> = {}): WaitingJob {
  return { jobId: 7001, runId: 6001, labels: SMALL, queuedAt: plus(world.clock.now(), -5 * MINUTE).toISOString(), ...overrides };
}

const sent = (world: RecoveryWorld): number[] => world.state.queue.jobs.map(({ jobId }) => jobId).sort();
const asked = (world: RecoveryWorld): string[] => world.calls.filter(({ port }) => port === 'search').map(({ method }) => method);
/** What follows a whole search of every repository. */
async function afterFirstSearch(world: RecoveryWorld): Promise<void> {
  await world.run();
  world.calls.length = 0;
  world.state.queue.jobs.length = 0;
}

describe('a job that no webhook told of', () => {
  it('is found in a tenant that was never searched and goes the webhook’s way', async () => {
    const world = recoveryWorld();
    world.addTenant();
    const repository = world.state.search.addRepository(INSTALLATION, { name: 'shop' });
    world.state.search.addJob(repository, waiting(world));
    await world.run();
    expect(world.state.queue.jobs).toEqual([
      {
        ...{ installationId: INSTALLATION, jobId: 7001, runId: 6001, owner: 'acme', ownerId: 501, ownerType: 'Organization', repo: 'shop', isPublic: false },
        ...{ labels: SMALL, tier: 'small', queuedAt: '2026-01-15T11:55:00.000Z', deliveryId: 'recovery' },
      },
    ]);
    expect(world.metrics.total('JobsFound')).toBe(1);
  });

  it('is left alone when it has a row, other labels, or passed GitHub’s 24 hours', async () => {
    const world = recoveryWorld();
    world.addTenant();
    const repository = world.state.search.addRepository(INSTALLATION);
    await world.state.jobs.create(job({ jobId: 1, state: 'parked', reason: 'limit' }));
    world.state.search.addJob(repository, waiting(world, { jobId: 1 }));
    world.state.search.addJob(repository, waiting(world, { jobId: 2, labels: ['ubuntu-latest'] }));
    world.state.search.addJob(repository, waiting(world, { jobId: 3, queuedAt: plus(world.clock.now(), -25 * HOUR).toISOString() }));
    await world.run();
    expect(sent(world)).toEqual([]);
    expect(world.metrics.total('JobsFound')).toBe(0);
  });

  it('is refused by the same rules as the webhook’s', async () => {
    const world = recoveryWorld();
    world.addTenant();
    world.state.search.addJob(world.state.search.addRepository(INSTALLATION, { isPublic: true }), waiting(world));
    await world.run();
    expect(sent(world)).toEqual([]);
    expect(world.state.jobs.all()).toMatchObject([{ jobId: 7001, state: 'refused', reason: 'public-repository' }]);
  });

  it.each(OPEN_RUN_STATUSES)('is found in a run that is %s, as a run is what its least advanced job is', async (status) => {
    const world = recoveryWorld();
    world.addTenant();
    world.state.search.addRepository(INSTALLATION);
    world.state.search.runs.set('acme/app', [{ runId: 6001, status, jobs: [waiting(world)] }]);
    await world.run();
    expect(sent(world)).toEqual([7001]);
  });

  it('is found in the oldest of 150 queued runs', async () => {
    const world = recoveryWorld();
    world.addTenant();
    const repository = world.state.search.addRepository(INSTALLATION);
    for (let n = 1; n <= 150; n += 1) world.state.search.addJob(repository, waiting(world, { jobId: n, runId: n }));
    await world.run();
    world.clock.advance(2 * MINUTE);
    await world.run();
    expect(sent(world)).toContain(1);
    expect(new Set(sent(world)).size).toBe(150);
  });

  it('is found within the stated time where nobody pushed for weeks, and a hundred newer jobs ran elsewhere', async () => {
    const world = recoveryWorld();
    world.addTenant();
    const quiet = world.state.search.addRepository(INSTALLATION, { name: 'quiet', pushedAt: plus(world.clock.now(), -20 * DAY).toISOString() });
    for (let n = 1; n <= 100; n += 1) await world.state.jobs.create(job({ jobId: n, repo: 'busy', state: 'completed' }));
    await afterFirstSearch(world);
    world.state.search.addJob(quiet, waiting(world));
    const start = world.clock.now().getTime();
    while (sent(world).length === 0 && world.clock.now().getTime() - start <= WHOLE_ROUND + ROUND) {
      world.clock.advance(2 * MINUTE);
      await world.run();
    }
    expect(sent(world)).toEqual([7001]);
  });
});

describe('who is searched', () => {
  it('is a tenant after a suspension, whoever lifted it and however the news was lost', async () => {
    const world = recoveryWorld();
    const row = world.addTenant();
    const repository = world.state.search.addRepository(INSTALLATION);
    await afterFirstSearch(world);
    world.state.tenants.rows.set(INSTALLATION, { ...row, status: 'suspended' });
    world.clock.advance(2 * MINUTE);
    await world.run();
    expect(asked(world)).toEqual([]);
    // By hand: nothing but the status says so.
    world.state.tenants.rows.set(INSTALLATION, row);
    world.state.search.addJob(repository, waiting(world, { queuedAt: world.clock.now().toISOString() }));
    world.clock.advance(MINUTE);
    await world.run();
    expect(sent(world)).toEqual([7001]);
  });

  it('is a tenant whose suspension nobody saw, by its row’s time', async () => {
    const world = recoveryWorld();
    const row = world.addTenant();
    await afterFirstSearch(world);
    world.state.tenants.rows.set(INSTALLATION, { ...row, updated_at: '2026-01-15T12:00:30.000Z' });
    world.clock.advance(MINUTE);
    await world.run();
    expect(asked(world)).toEqual(['listRepositories']);
    await world.run();
    expect(asked(world)).toEqual(['listRepositories']);
  });

  it('is an active tenant once a round, in the repositories that were busy or pushed to of late', async () => {
    const world = recoveryWorld();
    world.addTenant();
    const now = world.clock.now();
    const quiet = world.state.search.addRepository(INSTALLATION, { name: 'quiet', pushedAt: plus(now, -3 * DAY).toISOString() });
    const pushed = world.state.search.addRepository(INSTALLATION, { name: 'pushed', pushedAt: plus(now, -HOUR).toISOString() });
    const heard = world.state.search.addRepository(INSTALLATION, { name: 'Heard' });
    const dormant = world.state.search.addRepository(INSTALLATION, { name: 'dormant', pushedAt: now.toISOString(), dormant: true });
    await world.state.jobs.create(job({ jobId: 1, repo: 'heard', state: 'completed' }));
    await afterFirstSearch(world);
    for (const [index, repository] of [quiet, pushed, heard, dormant].entries()) world.state.search.addJob(repository, waiting(world, { jobId: 7001 + index, runId: 6001 + index }));
    world.clock.advance(ROUND - MINUTE);
    await world.run();
    expect(asked(world)).toEqual([]);
    world.clock.advance(MINUTE);
    await world.run();
    expect(sent(world)).toEqual([7002, 7003]);
  });

  it('is nobody whose webhook may still be on its way, until the next round', async () => {
    const world = recoveryWorld();
    world.addTenant();
    const repository = world.state.search.addRepository(INSTALLATION, { pushedAt: world.clock.now().toISOString() });
    await afterFirstSearch(world);
    world.clock.advance(ROUND);
    world.state.search.addJob(repository, waiting(world, { queuedAt: plus(world.clock.now(), -MINUTE).toISOString() }));
    await world.run();
    expect(sent(world)).toEqual([]);
    world.clock.advance(ROUND);
    await world.run();
    expect(sent(world)).toEqual([7001]);
  });

  it('is no tenant that GitHub asked another function to leave alone', async () => {
    const world = recoveryWorld();
    const row = world.addTenant();
    world.state.tenants.rows.set(INSTALLATION, { ...row, github_limited_until: plus(world.clock.now(), MINUTE).toISOString() });
    await world.run();
    expect(asked(world)).toEqual([]);
    world.clock.advance(2 * MINUTE);
    await world.run();
    expect(asked(world)).toEqual(['listRepositories']);
  });

  it('is no tenant that is deleted', async () => {
    const world = recoveryWorld();
    world.addTenant({ status: 'deleted', cleanup: 'done' });
    await world.run();
    expect(asked(world)).toEqual([]);
  });
});

describe('a search that is cut off', () => {
  function large(world: RecoveryWorld, repositories: number): void {
    world.addTenant();
    world.state.search.pageSize.value = 40;
    for (let n = 0; n < repositories; n += 1) world.state.search.addJob(world.state.search.addRepository(INSTALLATION, { name: `app-${n}` }), waiting(world, { jobId: 1_000 + n, runId: 1_000 + n }));
  }

  it('goes on where it stopped until every repository was looked at once', async () => {
    const world = recoveryWorld();
    large(world, 100);
    for (let run = 0; run < 8; run += 1) {
      await world.run();
      world.clock.advance(2 * MINUTE);
    }
    expect(sent(world)).toHaveLength(100);
    expect(new Set(sent(world)).size).toBe(100);
    expect(world.state.recovery.scans.get(INSTALLATION)?.phase).toBe('done');
  });

  it('comes forward within a repository of many runs', async () => {
    const world = recoveryWorld();
    world.addTenant();
    const repository = world.state.search.addRepository(INSTALLATION);
    for (let n = 0; n < 250; n += 1) world.state.search.addJob(repository, waiting(world, { jobId: 1_000 + n, runId: 1_000 + n }));
    for (let run = 0; run < 6; run += 1) {
      await world.run();
      world.clock.advance(2 * MINUTE);
    }
    expect(new Set(sent(world)).size).toBe(250);
  });

  it('stops for the quarter of an hour at half of the installation’s budget, and until it is refilled at a tenth', async () => {
    const world = recoveryWorld();
    large(world, 3);
    const resetAt = plus(world.clock.now(), HOUR);
    world.state.search.budget = { limit: 5_000, remaining: 2_400, resetAt };
    await world.run();
    expect(sent(world)).toHaveLength(0);
    expect(world.state.recovery.scans.get(INSTALLATION)?.notBefore).toBe(plus(world.clock.now(), 15 * MINUTE).toISOString());
    world.clock.advance(15 * MINUTE);
    world.state.search.budget = { limit: 5_000, remaining: 400, resetAt };
    await world.run();
    expect(world.state.recovery.scans.get(INSTALLATION)?.notBefore).toBe(resetAt.toISOString());
  });
});

describe('one tenant’s failure', () => {
  const second = { installation_id: 1002, org_name: 'globex', account_id: 502 };
  function both(): RecoveryWorld {
    const world = recoveryWorld();
    world.addTenant();
    world.addTenant(second);
    world.state.search.addJob(world.state.search.addRepository(INSTALLATION), waiting(world));
    world.state.search.addJob(world.state.search.addRepository(1002, { owner: 'globex', ownerId: 502 }), waiting(world, { jobId: 8001, runId: 8000 }));
    return world;
  }

  it('by GitHub’s limit makes it wait as long as GitHub says, and nobody else', async () => {
    const world = both();
    const retryAt = plus(world.clock.now(), 30 * MINUTE);
    world.state.search.fail({ kind: 'limited', retryAt }, { installationId: INSTALLATION, times: 1 });
    await world.run();
    expect(sent(world)).toEqual([8001]);
    world.clock.advance(29 * MINUTE);
    await world.run();
    expect(sent(world)).toEqual([8001]);
    world.clock.advance(2 * MINUTE);
    await world.run();
    expect(sent(world)).toEqual([7001, 8001]);
  });

  it('by a refusal ends its search until the next round', async () => {
    const world = both();
    world.state.search.fail({ kind: 'refused', status: 403, message: 'Resource not accessible by integration' }, { installationId: INSTALLATION, times: 1 });
    await world.run();
    expect(sent(world)).toEqual([8001]);
    world.clock.advance(ROUND);
    await world.run();
    expect(sent(world)).toContain(7001);
  });

  it('by an error is its own, is counted, and is tried again', async () => {
    const world = both();
    const undo = world.faults.before('jobs.listRecent', (installationId) => {
      if (installationId === INSTALLATION) throw new Error('no answer');
    });
    await world.run();
    expect(sent(world)).toEqual([8001]);
    expect(world.metrics.counted.filter(({ name }) => name === 'RecoveryFailed')).toMatchObject([{ properties: { part: 'jobs', tenant_id: INSTALLATION } }]);
    undo();
    await world.run();
    expect(sent(world)).toEqual([7001, 8001]);
  });

  it('in one repository that GitHub does not show leaves the others', async () => {
    const world = recoveryWorld();
    world.addTenant();
    world.state.search.addRepository(INSTALLATION, { name: 'gone' });
    world.state.search.addJob(world.state.search.addRepository(INSTALLATION), waiting(world));
    world.state.search.fail({ kind: 'refused', status: 404, message: 'Not Found' }, { repository: 'acme/gone' });
    await world.run();
    expect(sent(world)).toEqual([7001]);
    expect(world.state.recovery.scans.get(INSTALLATION)?.phase).toBe('done');
  });
});
