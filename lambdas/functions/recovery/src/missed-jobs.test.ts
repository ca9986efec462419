import { DAY, HOUR, MINUTE, OPEN_RUN_STATUSES, plus, type WaitingJob } from '@multi-tenant-runner/core';
import { INSTALLATION, job } from '@multi-tenant-runner/testing';
import { createRecoveryHarness, type RecoveryHarness } from '../test/recovery-harness';
import { READ_EVERY } from './overview';
import { QUIET_ROUND, ROUND, WHOLE_ROUND } from './plan-scans';

const SMALL = ['self-hosted', 'linux', 'x64', 'small'];

function waiting(harness: RecoveryHarness, overrides: Partial<WaitingJob> = {}): WaitingJob {
  return {
    jobId: 7001,
    runId: 6001,
    labels: SMALL,
    queuedAt: plus(harness.clock.now(), -5 * MINUTE).toISOString(),
    ...overrides,
  };
}

const sent = (harness: RecoveryHarness): number[] => harness.state.queue.jobs.map(({ jobId }) => jobId).sort();
const asked = (harness: RecoveryHarness): string[] =>
  harness.calls.filter(({ port }) => port === 'search').map(({ method }) => method);

function addEndedRuns(harness: RecoveryHarness, count: number, createdAt = harness.clock.now().toISOString()): void {
  const ended = Array.from({ length: count }, (_, index) => ({
    runId: 9_000 + index,
    status: 'completed' as const,
    jobs: [],
    createdAt,
  }));
  harness.state.search.runs.set('acme/app', [...(harness.state.search.runs.get('acme/app') ?? []), ...ended]);
}

/** What follows a whole search of every repository. */
async function afterFirstSearch(harness: RecoveryHarness): Promise<void> {
  await harness.run();
  harness.calls.length = 0;
  harness.state.queue.jobs.length = 0;
}

/** A tenant whose repository was pushed to, and whose second search is due. */
async function dueAgain() {
  const harness = createRecoveryHarness();
  harness.addTenant();
  const repository = harness.state.search.addRepository(INSTALLATION, { pushedAt: harness.clock.now().toISOString() });
  await afterFirstSearch(harness);
  harness.clock.advance(ROUND);
  return { harness, repository };
}

describe('a job that no webhook told of', () => {
  it('is found in a tenant that was never searched and goes the webhook’s way', async () => {
    const harness = createRecoveryHarness();
    harness.addTenant();
    const repository = harness.state.search.addRepository(INSTALLATION, { name: 'shop' });
    harness.state.search.addJob(repository, waiting(harness));
    await harness.run();
    expect(harness.state.queue.jobs).toEqual([
      {
        ...{
          installationId: INSTALLATION,
          jobId: 7001,
          runId: 6001,
          owner: 'acme',
          ownerId: 501,
          ownerType: 'Organization',
          repo: 'shop',
          isPublic: false,
        },
        ...{ labels: SMALL, tier: 'small', queuedAt: '2026-01-15T11:55:00.000Z', deliveryId: 'recovery' },
      },
    ]);
    expect(harness.metrics.total('JobsFound')).toBe(1);
  });

  it('is left alone when it has a row, other labels, or passed GitHub’s 24 hours', async () => {
    const harness = createRecoveryHarness();
    harness.addTenant();
    const repository = harness.state.search.addRepository(INSTALLATION);
    await harness.state.jobs.create(job({ jobId: 1, state: 'parked', reason: 'limit' }));
    harness.state.search.addJob(repository, waiting(harness, { jobId: 1 }));
    harness.state.search.addJob(repository, waiting(harness, { jobId: 2, labels: ['ubuntu-latest'] }));
    harness.state.search.addJob(
      repository,
      waiting(harness, { jobId: 3, queuedAt: plus(harness.clock.now(), -25 * HOUR).toISOString() }),
    );
    await harness.run();
    expect(sent(harness)).toEqual([]);
    expect(harness.metrics.total('JobsFound')).toBe(0);
  });

  it('is refused by the same rules as the webhook’s', async () => {
    const harness = createRecoveryHarness();
    harness.addTenant();
    harness.state.search.addJob(harness.state.search.addRepository(INSTALLATION, { isPublic: true }), waiting(harness));
    await harness.run();
    expect(sent(harness)).toEqual([]);
    expect(harness.state.jobs.all()).toMatchObject([{ jobId: 7001, state: 'refused', reason: 'public-repository' }]);
  });

  it.each(OPEN_RUN_STATUSES)(
    'is found in a run that is %s, as a run is what its least advanced job is',
    async (status) => {
      const harness = createRecoveryHarness();
      harness.addTenant();
      harness.state.search.addRepository(INSTALLATION);
      harness.state.search.runs.set('acme/app', [{ runId: 6001, status, jobs: [waiting(harness)] }]);
      await harness.run();
      expect(sent(harness)).toEqual([7001]);
    },
  );

  it('is found by one call where the newest page has all runs, though GitHub’s index has stopped', async () => {
    const harness = createRecoveryHarness();
    harness.addTenant();
    harness.state.search.indexStopped = true;
    harness.state.search.addJob(harness.state.search.addRepository(INSTALLATION), waiting(harness));
    await harness.run();
    expect(sent(harness)).toEqual([7001]);
    expect(asked(harness)).toEqual(['listRepositories', 'listNewestRuns', 'listQueuedJobs']);
  });

  it('is found behind a hundred newer runs of the day', async () => {
    const { harness, repository } = await dueAgain();
    harness.state.search.addJob(repository, waiting(harness, { runId: 1 }));
    addEndedRuns(harness, 100);
    await harness.run();
    expect(sent(harness)).toEqual([7001]);
  });

  it('is found in an old run that was started again, by the next search of all', async () => {
    const harness = createRecoveryHarness();
    harness.addTenant();
    harness.state.search.addRepository(INSTALLATION, { pushedAt: harness.clock.now().toISOString() });
    const createdAt = plus(harness.clock.now(), -2 * DAY).toISOString();
    addEndedRuns(harness, 100, createdAt);
    await afterFirstSearch(harness);
    harness.clock.advance(ROUND);
    const again = { runId: 1, status: 'queued' as const, createdAt, jobs: [waiting(harness)] };
    harness.state.search.runs.set('acme/app', [...(harness.state.search.runs.get('acme/app') ?? []), again]);
    await harness.run();
    expect(asked(harness)).toEqual(['listRepositories', 'listNewestRuns']);
    harness.clock.advance(WHOLE_ROUND);
    await harness.run();
    expect(sent(harness)).toEqual([7001]);
  });

  it('is found in the oldest of 150 queued runs', async () => {
    const harness = createRecoveryHarness();
    harness.addTenant();
    const repository = harness.state.search.addRepository(INSTALLATION);
    for (let n = 1; n <= 150; n += 1) harness.state.search.addJob(repository, waiting(harness, { jobId: n, runId: n }));
    await harness.run();
    harness.clock.advance(2 * MINUTE);
    await harness.run();
    expect(sent(harness)).toContain(1);
    expect(new Set(sent(harness)).size).toBe(150);
  });

  it('is found in time in a repository quiet for weeks, behind a hundred newer jobs elsewhere', async () => {
    const harness = createRecoveryHarness();
    harness.addTenant();
    const quiet = harness.state.search.addRepository(INSTALLATION, {
      name: 'quiet',
      pushedAt: plus(harness.clock.now(), -20 * DAY).toISOString(),
    });
    for (let n = 1; n <= 100; n += 1)
      await harness.state.jobs.create(job({ jobId: n, repo: 'busy', state: 'completed' }));
    await afterFirstSearch(harness);
    harness.state.search.addJob(quiet, waiting(harness));
    const start = harness.clock.now().getTime();
    while (sent(harness).length === 0 && harness.clock.now().getTime() - start <= WHOLE_ROUND + ROUND) {
      harness.clock.advance(2 * MINUTE);
      await harness.run();
    }
    expect(sent(harness)).toEqual([7001]);
  });
});

describe('who is searched', () => {
  it('is a tenant after a suspension, even if the event that lifted it was lost', async () => {
    const harness = createRecoveryHarness();
    const row = harness.addTenant();
    const repository = harness.state.search.addRepository(INSTALLATION);
    await afterFirstSearch(harness);
    harness.state.tenants.rows.set(INSTALLATION, { ...row, status: 'suspended' });
    harness.clock.advance(READ_EVERY);
    await harness.run();
    expect(asked(harness)).toEqual([]);
    // By hand: nothing but the status says so.
    harness.state.tenants.rows.set(INSTALLATION, row);
    harness.state.search.addJob(repository, waiting(harness, { queuedAt: harness.clock.now().toISOString() }));
    harness.clock.advance(MINUTE);
    await harness.run();
    expect(sent(harness)).toEqual([7001]);
  });

  it('is a tenant whose suspension went unseen, by its row’s time', async () => {
    const harness = createRecoveryHarness();
    const row = harness.addTenant();
    await afterFirstSearch(harness);
    harness.state.tenants.rows.set(INSTALLATION, { ...row, updated_at: '2026-01-15T12:00:30.000Z' });
    harness.clock.advance(MINUTE);
    await harness.run();
    expect(asked(harness)).toEqual([]);
    harness.clock.advance(READ_EVERY);
    await harness.run();
    expect(asked(harness)).toEqual(['listRepositories']);
    await harness.run();
    expect(asked(harness)).toEqual(['listRepositories']);
  });

  it('is an active tenant once a round, in the repositories that were busy or pushed to of late', async () => {
    const harness = createRecoveryHarness();
    harness.addTenant();
    const now = harness.clock.now();
    const quiet = harness.state.search.addRepository(INSTALLATION, {
      name: 'quiet',
      pushedAt: plus(now, -3 * DAY).toISOString(),
    });
    const pushed = harness.state.search.addRepository(INSTALLATION, {
      name: 'pushed',
      pushedAt: plus(now, -HOUR).toISOString(),
    });
    const heard = harness.state.search.addRepository(INSTALLATION, { name: 'Heard' });
    const dormant = harness.state.search.addRepository(INSTALLATION, {
      name: 'dormant',
      pushedAt: now.toISOString(),
      dormant: true,
    });
    await harness.state.jobs.create(job({ jobId: 1, repo: 'heard', state: 'completed' }));
    await afterFirstSearch(harness);
    for (const [index, repository] of [quiet, pushed, heard, dormant].entries())
      harness.state.search.addJob(repository, waiting(harness, { jobId: 7001 + index, runId: 6001 + index }));
    harness.clock.advance(ROUND - MINUTE);
    await harness.run();
    expect(asked(harness)).toEqual([]);
    harness.clock.advance(MINUTE);
    await harness.run();
    expect(sent(harness)).toEqual([7002, 7003]);
  });

  it('is a tenant without a push or a job of late only every three hours', async () => {
    const harness = createRecoveryHarness();
    harness.addTenant();
    const pushedAt = plus(harness.clock.now(), -3 * DAY).toISOString();
    const repository = harness.state.search.addRepository(INSTALLATION, { pushedAt });
    await afterFirstSearch(harness);
    harness.clock.advance(QUIET_ROUND - MINUTE);
    await harness.run();
    expect(asked(harness)).toEqual([]);
    Object.assign(repository, { pushedAt: harness.clock.now().toISOString() });
    harness.state.search.addJob(repository, waiting(harness));
    harness.clock.advance(MINUTE);
    await harness.run();
    expect(sent(harness)).toEqual([7001]);
  });

  it('is read from the tables once in ten minutes', async () => {
    const harness = createRecoveryHarness();
    harness.addTenant();
    for (let run = 1; run <= 10; run += 1) {
      await harness.run();
      harness.clock.advance(2 * MINUTE);
    }
    const names = harness.calls.map(({ port, method }) => `${port}.${method}`);
    expect(names.filter((name) => name === 'recovery.listScans')).toHaveLength(2);
  });

  it('leaves a job whose webhook may still be on its way to the next round', async () => {
    const { harness, repository } = await dueAgain();
    harness.state.search.addJob(
      repository,
      waiting(harness, { queuedAt: plus(harness.clock.now(), -MINUTE).toISOString() }),
    );
    await harness.run();
    expect(sent(harness)).toEqual([]);
    harness.clock.advance(ROUND);
    await harness.run();
    expect(sent(harness)).toEqual([7001]);
  });

  it('is no tenant that GitHub asked another function to leave alone', async () => {
    const harness = createRecoveryHarness();
    const row = harness.addTenant();
    harness.state.tenants.rows.set(INSTALLATION, {
      ...row,
      github_limited_until: plus(harness.clock.now(), MINUTE).toISOString(),
    });
    await harness.run();
    expect(asked(harness)).toEqual([]);
    harness.clock.advance(2 * MINUTE);
    await harness.run();
    expect(asked(harness)).toEqual(['listRepositories']);
  });

  it('is no tenant that is deleted', async () => {
    const harness = createRecoveryHarness();
    harness.addTenant({ status: 'deleted', cleanup: 'done' });
    await harness.run();
    expect(asked(harness)).toEqual([]);
  });
});

describe('a search that is cut off', () => {
  function large(harness: RecoveryHarness, repositories: number): void {
    harness.addTenant();
    harness.state.search.pageSize.value = 40;
    for (let n = 0; n < repositories; n += 1)
      harness.state.search.addJob(
        harness.state.search.addRepository(INSTALLATION, { name: `app-${n}` }),
        waiting(harness, { jobId: 1_000 + n, runId: 1_000 + n }),
      );
  }

  it('goes on where it stopped until every repository was looked at once', async () => {
    const harness = createRecoveryHarness();
    large(harness, 100);
    for (let run = 0; run < 8; run += 1) {
      await harness.run();
      harness.clock.advance(2 * MINUTE);
    }
    expect(sent(harness)).toHaveLength(100);
    expect(new Set(sent(harness)).size).toBe(100);
    expect(harness.state.recovery.scans.get(INSTALLATION)?.phase).toBe('done');
  });

  it('comes forward within a repository of many runs', async () => {
    const harness = createRecoveryHarness();
    harness.addTenant();
    const repository = harness.state.search.addRepository(INSTALLATION);
    for (let n = 0; n < 250; n += 1)
      harness.state.search.addJob(repository, waiting(harness, { jobId: 1_000 + n, runId: 1_000 + n }));
    for (let run = 0; run < 6; run += 1) {
      await harness.run();
      harness.clock.advance(2 * MINUTE);
    }
    expect(new Set(sent(harness)).size).toBe(250);
  });

  it(
    'stops for the quarter of an hour at half of the installation’s budget, and until it is refilled at a ' + 'tenth',
    async () => {
      const harness = createRecoveryHarness();
      large(harness, 3);
      const resetAt = plus(harness.clock.now(), HOUR);
      harness.state.search.budget = { limit: 5_000, remaining: 2_400, resetAt };
      await harness.run();
      expect(sent(harness)).toHaveLength(0);
      expect(harness.state.recovery.scans.get(INSTALLATION)?.notBefore).toBe(
        plus(harness.clock.now(), 15 * MINUTE).toISOString(),
      );
      harness.clock.advance(15 * MINUTE);
      harness.state.search.budget = { limit: 5_000, remaining: 400, resetAt };
      await harness.run();
      expect(harness.state.recovery.scans.get(INSTALLATION)?.notBefore).toBe(resetAt.toISOString());
    },
  );
});

describe('one tenant’s failure', () => {
  const second = { installation_id: 1002, org_name: 'globex', account_id: 502 };
  function both(): RecoveryHarness {
    const harness = createRecoveryHarness();
    harness.addTenant();
    harness.addTenant(second);
    harness.state.search.addJob(harness.state.search.addRepository(INSTALLATION), waiting(harness));
    harness.state.search.addJob(
      harness.state.search.addRepository(1002, { owner: 'globex', ownerId: 502 }),
      waiting(harness, { jobId: 8001, runId: 8000 }),
    );
    return harness;
  }

  it('by GitHub’s limit makes it wait as long as GitHub says, and nobody else', async () => {
    const harness = both();
    const retryAt = plus(harness.clock.now(), 30 * MINUTE);
    harness.state.search.fail({ kind: 'limited', retryAt }, { installationId: INSTALLATION, times: 1 });
    await harness.run();
    expect(sent(harness)).toEqual([8001]);
    harness.clock.advance(29 * MINUTE);
    await harness.run();
    expect(sent(harness)).toEqual([8001]);
    harness.clock.advance(2 * MINUTE);
    await harness.run();
    expect(sent(harness)).toEqual([7001, 8001]);
  });

  it('by a refusal ends its search until the next round', async () => {
    const harness = both();
    harness.state.search.fail(
      { kind: 'refused', status: 403, message: 'Resource not accessible by integration' },
      { installationId: INSTALLATION, times: 1 },
    );
    await harness.run();
    expect(sent(harness)).toEqual([8001]);
    harness.clock.advance(ROUND);
    await harness.run();
    expect(sent(harness)).toContain(7001);
  });

  it('by an error is its own, is counted, and is tried again', async () => {
    const harness = both();
    const undo = harness.faults.before('jobs.listRecent', (installationId) => {
      if (installationId === INSTALLATION) throw new Error('no answer');
    });
    await harness.run();
    expect(sent(harness)).toEqual([8001]);
    expect(harness.metrics.counted.filter(({ name }) => name === 'RecoveryFailed')).toMatchObject([
      { properties: { part: 'jobs', tenant_id: INSTALLATION } },
    ]);
    undo();
    await harness.run();
    expect(sent(harness)).toEqual([7001, 8001]);
  });

  it('in one repository that GitHub does not show leaves the others', async () => {
    const harness = createRecoveryHarness();
    harness.addTenant();
    harness.state.search.addRepository(INSTALLATION, { name: 'gone' });
    harness.state.search.addJob(harness.state.search.addRepository(INSTALLATION), waiting(harness));
    harness.state.search.fail({ kind: 'refused', status: 404, message: 'Not Found' }, { repository: 'acme/gone' });
    await harness.run();
    expect(sent(harness)).toEqual([7001]);
    expect(harness.state.recovery.scans.get(INSTALLATION)?.phase).toBe('done');
  });
});
