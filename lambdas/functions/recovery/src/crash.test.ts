import { MINUTE } from '@multi-tenant-runner/core';
import { Crash, INSTALLATION } from '@multi-tenant-runner/testing';
import { recoveryWorld, type RecoveryWorld } from '../test/recovery-harness';
import { MAX_ASKS } from './redeliver';

/** Something of everything: a lost webhook, one that came at the second try, an unheard job, and four missed installation events. */
function scene(): RecoveryWorld {
  const world = recoveryWorld();
  world.addTenant();
  world.addTenant({ installation_id: 1002, org_name: 'globex', account_id: 502 });
  world.addTenant({ installation_id: 1003, org_name: 'initech', account_id: 503, status: 'suspended', suspended_by: 'github' });
  world.addTenant({ installation_id: 1004, org_name: 'hooli', account_id: 504 });
  const { github, app, search } = world.state;
  github.installations.delete(1002);
  github.installations.set(1004, { login: 'hooli-inc', suspended: false, accountId: 504 });
  github.installations.set(1005, { login: 'umbrella', suspended: false, accountId: 505 });
  app.pageSize.value = 2;
  app.deliver({ guid: 'healed', succeeded: false });
  app.deliver({ guid: 'lost', succeeded: false });
  app.deliver({ guid: 'healed', succeeded: true, redelivery: true });
  search.addJob(search.addRepository(INSTALLATION), { jobId: 7001, runId: 6001, labels: ['self-hosted', 'small'], queuedAt: '2026-01-15T11:50:00Z' });
  return world;
}

/** Runs once, and dies at the given call, before or after it took effect: the process makes no call after that. */
async function runAndDie(world: RecoveryWorld, at: number, after: boolean): Promise<boolean> {
  let calls = 0;
  let dead = false;
  const die = (): void => {
    dead = true;
    throw new Crash('the process ended');
  };
  const undoBefore = world.onCall(() => {
    if (dead) throw new Crash('the process has ended');
    if (!after && calls++ === at) die();
  });
  const undoAfter = world.afterCall(() => {
    if (after && calls++ === at) die();
  });
  await world.run().catch(() => undefined);
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
    const world = scene();
    if (!(await runAndDie(world, at, after))) break;
    cuts += 1;
    for (let run = 0; run < 3; run += 1) {
      world.clock.advance(5 * MINUTE);
      await world.run();
    }
    const where = { at, after, call: world.names()[at] };
    const asks = world.state.app.asked.filter((guid) => guid === 'lost').length;
    expect({ ...where, asked: asks >= 1 && asks <= MAX_ASKS }).toEqual({ ...where, asked: true });
    expect({ ...where, asked: world.state.app.asked.includes('healed') }).toEqual({ ...where, asked: false });
    expect({ ...where, jobs: [...new Set(world.state.queue.jobs.map(({ jobId }) => jobId))] }).toEqual({ ...where, jobs: [7001] });
    const events = new Set(world.state.bus.published.map(({ lifecycle }) => `${lifecycle?.action} ${lifecycle?.installationId}`));
    expect({ ...where, events: [...events].sort() }).toEqual({ ...where, events: ['created 1005', 'deleted 1002', 'renamed 1004', 'unsuspend 1003'] });
  }
  expect(cuts).toBeGreaterThan(25);
});
