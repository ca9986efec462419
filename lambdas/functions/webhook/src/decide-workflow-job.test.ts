import { tiers } from '@multi-tenant-runner/testing';
import fc from 'fast-check';
import { delivery, createWebhookHarness, workflowJob, type Json } from '../test/deliveries';
import { decideWorkflowJob } from './decide-workflow-job';

const NOW = new Date('2026-01-15T12:00:00.000Z');
const decide = (payload: Json) =>
  decideWorkflowJob(
    { event: 'workflow_job', deliveryId: 'delivery-1', payload },
    { environment: 'test', tiers: tiers() },
    NOW,
  );

describe('a workflow_job', () => {
  it('starts something only when its action and its status are both queued', () => {
    for (const action of ['queued', 'in_progress', 'completed', 'waiting', 'renamed', undefined]) {
      for (const status of ['queued', 'in_progress', 'completed', 'waiting', 'pending', 'requested', undefined]) {
        const decision = decide(workflowJob({ top: { action }, job: { status } }));
        expect(decision.kind === 'start').toBe(action === 'queued' && status === 'queued');
      }
    }
  });

  it('keeps the commit that GitHub names, in whatever it says of the job', () => {
    const sha = 'a'.repeat(40);
    expect(decide(workflowJob({ job: { head_sha: sha } }))).toMatchObject({ kind: 'start', job: { headSha: sha } });
    const waiting = workflowJob({ top: { action: 'waiting' }, job: { status: 'waiting', head_sha: sha } });
    expect(decide(waiting)).toMatchObject({ kind: 'event', event: { headSha: sha } });
    const { job = {} } = decide(workflowJob({ job: { head_sha: null } })) as { job?: object };
    expect(job).not.toHaveProperty('headSha');
  });

  it.each([
    ['queued behind a gate', { top: { action: 'queued' }, job: { status: 'waiting' } }],
    ['queued in a concurrency group', { top: { action: 'queued' }, job: { status: 'pending' } }],
    ['requested', { top: { action: 'queued' }, job: { status: 'requested' } }],
    ['waiting', { top: { action: 'waiting' }, job: { status: 'waiting' } }],
  ])('that is %s tells that GitHub holds the job back', (_name, overrides) => {
    expect(decide(workflowJob(overrides))).toMatchObject({ kind: 'event', event: { kind: 'waiting', jobId: 7001 } });
  });

  it('with a status that GitHub did not have before asks for nothing, and is named', () => {
    expect(decide(workflowJob({ job: { status: 'reserved' } }))).toMatchObject({
      kind: 'ignore',
      reason: 'action',
      message: expect.stringContaining('reserved'),
    });
  });

  it.each(['in_progress', 'completed'])(
    'without labels that is %s on a runner named like ours goes by its runner',
    (action) => {
      const group = { labels: [], status: action, runner_name: 'test-i-0abc', runner_id: 33 };
      expect(decide(workflowJob({ top: { action }, job: group }))).toMatchObject({
        kind: 'event',
        fitting: [],
        event: { kind: action, runnerOnly: true, runnerName: 'test-i-0abc' },
      });
      expect(
        decide(workflowJob({ top: { action }, job: { ...group, runner_name: 'GitHub Actions 5' } })),
      ).toMatchObject({ kind: 'ignore', reason: 'labels' });
    },
  );

  it('without labels asks for no machine, whatever runner it names', () => {
    expect(decide(workflowJob({ job: { labels: [], runner_name: 'test-i-0abc' } }))).toMatchObject({
      kind: 'ignore',
      reason: 'labels',
    });
  });

  it.each([
    ['GitHub’s own machines', ['ubuntu-latest']],
    ['one label too many', ['self-hosted', 'linux', 'x64', 'small', 'gpu']],
    ['two sizes at once', ['self-hosted', 'small', 'large']],
    ['none', []],
  ])('with labels of %s is not ours', (_name, labels) => {
    for (const action of ['queued', 'in_progress', 'completed']) {
      expect(decide(workflowJob({ top: { action }, job: { labels } }))).toMatchObject({
        kind: 'ignore',
        reason: 'labels',
      });
    }
  });

  it.each([[undefined], [null], [{}], [{ id: '1001' }], [{ id: 0 }], [{ id: 1.5 }]])(
    'with installation %j belongs to no tenant',
    (installation) => {
      expect(decide(workflowJob({ top: { installation } }))).toMatchObject({
        kind: 'ignore',
        reason: 'no-installation',
      });
    },
  );

  it('without installation is answered 202 and counted', async () => {
    const harness = createWebhookHarness();
    const response = await harness.send(delivery('workflow_job', workflowJob({ top: { installation: undefined } })));
    expect(response.statusCode).toBe(202);
    expect(harness.metrics.counted).toMatchObject([
      { name: 'WebhookIgnored', properties: { reason: 'no-installation' } },
    ]);
  });

  it('that waited days at a gate was queued when it was let through', () => {
    const job = { created_at: '2026-01-12T09:00:00Z', started_at: '2026-01-15T11:59:00Z' };
    expect(decide(workflowJob({ job }))).toMatchObject({ job: { queuedAt: '2026-01-15T11:59:00.000Z' } });
  });

  it.each([
    ['none', { created_at: undefined, started_at: undefined }, '2026-01-15T12:00:00.000Z'],
    ['no start', { started_at: null }, '2026-01-15T11:59:58.000Z'],
    ['garbage', { created_at: 'soon', started_at: 5 }, '2026-01-15T12:00:00.000Z'],
  ])('with times of %s was queued at the best known time', (_name, job, queuedAt) => {
    expect(decide(workflowJob({ job }))).toMatchObject({ job: { queuedAt } });
  });

  it('in progress tells who took it and when', () => {
    const job = { status: 'in_progress', started_at: '2026-01-15T12:01:00Z', runner_id: 33, runner_name: 'test-i-1' };
    expect(decide(workflowJob({ top: { action: 'in_progress' }, job }))).toMatchObject({
      kind: 'event',
      event: {
        kind: 'in_progress',
        at: '2026-01-15T12:01:00.000Z',
        runnerId: 33,
        runnerName: 'test-i-1',
        queuedAt: '2026-01-15T11:59:58.000Z',
      },
    });
  });

  it.each([
    [null, null],
    [0, ''],
    [undefined, undefined],
  ])('cancelled before any runner took it (%j, %j) names no runner', (runner_id, runner_name) => {
    const job = {
      status: 'completed',
      conclusion: 'cancelled',
      completed_at: '2026-01-15T12:02:00Z',
      runner_id,
      runner_name,
    };
    const decision = decide(workflowJob({ top: { action: 'completed' }, job }));
    expect(decision).toMatchObject({
      kind: 'event',
      event: { conclusion: 'cancelled', at: '2026-01-15T12:02:00.000Z' },
    });
    expect(decision).not.toHaveProperty('event.runnerId');
    expect(decision).not.toHaveProperty('event.runnerName');
  });

  it.each(['in_progress', 'completed'])(
    '%s goes to the queue of job events, without a row being read',
    async (action) => {
      const harness = createWebhookHarness();
      await harness.send(
        delivery(
          'workflow_job',
          workflowJob({ top: { action }, job: { status: action, labels: ['self-hosted', 'MEDIUM'] } }),
        ),
      );
      expect(harness.names()).toEqual(['queue.sendJobEvent']);
      expect(harness.state.queue.events).toMatchObject([{ kind: action, jobId: 7001, tier: 'medium' }]);
    },
  );
});

describe('laws', () => {
  const labelOf = fc.constantFrom('self-hosted', 'linux', 'x64', 'small', 'medium', 'large', 'gpu', 'ubuntu-latest');
  const inAnyCase = (label: string) =>
    fc
      .array(fc.boolean(), { minLength: label.length, maxLength: label.length })
      .map((upper) =>
        [...label].map((letter, index) => (upper[index] === true ? letter.toUpperCase() : letter)).join(''),
      );
  const twins = fc.uniqueArray(labelOf, { maxLength: 5 }).chain((labels) =>
    fc.record({
      labels: fc.constant(labels),
      shuffled: fc
        .shuffledSubarray(labels, { minLength: labels.length })
        .chain((order) => fc.tuple(...order.map(inAnyCase))),
    }),
  );

  it('order and case of labels decide nothing', () => {
    let started = 0;
    fc.assert(
      fc.property(twins, ({ labels, shuffled }) => {
        const one = decide(workflowJob({ job: { labels } }));
        const other = decide(workflowJob({ job: { labels: shuffled } }));
        expect(other.kind).toBe(one.kind);
        if (one.kind !== 'start' || other.kind !== 'start') return;
        started += 1;
        expect(other.fitting.map((tier) => tier.name)).toEqual(one.fitting.map((tier) => tier.name));
      }),
    );
    expect(started).toBeGreaterThan(0);
  });

  it('an action that can not be made a text is no fault of ours', async () => {
    const harness = createWebhookHarness();
    for (const event of ['installation', 'installation_target', 'workflow_job']) {
      const response = await harness.send(
        delivery(event, workflowJob({ top: { action: { toString: '' } }, job: { status: { toString: '' } } })),
      );
      expect(response.statusCode).toBe(202);
    }
  });

  it('no signed body is answered 5xx, whatever it holds', async () => {
    const harness = createWebhookHarness({ publishEvents: ['push'] });
    harness.addTenant();
    const shape = fc.dictionary(
      fc.constantFrom('action', 'workflow_job', 'installation', 'repository', 'account', 'id', 'labels'),
      fc.jsonValue({ maxDepth: 3 }),
    );
    const bent = fc
      .record({
        key: fc.constantFrom('action', 'workflow_job', 'installation', 'repository', 'organization'),
        value: fc.jsonValue({ maxDepth: 2 }),
      })
      .map(({ key, value }) => ({ ...workflowJob(), [key]: value }));
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('workflow_job', 'installation', 'installation_target', 'ping', 'push', 'x'),
        fc.oneof(fc.jsonValue(), shape, bent),
        async (event, payload) => {
          const { statusCode } = await harness.send(delivery(event, payload));
          expect(statusCode).toBeLessThan(500);
        },
      ),
      { numRuns: 300 },
    );
  });
});
