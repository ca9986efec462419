import { INSTALLATION, job, launch } from '@multi-tenant-runner/testing';
import { OPERATOR, createApiHarness } from '../../test/api-harness';

const JOB = `/v1/tenants/${INSTALLATION}/jobs/7001`;
const RUNNER = `/v1/tenants/${INSTALLATION}/runners/7001-1`;
const sent = (body: object = {}) => ({ method: 'POST', body, headers: { 'x-reason': 'an incident' } });

describe('a job', () => {
  it('that waits is cancelled once, with who and why', async () => {
    const { operator, harness, audit } = await createApiHarness();
    await harness.jobs.create(job({ state: 'parked', reason: 'limit' }));
    await expect(operator(`${JOB}/cancel`, sent())).resolves.toMatchObject({
      status: 200,
      body: {
        changed: true,
        sentence: expect.stringContaining('GitHub has it in its queue until its run is cancelled there'),
        job: { state: 'cancelled', reason: 'cancelled-by-operator' },
      },
    });
    await expect(operator(`${JOB}/cancel`, sent())).resolves.toMatchObject({ status: 200, body: { changed: false } });
    expect(audit.entries).toMatchObject([
      {
        installationId: INSTALLATION,
        action: 'job.cancelled',
        actor: OPERATOR,
        reason: 'an incident',
        before: { state: 'parked', reason: 'limit' },
      },
    ]);
  });

  it('that runs, or that GitHub ended, is left alone with a sentence', async () => {
    const { operator, harness, audit } = await createApiHarness();
    await harness.jobs.create(job({ state: 'running', runnerName: 'ghr-i-1' }));
    await expect(operator(`${JOB}/cancel`, sent())).resolves.toMatchObject({
      status: 409,
      body: { detail: expect.stringContaining('runs on ghr-i-1. Cancel its run at GitHub') },
    });
    await expect(operator(`${JOB}/retry`, sent())).resolves.toMatchObject({ status: 200, body: { changed: false } });
    await harness.jobs.create(job({ jobId: 7002, state: 'completed' }));
    const other = JOB.replace('7001', '7002');
    await expect(operator(`${other}/retry`, sent())).resolves.toMatchObject({ status: 409 });
    expect(audit.entries).toEqual([]);
  });

  it('that ended here is asked about at GitHub, as scale-up does it', async () => {
    const { operator, harness } = await createApiHarness();
    await harness.jobs.create(job({ state: 'expired', reason: 'too-old' }));
    await expect(operator(`${JOB}/retry`, sent())).resolves.toMatchObject({ status: 200, body: { changed: true } });
    expect(harness.state.queue.takeJob()).toMatchObject({ jobId: 7001, deliveryId: 'retry-request-1' });
  });

  it('that goes on in the last moment is not cancelled', async () => {
    const { operator, harness } = await createApiHarness();
    await harness.jobs.create(job({ state: 'queued' }));
    const { change } = harness.jobs;
    harness.jobs.change = async (installationId, jobId, guard, changes) => {
      await change(installationId, jobId, { from: ['queued'] }, { state: 'running' });
      return change(installationId, jobId, guard, changes);
    };
    await expect(operator(`${JOB}/cancel`, sent())).resolves.toMatchObject({ status: 412 });
  });
});

describe('a runner', () => {
  it('is ended on demand; asked again, the answer has the proof', async () => {
    const { operator, harness, audit } = await createApiHarness();
    await harness.state.launches.create(launch({ state: 'running', instanceId: 'i-0a' }));
    await expect(operator(`${RUNNER}/end`, sent())).resolves.toMatchObject({
      status: 200,
      body: { changed: true, sentence: expect.stringContaining('unless it has taken a job by then') },
    });
    await expect(operator(`${RUNNER}/end`, sent())).resolves.toMatchObject({ body: { changed: false } });
    expect(audit.entries).toMatchObject([{ action: 'runner.end-asked', after: { launch_id: '7001-1', force: false } }]);
    const end = { state: 'ended', machineEndedAt: '2026-01-15T12:01:00Z', reason: 'ended-by-hand' } as const;
    await harness.state.launches.change(INSTALLATION, '7001-1', { from: ['running'] }, end);
    await expect(operator(`${RUNNER}/end`, sent())).resolves.toMatchObject({
      body: { proof: 'EC2 had ended i-0a by 2026-01-15T12:01:00Z (ended-by-hand), and its slot is free.' },
    });
  });

  it('that runs a job is ended only with force, and the answer says what that costs', async () => {
    const { operator, harness } = await createApiHarness();
    await harness.state.launches.create(launch({ state: 'running', instanceId: 'i-0a', takenBy: 7001 }));
    await expect(operator(`${RUNNER}/end`, sent())).resolves.toMatchObject({
      status: 409,
      body: { detail: 'Runner i-0a runs job 7001, so only force ends it: GitHub then fails the job.' },
    });
    await expect(operator(`${RUNNER}/end`, sent({ force: true }))).resolves.toMatchObject({
      status: 200,
      body: { sentence: expect.stringContaining('and job 7001 with it') },
    });
    expect(harness.state.launches.all()).toMatchObject([{ endForced: true }]);
  });

  it('without a machine has nothing to end', async () => {
    const { operator, harness } = await createApiHarness();
    await harness.state.launches.create(launch({ state: 'held' }));
    await expect(operator(`${RUNNER}/end`, sent())).resolves.toMatchObject({ status: 409 });
  });
});
