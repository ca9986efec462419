import { job, machineLife } from '@multi-tenant-runner/testing';
import { NO_TERMINAL } from '../test/no-terminal';
import { NO_PAGE } from '../test/no-page';
import { createFleetInMemory } from '../test/in-memory-fleet';
import { noLines } from '../test/shell';
import { main } from './main';

const LIFE = machineLife({
  startedAt: '2026-01-10T12:00:00.000Z',
  endedAt: '2026-01-10T13:00:00.000Z',
  seconds: 3_600,
  price: { machineHour: 0.04, diskHour: 0.01, asOf: '2026-11-01' },
  costMicros: 50_000,
});

function noFile(path: string): never {
  throw new Error(`ENOENT: no such file or directory, open '${path}'`);
}

async function createShell(files: Readonly<Record<string, string>> = {}) {
  const { fleet, harness } = createFleetInMemory();
  harness.addTenant();
  harness.addTenant({ installation_id: 2002, org_name: 'globex', account_id: 502 });
  harness.state.usage.record(LIFE);
  harness.state.usage.record({
    ...LIFE,
    launchId: '7002-1',
    repository: 'acme/site',
    tier: 'large',
    costMicros: 200_000,
  });
  harness.state.usage.record({ ...LIFE, installationId: 2002, repository: '=globex/app', costMicros: 10_000 });
  harness.state.usage.record({ ...LIFE, launchId: '7003-1', endedAt: '2026-02-01T00:00:00.000Z' });
  const run = async (...argv: readonly string[]): Promise<{ code: number; out: string; err: string }> => {
    const texts = { out: '', err: '' };
    const code = await main(argv, {
      version: '1.2.3',
      connect: async () => fleet,
      connectAccount: () => Promise.reject(new Error('none')),
      lines: noLines(),
      fetch: () => Promise.reject(new Error('none')),
      tell: () => undefined,
      ...NO_PAGE,
      write: (text) => void (texts.out += text),
      writeError: (text) => void (texts.err += text),
      ...NO_TERMINAL,
      namespaces: {
        files: { read: (path) => files[path] ?? noFile(path), write: () => undefined },
        templates: { manifests: {}, plans: {} },
      },
      defaultPrefix: 'test',
    });
    return { code, ...texts };
  };
  const rows = async (...argv: readonly string[]): Promise<unknown> => JSON.parse((await run(...argv)).out).rows;
  return { harness, run, rows };
}

describe('usage', () => {
  it('has the minutes and dollars of a month by tenant, the dearest first', async () => {
    const { rows } = await createShell();
    expect(await rows('usage', '--month', '2026-01')).toEqual([
      { tenant: '1001', login: 'acme', machines: 2, minutes: 120, usd: 0.25, unpriced: 0 },
      { tenant: '2002', login: 'globex', machines: 1, minutes: 60, usd: 0.01, unpriced: 0 },
    ]);
  });

  it('has them by size and by repository, of all tenants or one', async () => {
    const { rows } = await createShell();
    expect(await rows('usage', '--by', 'size')).toMatchObject([
      { size: 'large', usd: 0.2 },
      { size: 'small', usd: 0.06, machines: 2 },
    ]);
    expect(await rows('usage', '--by', 'repository', '--tenant', 'acme')).toMatchObject([
      { repository: 'acme/site' },
      { repository: 'acme/app' },
    ]);
  });

  it('takes the present month, and refuses what is none', async () => {
    const { rows, run } = await createShell();
    expect(await rows('usage', '--month', '2026-02')).toMatchObject([{ tenant: '1001', machines: 1 }]);
    expect(await rows('usage')).toHaveLength(2);
    expect(await run('usage', '--month', '2026-13')).toMatchObject({
      code: 2,
      err: expect.stringContaining('2026-01'),
    });
  });

  it('has a line for each machine in the columns of FOCUS', async () => {
    const { run } = await createShell();
    const { out } = await run('usage', '--month', '2026-01', '--tenant', '1001', '--output', 'focus');
    const [head = '', first = '', ...others] = out.trim().split('\r\n');
    expect(head).toMatch(/^BillingAccountId,BillingCurrency,BillingPeriodStart/);
    expect(first).toContain('2026-01-01T00:00:00Z,2026-02-01T00:00:00Z,2026-01-10T12:00:00.000Z');
    expect(first).toContain(',0.05,0.05,0.05,0.05,1,Hours,3600,Seconds,test,Compute');
    expect(first).toContain('""ghr:tenant_id"":""1001""');
    expect(others).toHaveLength(1);
  });

  it('has no FOCUS of anything else', async () => {
    const { run } = await createShell();
    expect(await run('limits', 'acme', '--output', 'focus')).toMatchObject({ code: 2 });
  });
});

describe('usage reconcile', () => {
  const FOCUS =
    'EffectiveCost,ChargePeriodStart,Tags\n' +
    '0.2,2026-01-10T12:00:00Z,"{""ghr:tenant_id"":""1001""}"\n' +
    '0.3,2026-01-10T12:00:00Z,"{""user:ghr:tenant_id"":""1001""}"\n' +
    '0.02,2026-01-11T00:00:00Z,"{""ghr:tenant_id"":""2002""}"\n' +
    '32.85,2026-01-11T00:00:00Z,"{}"\n' +
    '9,2026-02-01T00:00:00Z,"{""ghr:tenant_id"":""1001""}"\n';
  const CUR =
    'line_item_unblended_cost,line_item_usage_start_date,resource_tags\n' +
    '0.5,2026-01-10T12:00:00.000Z,"{""user_ghr_tenant_id"":""1001""}"\n';

  it('says what share of the bill the ledger explains, by tenant and of all, and what has no tenant', async () => {
    const { rows } = await createShell({ bill: FOCUS });
    expect(await rows('usage', 'reconcile', 'bill', '--month', '2026-01')).toEqual([
      { tenant: '1001', billed_usd: 0.5, ledger_usd: 0.25, explained_percent: 50 },
      { tenant: '2002', billed_usd: 0.02, ledger_usd: 0.01, explained_percent: 50 },
      { tenant: 'all tenants', billed_usd: 0.52, ledger_usd: 0.26, explained_percent: 50 },
      { tenant: 'untagged', billed_usd: 32.85, ledger_usd: 0 },
    ]);
  });

  it('reads CUR 2.0 as well', async () => {
    const { rows } = await createShell({ bill: CUR });
    expect(await rows('usage', 'reconcile', 'bill', '--month', '2026-01')).toContainEqual({
      tenant: '1001',
      billed_usd: 0.5,
      ledger_usd: 0.25,
      explained_percent: 50,
    });
  });

  it('says that the file is not there', async () => {
    const { run } = await createShell({ bill: CUR });
    const none = await run('usage', 'reconcile', 'none.csv', '--month', '2026-01');
    expect(none).toMatchObject({ code: 2, err: expect.stringContaining("none.csv can't be read") });
  });

  it.each([
    ['other columns', 'a,b\n1,2\n'],
    ['nothing', ''],
    ['no CSV', '"unclosed\n1,2'],
  ])('says which columns it needs of a file with %s', async (_what, bill) => {
    const { run } = await createShell({ bill });
    expect(await run('usage', 'reconcile', 'bill', '--month', '2026-01')).toMatchObject({ code: 2 });
  });
});

describe('stats', () => {
  it('has waiting and starting times by size', async () => {
    const { harness, rows, run } = await createShell();
    const at = {
      queuedAt: '2026-01-15T11:00:00Z',
      startingAt: '2026-01-15T11:00:10Z',
      startedAt: '2026-01-15T11:01:00Z',
    };
    await harness.jobs.create(job({ ...at, state: 'running' }));
    expect(await rows('stats', 'acme')).toEqual([
      { size: 'small', jobs: 1, what: 'waiting', p50_seconds: 10, p95_seconds: 10, p99_seconds: 10 },
      { size: 'small', jobs: 1, what: 'starting', p50_seconds: 50, p95_seconds: 50, p99_seconds: 50 },
      { size: 'small', jobs: 1, what: 'total', p50_seconds: 60, p95_seconds: 60, p99_seconds: 60 },
    ]);
    expect((await run('stats', 'globex', '--output', 'table')).out).toBe(
      'No job of globex has run in the last 14 days.\n',
    );
  });
});

describe('usage correct', () => {
  const correct = [
    ...['usage', 'correct', '7001-1', '--tenant', 'acme', '--month', '2026-01'],
    ...['--id', 'ticket-1', '--seconds', '1800', '--reason', 'it ended at half past'],
  ];

  it('says what would change, changes it once, and every report follows', async () => {
    const { run, rows } = await createShell();
    expect((await run(...correct, '--dry-run')).out).toContain('"dry_run": true');
    expect(await rows('usage', '--by', 'size', '--month', '2026-01')).toContainEqual(
      expect.objectContaining({ size: 'small', minutes: 120 }),
    );
    const first = await run(...correct);
    expect(first).toMatchObject({ code: 0, out: expect.stringContaining('"seconds_added": -1800') });
    expect((await run(...correct)).out).toContain('ticket-1 is recorded');
    expect(await rows('usage', '--by', 'size', '--month', '2026-01')).toContainEqual(
      expect.objectContaining({ size: 'small', minutes: 90 }),
    );
    expect(await rows('usage', '--by', 'repository', '--month', '2026-01')).toContainEqual(
      expect.objectContaining({ repository: 'acme/app', machines: 1, minutes: 30, usd: 0.025 }),
    );
  });

  it('is a line of its own in FOCUS', async () => {
    const { run } = await createShell();
    await run(...correct);
    const { out } = await run('--output', 'focus', 'usage', '--month', '2026-01', '--tenant', 'acme');
    const lines = out.trim().split('\n');
    expect(lines).toHaveLength(4);
    expect(lines.filter((line) => line.includes('Correction,Correction ticket-1'))).toHaveLength(1);
  });

  it.each([
    [2, 'Say why', ['usage', 'correct', '7001-1', '--tenant', 'acme', '--month', '2026-01', '--seconds', '1']],
    [3, 'no machine 9-1', ['usage', 'correct', '9-1', '--tenant', 'acme', '--month', '2026-01', '--reason', 'r']],
    [4, 'Say how many', ['usage', 'correct', '7001-1', '--tenant', 'acme', '--month', '2026-01', '--reason', 'r']],
    [2, 'at least 0', [...correct, '--usd', '-5']],
  ])('refuses with %d: %s', async (code, sentence, argv) => {
    const { run } = await createShell();
    expect(await run(...argv)).toMatchObject({ code, err: expect.stringContaining(sentence) });
  });
});
