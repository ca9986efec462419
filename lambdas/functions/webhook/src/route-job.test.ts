import type { AdmissionSettings } from '@multi-tenant-runner/core';
import { INSTALLATION } from '@multi-tenant-runner/testing';
import { delivery, createWebhookHarness, workflowJob, type Json, type WebhookHarness } from '../test/deliveries';

const queued = (overrides: Parameters<typeof workflowJob>[0] = {}) => delivery('workflow_job', workflowJob(overrides));
const publicRepository: Json = { private: false, visibility: 'public' };

function stored(harness: WebhookHarness) {
  return harness.state.jobs.all().map(({ jobId, state, reason, tier }) => ({ jobId, state, reason, tier }));
}

describe('a queued job of an active tenant', () => {
  it('is sent to its tier, normalised', async () => {
    const harness = createWebhookHarness();
    harness.addTenant();
    const response = await harness.send(queued());
    expect([response.statusCode, response.message]).toEqual([202, 'The job was sent to the queue of tier small.']);
    expect(harness.state.queue.jobs).toEqual([
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
        tenant: {
          orgName: 'acme',
          orgType: 'Organization',
          status: 'active',
          tier: 'small',
          maxRunners: 2,
          slotsHeld: 0,
          accountId: 501,
          securityGroupId: 'sg-acme',
        },
      },
    ]);
    expect(harness.state.jobs.all()).toEqual([]);
    expect(harness.metrics.counted).toMatchObject([
      { name: 'JobQueued', tier: 'small', properties: { tenant_id: INSTALLATION } },
    ]);
  });

  it('says what its tenant’s row says to as many jobs as that has slots, until it is read again', async () => {
    const harness = createWebhookHarness();
    harness.addTenant({ max_runners: 3, slots_held: 1 });
    const notes = async (...ids: readonly number[]): Promise<readonly boolean[]> => {
      for (const id of ids) await harness.send(queued({ job: { id } }));
      return harness.state.queue.jobs.splice(0).map(({ tenant }) => tenant !== undefined);
    };
    expect(await notes(7001, 7002, 7003, 7004)).toEqual([true, true, false, false]);
    harness.clock.advance(30_001);
    expect(await notes(7005, 7006, 7007)).toEqual([true, true, false]);
  });

  it('makes one AWS call once the tenant was read', async () => {
    const harness = createWebhookHarness();
    harness.addTenant();
    await harness.send(queued());
    harness.calls.length = 0;
    await harness.send(queued({ job: { id: 7002 } }));
    expect(harness.names()).toEqual(['queue.sendJob']);
  });

  it('goes to the size of the tenant’s tier when its labels leave a choice, from the upgrade on', async () => {
    const harness = createWebhookHarness();
    const row = harness.addTenant();
    const open = { job: { labels: ['self-hosted', 'Linux'] } };
    await harness.send(queued(open));
    harness.state.tenants.rows.set(INSTALLATION, { ...row, tier: 'medium', max_runners: 5 });
    await harness.send(queued(open));
    expect(harness.state.queue.jobs.map((job) => job.tier)).toEqual(['small', 'medium']);
  });

  it('of a user account is sent with its repository', async () => {
    const harness = createWebhookHarness();
    harness.addTenant({ org_name: 'jo', org_type: 'User', account_id: 77 });
    await harness.send(queued({ repository: { owner: { login: 'jo', id: 77, type: 'User' } } }));
    expect(harness.state.queue.jobs).toMatchObject([{ owner: 'jo', ownerType: 'User', repo: 'app' }]);
  });
});

describe('a job before its tenant', () => {
  it('waits in a row', async () => {
    const harness = createWebhookHarness();
    const response = await harness.send(queued());
    expect(response).toMatchObject({ statusCode: 202 });
    expect(response.message).toMatch(/installation is not in the tenants table yet/);
    expect(stored(harness)).toEqual([{ jobId: 7001, state: 'parked', reason: 'unknown-tenant', tier: 'small' }]);
    expect(harness.state.queue.jobs).toEqual([]);
  });

  it('is not looked for at GitHub', async () => {
    const harness = createWebhookHarness();
    await harness.send(queued());
    expect(harness.names().filter((name) => name.startsWith('github'))).toEqual([]);
  });

  it('is sent at once when the tenant appears between the read and the write', async () => {
    const harness = createWebhookHarness();
    harness.faults.before('jobs.create', () => harness.addTenant({ tier: 'large', max_runners: 10 }));
    const response = await harness.send(queued({ job: { labels: ['self-hosted'] } }));
    expect(response.message).toBe('The job was sent to the queue of tier large.');
    expect(stored(harness)).toEqual([{ jobId: 7001, state: 'queued', reason: undefined, tier: 'large' }]);
    expect(harness.state.queue.jobs).toMatchObject([{ jobId: 7001, tier: 'large' }]);
  });

  it('is refused when the tenant leaves between the read and the write', async () => {
    const harness = createWebhookHarness();
    harness.addTenant({ status: 'suspended' });
    harness.faults.before('jobs.create', () => void harness.addTenant({ status: 'deleted', cleanup: 'pending' }));
    await harness.send(queued());
    expect(stored(harness)).toEqual([{ jobId: 7001, state: 'refused', reason: 'tenant-deleted', tier: 'small' }]);
    expect(harness.metrics.total('JobRefused')).toBe(1);
  });

  it('is left to the wake-up that was faster', async () => {
    const harness = createWebhookHarness();
    harness.faults.before('jobs.create', () => harness.addTenant());
    harness.faults.before('jobs.change', () =>
      harness.state.jobs.change(INSTALLATION, 7001, { from: ['parked'] }, { state: 'starting' }),
    );
    expect((await harness.send(queued())).message).toMatch(/known from an earlier delivery/);
    expect(harness.state.queue.jobs).toEqual([]);
  });

  it('keeps its first row when it is delivered again', async () => {
    const harness = createWebhookHarness();
    await harness.send(queued());
    const [first] = harness.state.jobs.all();
    harness.clock.advance(60_000);
    const again = await harness.send(queued({ job: { started_at: '2026-01-15T12:00:30Z' } }));
    expect(again.message).toMatch(/known from an earlier delivery/);
    expect(harness.state.jobs.all()).toEqual([first]);
    expect(harness.metrics.total('JobParked')).toBe(1);
  });
});

it('the log says of every job where it went or why it did not', async () => {
  const harness = createWebhookHarness();
  harness.addTenant();
  await harness.send(queued());
  await harness.send(queued({ repository: publicRepository, job: { id: 7002, labels: ['self-hosted', 'large'] } }));
  harness.addTenant({ status: 'suspended' });
  await harness.send(queued({ job: { id: 7003, labels: ['self-hosted'] } }));
  const answers = harness.log.lines.filter((line) => line.message === 'Answered a delivery').map((line) => line.fields);
  expect(answers).toMatchObject([
    { tenant_id: INSTALLATION, delivery_id: 'delivery-1', job_id: 7001, outcome: 'sent', tier: 'small' },
    { tenant_id: INSTALLATION, job_id: 7002, outcome: 'refused', reason: 'public-repository', tier: 'large' },
    { tenant_id: INSTALLATION, job_id: 7003, outcome: 'parked', reason: 'tenant-suspended' },
  ]);
});

describe('what a remembered row may do', () => {
  it('lets a job pass for 30 seconds, scale-up judges again', async () => {
    const harness = createWebhookHarness();
    const row = harness.addTenant();
    await harness.send(queued());
    harness.state.tenants.rows.set(INSTALLATION, { ...row, status: 'suspended' });
    await harness.send(queued({ job: { id: 7002 } }));
    expect(harness.state.queue.jobs).toHaveLength(2);
    harness.clock.advance(30_001);
    await harness.send(queued({ job: { id: 7003 } }));
    expect(stored(harness)).toEqual([{ jobId: 7003, state: 'parked', reason: 'tenant-suspended', tier: 'small' }]);
  });

  it('never stops one: it is read again first', async () => {
    const harness = createWebhookHarness();
    const row = harness.addTenant({ status: 'suspended' });
    await harness.send(queued());
    harness.state.tenants.rows.set(INSTALLATION, { ...row, status: 'active' });
    await harness.send(queued({ job: { id: 7002 } }));
    expect(harness.state.queue.jobs).toMatchObject([{ jobId: 7002 }]);
  });

  it('says nothing about another installation', async () => {
    const harness = createWebhookHarness();
    harness.addTenant();
    await harness.send(queued());
    await harness.send(queued({ job: { id: 7002 }, top: { installation: { id: 1002 } } }));
    expect(stored(harness)).toMatchObject([{ jobId: 7002, reason: 'unknown-tenant' }]);
  });
});

it('a job of a tenant with an unknown status waits, and GitHub’s list of deliveries says why', async () => {
  const harness = createWebhookHarness();
  harness.addTenant({ status: 'paused' });
  const response = await harness.send(queued());
  expect(response.message).toContain("its tenant's row has an unknown status");
  expect(stored(harness)).toMatchObject([{ state: 'parked', reason: 'tenant-row-invalid' }]);
});

describe('a job that is refused', () => {
  const cases: readonly [string, Json, Partial<AdmissionSettings>, Parameters<typeof workflowJob>[0], string][] = [
    ['its tenant is gone', { status: 'deleted', cleanup: 'done' }, {}, {}, 'tenant-deleted'],
    [
      'its repository belongs to somebody else',
      {},
      {},
      { repository: { owner: { login: 'acme', id: 666, type: 'Organization' } } },
      'foreign-owner',
    ],
    ['its repository is public', {}, {}, { repository: publicRepository }, 'public-repository'],
    [
      'its size is above the tenant’s',
      {},
      { tierAccess: 'up_to_own' },
      { job: { labels: ['self-hosted', 'large'] } },
      'tier-access',
    ],
  ];

  it.each(cases)('because %s has a row that says so', async (_name, row, settings, job, reason) => {
    const harness = createWebhookHarness({ settings });
    harness.addTenant(row);
    const response = await harness.send(queued(job));
    expect(response.statusCode).toBe(202);
    expect(response.message).toMatch(/^The job is refused: /);
    expect(stored(harness)).toMatchObject([{ state: 'refused', reason }]);
    expect(harness.state.jobs.all()[0]).toMatchObject({ endedAt: '2026-01-15T12:00:00.000Z' });
    expect(harness.metrics.counted).toMatchObject([{ name: 'JobRefused', properties: { reason } }]);
    expect(harness.state.queue.jobs).toEqual([]);
  });

  it('is counted once, however often it is delivered', async () => {
    const harness = createWebhookHarness();
    harness.addTenant();
    await harness.send(queued({ repository: publicRepository }));
    await harness.send(queued({ repository: publicRepository }));
    expect(harness.metrics.total('JobRefused')).toBe(1);
  });

  it('of a public repository starts where the tenant’s row allows it', async () => {
    const harness = createWebhookHarness();
    harness.addTenant({ allow_public_repositories: true });
    await harness.send(queued({ repository: publicRepository }));
    expect(harness.state.queue.jobs).toHaveLength(1);
  });

  it.each([
    ['internal', { private: true, visibility: 'internal' }, 1],
    ['private by the older field only', { private: true, visibility: undefined }, 1],
    ['of unknown visibility', { private: undefined, visibility: undefined }, 0],
  ])('is not one whose repository is %s', async (_name, repository, sent) => {
    const harness = createWebhookHarness();
    harness.addTenant();
    await harness.send(queued({ repository }));
    expect(harness.state.queue.jobs).toHaveLength(sent);
  });
});

describe('a broken row', () => {
  it('is reported by its attributes, never by their values', async () => {
    const harness = createWebhookHarness();
    harness.addTenant({ tier: 'enormous', max_runners: 'lots' });
    await harness.send(queued());
    expect(harness.metrics.counted[0]).toEqual({
      name: 'TenantRowInvalid',
      value: 1,
      properties: { tenant_id: INSTALLATION, attributes: ['tier', 'max_runners'] },
    });
    expect(JSON.stringify([harness.log.lines, harness.metrics.counted])).not.toMatch(/enormous|lots/);
    expect(harness.state.queue.jobs).toHaveLength(1);
  });

  it('without org_name is no tenant: its jobs wait', async () => {
    const harness = createWebhookHarness();
    harness.state.tenants.rows.set(INSTALLATION, { installation_id: INSTALLATION, tier: 'medium', max_runners: 5 });
    await harness.send(queued());
    expect(stored(harness)).toMatchObject([{ state: 'parked', reason: 'unknown-tenant' }]);
    expect(harness.metrics.counted[0]?.properties).toEqual({
      tenant_id: INSTALLATION,
      attributes: ['org_name', 'status'],
    });
  });
});
