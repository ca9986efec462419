import { MINUTE } from '@multi-tenant-runner/core';
import { Crash, INSTALLATION } from '@multi-tenant-runner/testing';
import { createRecoveryHarness, type RecoveryHarness } from '../test/recovery-harness';
import { MAX_REDELIVERIES } from './redeliver';

/**
 * Something of everything: a lost webhook, one that came at the second try, an unheard job, and four missed
 * installation events.
 */
function scene(): RecoveryHarness {
  const harness = createRecoveryHarness();
  harness.addTenant();
  harness.addTenant({ installation_id: 1002, org_name: 'globex', account_id: 502 });
  harness.addTenant({
    installation_id: 1003,
    org_name: 'initech',
    account_id: 503,
    status: 'suspended',
    suspended_by: 'github',
  });
  harness.addTenant({ installation_id: 1004, org_name: 'hooli', account_id: 504 });
  const { github, app, search } = harness.state;
  github.installations.delete(1002);
  github.installations.set(1004, { login: 'hooli-inc', suspended: false, accountId: 504 });
  github.installations.set(1005, { login: 'umbrella', suspended: false, accountId: 505 });
  app.pageSize.value = 2;
  app.deliver({ guid: 'healed', succeeded: false });
  app.deliver({ guid: 'lost', succeeded: false });
  app.deliver({ guid: 'healed', succeeded: true, redelivery: true });
  search.addJob(search.addRepository(INSTALLATION), {
    jobId: 7001,
    runId: 6001,
    labels: ['self-hosted', 'small'],
    queuedAt: '2026-01-15T11:50:00Z',
  });
  return harness;
}

/** Runs once, and dies at the given call, before or after it took effect: the process makes no call after that. */
async function runAndDie(harness: RecoveryHarness, at: number, after: boolean): Promise<boolean> {
  let calls = 0;
  let dead = false;
  const die = (): void => {
    dead = true;
    throw new Crash('the process ended');
  };
  const undoBefore = harness.onCall(() => {
    if (dead) throw new Crash('the process has ended');
    if (!after && calls++ === at) die();
  });
  const undoAfter = harness.afterCall(() => {
    if (after && calls++ === at) die();
  });
  await harness.run().catch(() => undefined);
  undoBefore();
  undoAfter();
  return dead;
}

test.each([
  ['before', false],
  ['after', true],
])('a run that dies %s any of its calls loses nothing: the next ones make it good', async (_name, after) => {
  let cuts = 0;
  for (let at = 0; ; at += 1) {
    const harness = scene();
    if (!(await runAndDie(harness, at, after))) break;
    cuts += 1;
    for (let run = 0; run < 3; run += 1) {
      harness.clock.advance(5 * MINUTE);
      await harness.run();
    }
    const where = { at, after, call: harness.names()[at] };
    const asks = harness.state.app.asked.filter((guid) => guid === 'lost').length;
    expect({ ...where, asked: asks >= 1 && asks <= MAX_REDELIVERIES }).toEqual({ ...where, asked: true });
    expect({ ...where, asked: harness.state.app.asked.includes('healed') }).toEqual({ ...where, asked: false });
    expect({ ...where, jobs: [...new Set(harness.state.queue.jobs.map(({ jobId }) => jobId))] }).toEqual({
      ...where,
      jobs: [7001],
    });
    const events = new Set(
      harness.state.bus.published.map(({ lifecycle }) => `${lifecycle?.action} ${lifecycle?.installationId}`),
    );
    expect({ ...where, events: [...events].sort() }).toEqual({
      ...where,
      events: ['created 1005', 'deleted 1002', 'renamed 1004', 'unsuspend 1003'],
    });
  }
  expect(cuts).toBeGreaterThan(25);
});
