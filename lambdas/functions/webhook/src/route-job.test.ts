import type { AdmissionSettings } from '@multi-tenant-runner/core';
import { INSTALLATION } from '@multi-tenant-runner/testing';
import { delivery, webhookWorld, workflowJob, type Json, type WebhookWorld } from '../test/deliveries';

const queued = (overrides: Parameters<typeof workflowJob>[0] = {}) => delivery('workflow_job', workflowJob(overrides));
const publicRepository: Json = { private: false, visibility: 'public' };

function stored(world: WebhookWorld) {
  return world.state.jobs.all().map(({ jobId, state, reason, tier }) => ({ jobId, state, reason, tier }));
}

describe('a queued job of an active tenant', () => {
  it('is sent to its tier, normalised', async () => {
    const world = webhookWorld();
    world.addTenant();
    const response = await world.send(queued());
    expect([response.statusCode, response.message]).toEqual([202, 'The job was sent to the queue of tier small.']);
    expect(world.state.queue.jobs).toEqual([
      {
        installationId: INSTALLATION,
        jobId: 7001,
        runId: 6001,
        owner: 'acme',
        ownerId: 501,
        ownerType: 'Organization',
        repo: 'app',
        repoId: 9,
        isPublic: false,
        labels: ['self-hosted', 'linux', 'x64', 'small'],
        tier: 'small',
        queuedAt: '2026-01-15T11:59:58.000Z',
        deliveryId: 'delivery-1',
      },
    ]);
    expect(world.state.jobs.all()).toEqual([]);
    expect(world.metrics.counted).toMatchObject([{ name: 'JobQueued', tier: 'small', properties: { tenant_id: INSTALLATION } }]);
  });

  it('makes one AWS call once the tenant was read', async () => {
    const world = webhookWorld();
    world.addTenant();
    await world.send(queued());
    world.calls.length = 0;
    await world.send(queued({ job: { id: 7002 } }));
    expect(world.names()).toEqual(['queue.sendJob']);
  });

  it('goes to the size of the tenant’s tier when its labels leave a choice, from the upgrade on', async () => {
    const world = webhookWorld();
    const row = world.addTenant();
    const open = { job: { labels: ['self-hosted', 'Linux'] } };
    await world.send(queued(open));
    world.state.tenants.rows.set(INSTALLATION, { ...row, tier: 'medium', max_runners: 5 });
    await world.send(queued(open));
    expect(world.state.queue.jobs.map((job) => job.tier)).toEqual(['small', 'medium']);
  });

  it('of a user account is sent with its repository', async () => {
    const world = webhookWorld();
    world.addTenant({ org_name: 'jo', org_type: 'User', account_id: 77 });
    await world.send(queued({ repository: { owner: { login: 'jo', id: 77, type: 'User' } } }));
    expect(world.state.queue.jobs).toMatchObject([{ owner: 'jo', ownerType: 'User', repo: 'app' }]);
  });
});

describe('a job before its tenant', () => {
  it('waits in a row', async () => {
    const world = webhookWorld();
    const response = await world.send(queued());
    expect(response).toMatchObject({ statusCode: 202 });
    expect(response.message).toMatch(/installation is not in the tenants table yet/);
    expect(stored(world)).toEqual([{ jobId: 7001, state: 'parked', reason: 'unknown-tenant', tier: 'small' }]);
    expect(world.state.queue.jobs).toEqual([]);
  });

  it('is not looked for at GitHub', async () => {
    const world = webhookWorld();
    await world.send(queued());
    expect(world.names().filter((name) => name.startsWith('github'))).toEqual([]);
  });

  it('is sent at once when the tenant appears between the read and the write', async () => {
    const world = webhookWorld();
    world.faults.before('jobs.create', () => world.addTenant({ tier: 'large', max_runners: 10 }));
    const response = await world.send(queued({ job: { labels: ['self-hosted'] } }));
    expect(response.message).toBe('The job was sent to the queue of tier large.');
    expect(stored(world)).toEqual([{ jobId: 7001, state: 'queued', reason: undefined, tier: 'large' }]);
    expect(world.state.queue.jobs).toMatchObject([{ jobId: 7001, tier: 'large' }]);
  });

  it('is refused when the tenant leaves between the read and the write', async () => {
    const world = webhookWorld();
    world.addTenant({ status: 'suspended' });
    world.faults.before('jobs.create', () => void world.addTenant({ status: 'deleted', cleanup: 'pending' }));
    await world.send(queued());
    expect(stored(world)).toEqual([{ jobId: 7001, state: 'refused', reason: 'tenant-deleted', tier: 'small' }]);
    expect(world.metrics.total('JobRefused')).toBe(1);
  });

  it('is left to the wake-up that was faster', async () => {
    const world = webhookWorld();
    world.faults.before('jobs.create', () => world.addTenant());
    world.faults.before('jobs.change', () => world.state.jobs.change(INSTALLATION, 7001, { from: ['parked'] }, { state: 'starting' }));
    expect((await world.send(queued())).message).toMatch(/known from an earlier delivery/);
    expect(world.state.queue.jobs).toEqual([]);
  });

  it('keeps its first row when it is delivered again', async () => {
    const world = webhookWorld();
    await world.send(queued());
    const [first] = world.state.jobs.all();
    world.clock.advance(60_000);
    const again = await world.send(queued({ job: { started_at: '2026-01-15T12:00:30Z' } }));
    expect(again.message).toMatch(/known from an earlier delivery/);
    expect(world.state.jobs.all()).toEqual([first]);
    expect(world.metrics.total('JobParked')).toBe(1);
  });
});

it('the log says of every job where it went or why it did not', async () => {
  const world = webhookWorld();
  world.addTenant();
  await world.send(queued());
  await world.send(queued({ repository: publicRepository, job: { id: 7002, labels: ['self-hosted', 'large'] } }));
  world.addTenant({ status: 'suspended' });
  await world.send(queued({ job: { id: 7003, labels: ['self-hosted'] } }));
  const answers = world.log.lines.filter((line) => line.message === 'Answered a delivery').map((line) => line.fields);
  expect(answers).toMatchObject([
    { tenant_id: INSTALLATION, delivery_id: 'delivery-1', job_id: 7001, outcome: 'sent', tier: 'small' },
    { tenant_id: INSTALLATION, job_id: 7002, outcome: 'refused', reason: 'public-repository', tier: 'large' },
    { tenant_id: INSTALLATION, job_id: 7003, outcome: 'parked', reason: 'tenant-suspended' },
  ]);
});

describe('what a remembered row may do', () => {
  it('lets a job pass for 30 seconds, scale-up judges again', async () => {
    const world = webhookWorld();
    const row = world.addTenant();
    await world.send(queued());
    world.state.tenants.rows.set(INSTALLATION, { ...row, status: 'suspended' });
    await world.send(queued({ job: { id: 7002 } }));
    expect(world.state.queue.jobs).toHaveLength(2);
    world.clock.advance(30_001);
    await world.send(queued({ job: { id: 7003 } }));
    expect(stored(world)).toEqual([{ jobId: 7003, state: 'parked', reason: 'tenant-suspended', tier: 'small' }]);
  });

  it('never stops one: it is read again first', async () => {
    const world = webhookWorld();
    const row = world.addTenant({ status: 'suspended' });
    await world.send(queued());
    world.state.tenants.rows.set(INSTALLATION, { ...row, status: 'active' });
    await world.send(queued({ job: { id: 7002 } }));
    expect(world.state.queue.jobs).toMatchObject([{ jobId: 7002 }]);
  });

  it('says nothing about another installation', async () => {
    const world = webhookWorld();
    world.addTenant();
    await world.send(queued());
    await world.send(queued({ job: { id: 7002 }, top: { installation: { id: 1002 } } }));
    expect(stored(world)).toMatchObject([{ jobId: 7002, reason: 'unknown-tenant' }]);
  });
});

it('a job of a tenant whose status is none that is known waits, and GitHub’s list of deliveries says why', async () => {
  const world = webhookWorld();
  world.addTenant({ status: 'paused' });
  const response = await world.send(queued());
  expect(response.message).toContain("the status in its tenant's row is none that is known");
  expect(stored(world)).toMatchObject([{ state: 'parked', reason: 'tenant-row-invalid' }]);
});

describe('a job that is refused', () => {
  const cases: readonly [string, Json, Partial<AdmissionSettings>, Parameters<typeof workflowJob>[0], string][] = [
    ['its tenant is gone', { status: 'deleted', cleanup: 'done' }, {}, {}, 'tenant-deleted'],
    ['its repository belongs to somebody else', {}, {}, { repository: { owner: { login: 'acme', id: 666, type: 'Organization' } } }, 'foreign-owner'],
    ['its repository is public', {}, {}, { repository: publicRepository }, 'public-repository'],
    ['its size is above the tenant’s', {}, { tierAccess: 'up_to_own' }, { job: { labels: ['self-hosted', 'large'] } }, 'tier-access'],
  ];

  it.each(cases)('because %s has a row that says so', async (_name, row, settings, job, reason) => {
    const world = webhookWorld({ settings });
    world.addTenant(row);
    const response = await world.send(queued(job));
    expect(response.statusCode).toBe(202);
    expect(response.message).toMatch(/^The job is refused: /);
    expect(stored(world)).toMatchObject([{ state: 'refused', reason }]);
    expect(world.state.jobs.all()[0]).toMatchObject({ endedAt: '2026-01-15T12:00:00.000Z' });
    expect(world.metrics.counted).toMatchObject([{ name: 'JobRefused', properties: { reason } }]);
    expect(world.state.queue.jobs).toEqual([]);
  });

  it('is counted once, however often it is delivered', async () => {
    const world = webhookWorld();
    world.addTenant();
    await world.send(queued({ repository: publicRepository }));
    await world.send(queued({ repository: publicRepository }));
    expect(world.metrics.total('JobRefused')).toBe(1);
  });

  it('of a public repository starts where the tenant’s row allows it', async () => {
    const world = webhookWorld();
    world.addTenant({ allow_public_repositories: true });
    await world.send(queued({ repository: publicRepository }));
    expect(world.state.queue.jobs).toHaveLength(1);
  });

  it.each([
    ['internal', { private: true, visibility: 'internal' }, 1],
    ['private by the older field only', { private: true, visibility: undefined }, 1],
    ['of unknown visibility', { private: undefined, visibility: undefined }, 0],
  ])('is not one whose repository is %s', async (_name, repository, sent) => {
    const world = webhookWorld();
    world.addTenant();
    await world.send(queued({ repository }));
    expect(world.state.queue.jobs).toHaveLength(sent);
  });
});

describe('a broken row', () => {
  it('is reported by its attributes, never by their values', async () => {
    const world = webhookWorld();
    world.addTenant({ tier: 'enormous', max_runners: 'lots' });
    await world.send(queued());
    expect(world.metrics.counted[0]).toEqual({
      name: 'TenantRowInvalid',
      value: 1,
      properties: { tenant_id: INSTALLATION, attributes: ['tier', 'max_runners'] },
    });
    expect(JSON.stringify([world.log.lines, world.metrics.counted])).not.toMatch(/enormous|lots/);
    expect(world.state.queue.jobs).toHaveLength(1);
  });

  it('without org_name is no tenant: its jobs wait', async () => {
    const world = webhookWorld();
    world.state.tenants.rows.set(INSTALLATION, { installation_id: INSTALLATION, tier: 'medium', max_runners: 5 });
    await world.send(queued());
    expect(stored(world)).toMatchObject([{ state: 'parked', reason: 'unknown-tenant' }]);
    expect(world.metrics.counted[0]?.properties).toEqual({ tenant_id: INSTALLATION, attributes: ['org_name', 'status'] });
  });
});
