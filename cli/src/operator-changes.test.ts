import { job, launch } from '@multi-tenant-runner/testing';
import { createShell } from '../test/shell';

const PAGE = 'https://github.com/acme/app/actions/runs/6001/job/7001';
const BECAUSE = ['--reason', 'an incident'];

describe('jobs cancel', () => {
  it('ends what a waiting job holds here, and says what is left to do at GitHub', async () => {
    const { harness, audit, json } = createShell();
    harness.addTenant();
    await harness.jobs.create(job({ state: 'parked', reason: 'limit', runId: 6001 }));
    expect(await json('jobs', 'cancel', PAGE, '--dry-run')).toMatchObject({ dry_run: true });
    expect(await json('jobs', 'cancel', PAGE, ...BECAUSE)).toMatchObject({
      state: 'cancelled',
      reason: 'cancelled-by-operator',
      at_github: 'gh run cancel 6001 --repo acme/app',
    });
    expect(await json('jobs', 'cancel', PAGE, ...BECAUSE)).toMatchObject({
      sentence: 'Job 7001 of acme/app is over already: cancelled.',
    });
    expect(await json('jobs', 'why', PAGE)).toMatchObject({
      sentence: 'Job 7001 of acme/app was cancelled, because an operator cancelled it here.',
    });
    expect(audit.entries).toMatchObject([{ action: 'job.cancelled', via: 'mtr', reason: 'an incident' }]);
  });

  it('needs a reason, and leaves a job alone that runs', async () => {
    const { harness, run } = createShell();
    harness.addTenant();
    await harness.jobs.create(job({ state: 'running' }));
    expect(await run('jobs', 'cancel', PAGE)).toMatchObject({ code: 2, err: expect.stringContaining('--reason') });
    expect(await run('jobs', 'cancel', PAGE, ...BECAUSE)).toMatchObject({ code: 4, out: '' });
  });
});

describe('jobs retry', () => {
  it('makes a job due that waits for later', async () => {
    const { harness, json } = createShell();
    harness.addTenant();
    const later = { state: 'parked', reason: 'github-refused', nextTry: '2026-01-15T13:00:00.000Z' } as const;
    await harness.jobs.create(job(later));
    expect(await json('jobs', 'retry', PAGE, ...BECAUSE)).toMatchObject({
      next_try: harness.clock.now().toISOString(),
    });
  });

  it('has GitHub asked about a job that was ended here', async () => {
    const { harness, json } = createShell();
    harness.addTenant();
    await harness.jobs.create(job({ state: 'refused', reason: 'tier-access' }));
    expect(await json('jobs', 'retry', PAGE, ...BECAUSE)).toMatchObject({
      sentence: 'GitHub is asked about Job 7001 of acme/app: if it still has it in its queue, it starts.',
    });
    expect(harness.state.queue.takeJob()).toMatchObject({ deliveryId: expect.stringMatching(/^retry-/) });
  });
});

describe('runners kill', () => {
  const RUNNING = launch({ state: 'running', instanceId: 'i-0a' });

  it('waits for the end and shows what proves it', async () => {
    const { harness, fleet, audit, json } = createShell();
    harness.addTenant();
    await harness.state.launches.create(RUNNING);
    const { get } = fleet.launches;
    let looks = 0;
    Object.assign(fleet.launches, {
      get: async (installationId: number, launchId: string) => {
        looks += 1;
        const end = { state: 'ended', machineEndedAt: '2026-01-15T12:01:00Z', reason: 'ended-by-hand' } as const;
        if (looks === 4) await harness.state.launches.change(installationId, launchId, { from: ['running'] }, end);
        return get(installationId, launchId);
      },
    });
    expect(await json('runners', 'kill', 'i-0a', ...BECAUSE)).toMatchObject({
      state: 'ended',
      machine_ended_at: '2026-01-15T12:01:00Z',
      proof: 'EC2 had ended i-0a by 2026-01-15T12:01:00Z (ended-by-hand), and its slot is free.',
    });
    expect(audit.entries).toMatchObject([{ action: 'runner.end-asked', after: { instance_id: 'i-0a' } }]);
  });

  it('says so when nothing ends it', async () => {
    const { harness, run } = createShell();
    harness.addTenant();
    await harness.state.launches.create(RUNNING);
    expect(await run('runners', 'kill', 'i-0a', ...BECAUSE)).toMatchObject({
      code: 1,
      err: expect.stringContaining('has not ended within three minutes'),
    });
    expect((await run('runners', 'kill', 'i-0a', ...BECAUSE, '--no-wait')).code).toBe(0);
  });

  it('ends one that runs a job only with --force and --yes', async () => {
    const { harness, run, json } = createShell();
    harness.addTenant();
    await harness.state.launches.create(launch({ ...RUNNING, takenBy: 7001 }));
    const kill = ['runners', 'kill', '7001-1', '--tenant', 'acme', '--no-wait', ...BECAUSE];
    expect(await run(...kill)).toMatchObject({ code: 4, err: expect.stringContaining('only --force ends it') });
    expect(await run(...kill, '--force')).toMatchObject({ code: 2, err: expect.stringContaining('--yes') });
    expect(harness.state.launches.all()).toMatchObject([{ launchId: '7001-1' }]);
    expect(await json(...kill, '--force', '--yes')).toMatchObject({
      sentence: expect.stringContaining('and job 7001 with it, which GitHub fails'),
    });
    expect(harness.state.launches.all()).toMatchObject([{ endForced: true }]);
  });
});
