import { join } from 'node:path';
import { job, launch } from '@multi-tenant-runner/testing';
import { parseExport, parseSettings, renderNamespaces } from '@multi-tenant-runner/namespaces';
import { SETTINGS, createShell, readFile, root, templates } from '../test/shell';

const PAGE = 'https://github.com/acme/app/actions/runs/6001/job/7001';

describe('jobs why', () => {
  it('says in one sentence why a job waits, its place, and who can act', async () => {
    const { harness, json } = createShell();
    harness.addTenant({ slots_held: 2 });
    for (const jobId of [6999, 7001])
      await harness.jobs.create(
        job({
          jobId,
          state: 'parked',
          reason: 'limit',
          queuedAt: jobId === 6999 ? '2026-01-15T11:00:00Z' : '2026-01-15T11:30:00Z',
        }),
      );
    expect(await json('jobs', 'why', PAGE)).toMatchObject({
      sentence: 'Job 7001 of acme/app waits, because acme uses 2 of its 2 runners.',
      who_can_act: 'operator',
      position: 2,
    });
  });

  it('takes an id with --tenant, and asks for one without', async () => {
    const { harness, run } = createShell();
    harness.addTenant();
    await harness.jobs.create(job());
    expect((await run('jobs', 'why', '7001', '--tenant', 'acme')).code).toBe(0);
    expect(await run('jobs', 'why', '7001')).toMatchObject({ code: 2, err: expect.stringContaining('--tenant') });
  });

  it.each([
    ['of another tenant', 'https://github.com/globex/app/actions/runs/1/job/7001', 3],
    ['that nobody sent', 'https://github.com/acme/app/actions/runs/1/job/9999', 3],
    ['that is no job', 'https://github.com/acme/app', 2],
  ])('finds no job %s', async (_what, name, code) => {
    const { harness, run } = createShell();
    harness.addTenant();
    harness.addTenant({ installation_id: 1002, org_name: 'globex', account_id: 502 });
    await harness.jobs.create(job());
    expect(await run('jobs', 'why', name)).toMatchObject({ code, out: '' });
  });
});

describe('a change', () => {
  it('is written with its reason, once', async () => {
    const { harness, json } = createShell();
    harness.addTenant();
    const suspend = ['tenants', 'suspend', 'acme', '--reason', 'unpaid'];
    expect(await json(...suspend)).toMatchObject({ status: 'suspended', suspended_by: 'operator' });
    expect(await json(...suspend)).toMatchObject({ sentence: 'acme is suspended by an operator already.' });
    expect(harness.state.tenants.rows.get(1001)).toMatchObject({
      change_reason: 'unpaid',
      changed_by: 'arn:aws:iam::123456789012:user/ops',
    });
  });

  it('needs a reason', async () => {
    const { harness, run } = createShell();
    const before = harness.addTenant();
    expect(await run('tenants', 'suspend', 'acme')).toMatchObject({
      code: 2,
      err: expect.stringContaining('--reason'),
    });
    expect(harness.state.tenants.rows.get(1001)).toEqual(before);
  });

  it('is only told with --dry-run', async () => {
    const { harness, json } = createShell();
    const before = harness.addTenant();
    const answer = await json('tenants', 'set-tier', 'acme', 'large', '--reason', 'paid', '--dry-run');
    expect(answer).toMatchObject({ tier: 'large', max_runners: 10, dry_run: true });
    expect(harness.state.tenants.rows.get(1001)).toEqual(before);
  });

  it.each([
    ['to a tier that is not there', ['tenants', 'set-tier', 'acme', 'huge'], 'runner_tiers has small, medium, large'],
    ['that lifts GitHub’s suspension', ['tenants', 'resume', 'globex'], 'only its owners can lift that'],
    ['that approves who does not wait for it', ['tenants', 'approve', 'globex'], 'does not wait for approval'],
    ['of a deleted tenant', ['tenants', 'suspend', '1003'], 'that is final'],
  ])('%s is refused', async (_what, argv, sentence) => {
    const { harness, run } = createShell();
    harness.addTenant();
    harness.addTenant({ installation_id: 1002, org_name: 'globex', status: 'suspended', suspended_by: 'github' });
    harness.addTenant({ installation_id: 1003, org_name: 'initech', status: 'deleted' });
    expect(await run(...argv, '--reason', 'r')).toMatchObject({
      code: 4,
      out: '',
      err: expect.stringContaining(sentence),
    });
  });

  it('that ends a tenant needs --yes', async () => {
    const { harness, run } = createShell();
    harness.addTenant();
    expect((await run('tenants', 'offboard', 'acme', '--reason', 'left')).code).toBe(2);
    expect((await run('tenants', 'offboard', 'acme', '--reason', 'left', '--yes')).code).toBe(0);
    expect(harness.state.tenants.rows.get(1001)).toMatchObject({ status: 'deleted' });
  });

  it('to a row that changed since it was read writes nothing', async () => {
    const { harness, fleet, run } = createShell();
    harness.addTenant();
    const get = fleet.directory.get;
    Object.assign(fleet.directory, {
      get: async (id: number) => {
        const lookup = await get(id);
        harness.addTenant({ status: 'suspended', suspended_by: 'github' });
        return lookup;
      },
    });
    expect((await run('tenants', 'set-limit', 'acme', '9', '--reason', 'r')).code).toBe(5);
    expect(harness.state.tenants.rows.get(1001)).toMatchObject({ max_runners: 2 });
  });
});

describe('lists', () => {
  it('pages through tenants by a token', async () => {
    const { harness, json } = createShell();
    for (const id of [1, 2, 3]) harness.addTenant({ installation_id: id, org_name: `org-${id}` });
    expect(await json('tenants', 'list', '--limit', '2')).toMatchObject({
      rows: [{ installation: 1 }, { installation: 2 }],
      next_page_token: '2',
    });
    expect(await json('tenants', 'list', '--limit', '2', '--page-token', '2')).toMatchObject({
      rows: [{ installation: 3 }],
    });
  });

  it('show a tenant’s jobs, waiting jobs, runners and limits, and of no other', async () => {
    const { harness, json } = createShell();
    harness.addTenant({ slots_held: 1 });
    harness.addTenant({ installation_id: 1002, org_name: 'globex' });
    await harness.jobs.create(job({ state: 'running' }));
    await harness.jobs.create(job({ jobId: 7002, state: 'parked', reason: 'limit' }));
    await harness.jobs.create(job({ jobId: 8001, installationId: 1002 }));
    await harness.state.launches.create(launch({ state: 'running', instanceId: 'i-0a' }));
    expect(await json('jobs', 'list', 'acme')).toMatchObject({ rows: [{ job: 7002 }, { job: 7001 }] });
    expect(await json('waiting', 'acme')).toMatchObject({ rows: [{ job: 7002 }] });
    expect(await json('runners', 'list', 'acme')).toMatchObject({ rows: [{ launch: '7001-1', instance: 'i-0a' }] });
    expect(await json('runners', 'show', 'i-0a')).toMatchObject({ installation: 1001, launch: '7001-1' });
    expect(await json('limits', 'acme')).toMatchObject({
      rows: expect.arrayContaining([expect.objectContaining({ used: 1, of: 2, left: 1 })]),
    });
  });

  it('take only jobs since a time', async () => {
    const { harness, json, run } = createShell();
    harness.addTenant();
    await harness.jobs.create(job({ queuedAt: '2026-01-15T11:00:00Z' }));
    await harness.jobs.create(job({ jobId: 7002, queuedAt: '2026-01-15T11:59:00Z' }));
    expect(await json('jobs', 'list', 'acme', '--since', '15m')).toMatchObject({ rows: [{ job: 7002 }] });
    expect((await run('jobs', 'list', 'acme', '--since', 'yesterday')).code).toBe(2);
  });
});

describe('dead letters', () => {
  it('are listed, and moved back where they have a source', async () => {
    const { deadLetters, redriven, run } = createShell();
    deadLetters.push(
      { queue: 'test-builds-small-dlq', messages: 2, hasSource: true },
      { queue: 'test-sweep-dlq', messages: 1, hasSource: false },
    );
    expect((await run('redrive')).out).toContain('test-sweep-dlq');
    expect((await run('redrive', 'test-builds-small-dlq', '--dry-run')).code).toBe(0);
    expect(redriven).toEqual([]);
    expect((await run('redrive', 'test-builds-small-dlq')).code).toBe(2);
    expect((await run('redrive', 'test-builds-small-dlq', '--reason', 'mended')).code).toBe(0);
    expect(redriven).toEqual(['test-builds-small-dlq']);
    expect((await run('redrive', 'test-sweep-dlq')).code).toBe(4);
    expect((await run('redrive', 'elsewhere')).code).toBe(3);
  });
});

it('freezes all launches only with --yes and a reason, and lets them go on', async () => {
  const shell = createShell();
  expect((await shell.run('freeze')).code).toBe(2);
  expect((await shell.run('freeze', '--yes')).code).toBe(2);
  expect((await shell.run('freeze', '--yes', '--reason', 'an incident')).code).toBe(0);
  expect(shell.enabled).toBe(false);
  expect((await shell.run('unfreeze', '--reason', 'it is over')).code).toBe(0);
  expect(shell.enabled).toBe(true);
});

describe('output', () => {
  it('is a table on a terminal and JSON in a pipe, unless asked otherwise', async () => {
    const terminal = createShell({ isTerminal: true });
    terminal.harness.addTenant();
    expect((await terminal.run('tenants', 'list')).out).toBe(
      'INSTALLATION  TENANT  TIER   LIMIT\n1001          acme    small  2\n',
    );
    expect((await terminal.run('--output', 'csv', 'tenants', 'list')).out).toBe(
      'installation,tenant,tier,limit\r\n1001,acme,small,2\r\n',
    );
  });

  it('lets no escape sequence of a tenant reach a terminal, and no formula a spreadsheet', async () => {
    const { harness, run } = createShell();
    harness.addTenant({ org_name: '=cmd\u001b[31m' });
    expect((await run('--output', 'table', 'tenants', 'list')).out).not.toContain('\u001b');
    expect((await run('--output', 'csv', 'tenants', 'list')).out).toContain("'=cmd");
  });
});

describe('audit search', () => {
  it('shows who changed a tenant, what and why, newest first', async () => {
    const { harness, audit, json, run } = createShell();
    harness.addTenant();
    const entry = {
      installationId: 1001,
      action: 'tenant.changed',
      actor: 'arn:aws:iam::123456789012:user/ops',
      via: 'api',
      reason: 'they asked',
      before: { tier: 'small' },
      after: { tier: 'medium', max_runners: 5 },
    } as const;
    for (const minute of [1, 2]) await audit.record({ ...entry, id: `${minute}`, at: `2026-01-15T12:0${minute}:00Z` });
    expect(await json('audit', 'search', '--tenant', 'acme')).toMatchObject({
      rows: [
        { at: '2026-01-15T12:02:00Z', change: 'tier small → medium, max_runners - → 5', via: 'api' },
        { at: '2026-01-15T12:01:00Z', who: 'arn:aws:iam::123456789012:user/ops', reason: 'they asked' },
      ],
    });
    const first = Object(await json('audit', 'search', '--day', '2026-01-15', '--limit', '1'));
    const token = String(first.next_page_token);
    const second = await json('audit', 'search', '--day', '2026-01-15', '--page-token', token);
    expect(second).toMatchObject({ rows: [{ at: '2026-01-15T12:01:00Z' }] });
    expect(await run('audit', 'search', '--day', 'yesterday')).toMatchObject({ code: 2 });
    expect(await run('audit', 'search', '--page-token', 'x')).toMatchObject({ code: 2 });
  });

  it('has what was done to the whole fleet', async () => {
    const { audit, run } = createShell();
    await run('freeze', '--yes', '--reason', 'an incident');
    await run('freeze', '--dry-run');
    expect(audit.entries).toMatchObject([
      { installationId: 0, action: 'launches.frozen', via: 'mtr', reason: 'an incident' },
    ]);
  });
});

describe('the command line', () => {
  it.each([
    ['without a prefix', ['tenants', 'list'], 'Give --prefix'],
    ['with an unknown command', ['tenants', 'lst'], 'unknown command'],
    ['with a limit that is no number', ['tenants', 'list', '--limit', 'ten'], 'whole number'],
    ['with jobs that are no number', ['stats', 'acme', '--limit', 'ten'], 'whole number'],
    ['with a port that there is not', ['open', '--port', '99999'], 'from 1 to 65535'],
    ['with an address that is none', ['app', 'create', '--github-api-url', 'ghes'], 'begins with https://'],
    ['without what it needs', ['tenants', 'set-limit'], '--help says what it takes'],
    ['with an unknown format', ['--output', 'xml', 'tenants', 'list'], 'Allowed choices'],
  ])('%s is refused in a sentence', async (_what, argv, sentence) => {
    const { run } = createShell({ defaultPrefix: '' });
    expect(await run(...argv)).toMatchObject({ code: 2, out: '', err: expect.stringContaining(sentence) });
  });

  it('shows help on standard output', async () => {
    expect(await createShell().run('--version')).toEqual({ code: 0, err: '', out: '1.2.3\n' });
    expect(await createShell().run('--help')).toMatchObject({ code: 0, err: '', out: expect.stringContaining('why') });
  });

  it('says of an error of AWS what it is, without a stack', async () => {
    const { fleet, run } = createShell();
    const denied = Object.assign(new Error('User: ops is not authorized'), { name: 'AccessDeniedException' });
    Object.assign(fleet.directory, { list: () => Promise.reject(denied) });
    const { code, err } = await run('tenants', 'list');
    expect({ code, err }).toEqual({
      code: 1,
      err: 'mtr: AWS refuses this to the current identity: User: ops is not authorized\n',
    });
  });
});

describe('namespaces', () => {
  const render = ['namespaces', 'render', '--settings', SETTINGS, '--out', 'clusters'];

  it('are those of the active and the suspended tenants of the registry', async () => {
    const { harness, json, written } = createShell();
    harness.addTenant();
    harness.addTenant({ installation_id: 1002, org_name: 'globex_inc', status: 'suspended' });
    harness.addTenant({ installation_id: 1003, org_name: 'initech', status: 'deleted' });
    expect(await json(...render)).toMatchObject({ namespaces: 2, folder: 'clusters' });
    const folders = new Set([...written.keys()].map((path) => path.split('/')[1]));
    expect([...folders]).toEqual(['tenant-acme', 'tenant-globex-inc']);
    expect(written.get('clusters/tenant-globex-inc/30-quota.yaml')).toContain('pods: "0"');
  });

  it('can come from an export, which asks AWS nothing', async () => {
    const { run, written } = createShell();
    const tenants = join(root, 'examples/tenant-namespace/tenants.json');
    expect((await run(...render, '--tenants', tenants)).code).toBe(0);
    const entries = parseExport(readFile(tenants));
    const files = renderNamespaces(templates, entries, parseSettings(readFile(SETTINGS)));
    expect(Object.fromEntries(written)).toEqual(
      Object.fromEntries(Object.entries(files).map(([name, text]) => [`clusters/${name}`, text])),
    );
  });

  it('and plan of a tenant are in what "tenants show" says of it', async () => {
    const { harness, json } = createShell();
    harness.addTenant({ tier: 'medium' });
    expect(await json('tenants', 'show', 'acme', '--namespaces', SETTINGS)).toMatchObject({
      namespace: 'tenant-acme',
      plan: 'team',
    });
    expect(await json('tenants', 'show', 'acme')).not.toHaveProperty('namespace');
  });

  it.each([
    ['settings that are not there', ['--settings', 'none.json'], "none.json can't be read"],
    ['settings of something else', ['--settings', join(root, 'package.json')], 'The settings have no cluster_name'],
  ])('name %s', async (_what, more, sentence) => {
    const { run } = createShell();
    expect(await run(...render, ...more)).toMatchObject({ code: 2, err: expect.stringContaining(sentence) });
  });
});
