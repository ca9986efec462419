import { execFileSync } from 'node:child_process';
import { job, launch } from '@multi-tenant-runner/testing';
import { createShell } from '../test/shell';

const PAGE = 'https://github.com/acme/app/actions/runs/6001/job/7001';

test('waiting without a tenant shows who waits in the whole fleet, oldest first', async () => {
  const { harness, json } = createShell();
  harness.addTenant({ slots_held: 2 });
  harness.addTenant({ installation_id: 1002, org_name: 'globex', account_id: 502, status: 'suspended' });
  const parked = { state: 'parked', reason: 'limit' } as const;
  await harness.jobs.create(job({ ...parked, queuedAt: '2026-01-15T11:50:00Z' }));
  await harness.jobs.create(job({ ...parked, jobId: 7002, queuedAt: '2026-01-15T11:30:00Z' }));
  const theirs = { installationId: 1002, jobId: 8001, reason: 'tenant-suspended' } as const;
  await harness.jobs.create(job({ ...parked, ...theirs, queuedAt: '2026-01-15T11:40:00Z' }));
  await harness.jobs.create(job({ jobId: 7003, state: 'running', queuedAt: '2026-01-15T11:00:00Z' }));
  const rows = [
    { tenant: 'acme', job: 7002, waits: '30m', why: 'waits, because acme uses 2 of its 2 runners.' },
    { tenant: 'globex', job: 8001, why: expect.stringContaining('suspended') },
    { tenant: 'acme', job: 7001 },
  ];
  expect(await json('waiting')).toMatchObject({ rows });
  expect(await json('waiting', '--limit', '2')).toMatchObject({ rows: rows.slice(0, 2) });
});

describe('tail', () => {
  it('prints what changes, each change once', async () => {
    const { harness, fleet, run } = createShell();
    harness.addTenant();
    await harness.jobs.create(job({ state: 'parked', reason: 'limit' }));
    const { sleep } = fleet;
    let looks = 0;
    Object.assign(fleet, {
      sleep: async (milliseconds: number) => {
        looks += 1;
        await sleep(milliseconds);
        if (looks === 2)
          await harness.jobs.change(1001, 7001, { from: ['parked'] }, { state: 'running', reason: null });
      },
    });
    const { code, out } = await run('--output', 'csv', 'tail', 'acme', '--for', '30s');
    expect(code).toBe(0);
    const states = out.split('\r\n').filter((line) => line.includes('7001'));
    expect(states.map((line) => line.split(',')[4])).toEqual(['parked', 'running']);
  });

  it('takes a duration only', async () => {
    const { harness, run } = createShell();
    harness.addTenant();
    expect((await run('tail', 'acme', '--for', 'ever')).code).toBe(2);
  });
});

describe('where to read what happened', () => {
  it('is the page of a job and the lines of the functions that name it', async () => {
    const { harness, json } = createShell();
    harness.addTenant();
    await harness.jobs.create(job());
    await harness.state.launches.create(launch({ state: 'running', instanceId: 'i-0a' }));
    const page = { what: 'job at GitHub', url: PAGE };
    expect(await json('jobs', 'logs', PAGE)).toMatchObject({ rows: expect.arrayContaining([page]) });
    expect(await json('runners', 'logs', 'i-0a')).toMatchObject({
      rows: [
        page,
        ...['webhook', 'scale-up', 'machine', 'scale-down'].map((name) => ({
          what: `log of ${name}`,
          url: expect.stringContaining(`$252Faws$252Flambda$252Ftest-${name}/log-events$3FfilterPattern$3D$25227001-1`),
        })),
      ],
    });
  });

  it('is the console of a machine, with nothing that would drive the terminal', async () => {
    const { harness, consoles, run } = createShell();
    harness.addTenant();
    await harness.state.launches.create(launch({ state: 'running', instanceId: 'i-0a' }));
    await harness.state.launches.create(launch({ launchId: '7002-1', jobId: 7002, state: 'held' }));
    expect(await run('runners', 'console', 'i-0a')).toMatchObject({ code: 3, out: '' });
    consoles.set('i-0a', '[    0.0] Linux\r\n\u001b[31mrunner\r\n');
    expect((await run('--output', 'table', 'runners', 'console', 'i-0a')).out).toBe('[    0.0] Linux\n�[31mrunner\n');
    expect((await run('runners', 'console', '7002-1', '--tenant', 'acme')).code).toBe(4);
  });
});

describe('tenants set-apps-from-repository', () => {
  it('lets its repositories declare apps, and no more of them', async () => {
    const { harness, json, run } = createShell();
    harness.addTenant();
    const set = (allowed: string) =>
      json('tenants', 'set-apps-from-repository', 'acme', allowed, '--reason', 'they asked');
    expect(await set('on')).toMatchObject({ apps_from_repository: true });
    expect(harness.state.tenants.rows.get(1001)).toMatchObject({ apps_from_repository: true, changed_via: 'mtr' });
    expect(await set('on')).toMatchObject({ sentence: 'Repositories of acme declare apps already.' });
    await set('off');
    expect(harness.state.tenants.rows.get(1001)).not.toHaveProperty('apps_from_repository');
    expect((await run('tenants', 'set-apps-from-repository', 'acme', 'maybe', '--reason', 'r')).code).toBe(2);
  });
});

describe('tenants set-caps', () => {
  it('changes what is named, and takes a cap back', async () => {
    const { harness, json, run } = createShell();
    harness.addTenant();
    const setCaps = (...caps: readonly string[]) => json('tenants', 'set-caps', 'acme', ...caps, '--reason', 'paid');
    expect(await setCaps('--minutes', '3000', '--spend', '99.50')).toMatchObject({
      sentence: 'acme may use 3000 minutes a month, 99.5 US dollars a month; what it has used already counts.',
    });
    expect(harness.state.tenants.rows.get(1001)).toMatchObject({ limit_minutes: 3000, limit_spend: 99.5 });
    await setCaps('--minutes', 'none');
    expect(harness.state.tenants.rows.get(1001)).not.toHaveProperty('limit_minutes');
    expect((await run('tenants', 'set-caps', 'acme', '--reason', 'r')).code).toBe(4);
    expect((await run('tenants', 'set-caps', 'acme', '--minutes', 'many', '--reason', 'r')).code).toBe(2);
  });
});

describe('completion', () => {
  const complete = async (...words: readonly string[]): Promise<readonly string[]> => {
    const { out } = await createShell().run('completion', 'bash');
    const line = ['mtr', ...words].map((word) => `'${word}'`).join(' ');
    const script = `${out}\nCOMP_WORDS=(${line})\nCOMP_CWORD=${words.length}\n_mtr\necho "\${COMPREPLY[@]}"`;
    return execFileSync('bash', ['-c', script], { encoding: 'utf8' }).trim().split(' ');
  };

  it('of bash knows commands, their own commands and their options', async () => {
    expect(await complete('ten')).toEqual(['tenants']);
    expect(await complete('jobs', 'c')).toEqual(['cancel']);
    expect(await complete('--prefix', 'x', 'jobs', 'why', '7001', '--t')).toEqual(['--tenant']);
    expect(await complete('runners', 'kill', '--f')).toEqual(['--force']);
  });

  it('of zsh is that of bash, and fish has its own', async () => {
    const { run } = createShell();
    expect((await run('completion', 'zsh')).out).toMatch(/^#compdef mtr\n/);
    expect((await run('completion', 'fish')).out).toContain(
      "complete -c mtr -f -n '__fish_seen_subcommand_from jobs' -a cancel -d 'give a job ",
    );
    expect((await run('completion', 'cmd')).code).toBe(2);
  });
});
