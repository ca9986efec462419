import { MODULE_ROW } from '@multi-tenant-runner/core';
import { known } from '../test/healthy-facts';
import { createShell } from '../test/shell';

const BECAUSE = ['--reason', 'a day like any other'];

describe('pins', () => {
  const pinned = () => {
    const shell = createShell();
    shell.harness.state.tenants.rows.set(MODULE_ROW, { installation_id: 0, login_acme: 501, login_globex: 502 });
    return shell;
  };

  it('are listed, and taken away from one login, with an entry in the audit trail', async () => {
    const { json, audit } = pinned();
    expect(await json('pins', 'list')).toEqual({
      rows: [
        { login: 'acme', account: 501 },
        { login: 'globex', account: 502 },
      ],
    });
    expect(await json('pins', 'remove', 'Acme', '--dry-run')).toMatchObject({ account: 501, dry_run: true });
    expect(await json('pins', 'remove', 'Acme', ...BECAUSE)).toMatchObject({ login: 'acme', account: 501 });
    expect(await json('pins', 'list')).toEqual({ rows: [{ login: 'globex', account: 502 }] });
    expect(audit.entries).toMatchObject([
      { installationId: 0, action: 'login.unpinned', before: { login_acme: 501 }, reason: BECAUSE[1] },
    ]);
  });

  it('of nobody are not there, and one that changed meanwhile stays', async () => {
    const { fleet, run } = pinned();
    expect((await run('pins', 'remove', 'initech', ...BECAUSE)).code).toBe(3);
    expect((await run('pins', 'remove', 'acme')).code).toBe(2);
    const { pins } = fleet;
    Object.assign(fleet, { pins: { ...pins, list: async () => new Map([['acme', 999]]) } });
    expect((await run('pins', 'remove', 'acme', ...BECAUSE)).code).toBe(5);
    expect(await pins.list()).toEqual(
      new Map([
        ['acme', 501],
        ['globex', 502],
      ]),
    );
  });
});

test('images says what each size starts from, and which runner that has', async () => {
  const shell = createShell();
  const image = { image: 'ami-1', exists: true, createdAt: '2026-01-10T12:00:00Z', runnerVersion: '2.335.0' };
  shell.facts = {
    ...shell.facts,
    images: known([
      { size: 'small', ...image },
      { size: 'large', ...image, pinnedVersion: '2.330.0' },
      { size: 'huge', image: 'ami-2', exists: false },
    ]),
  };
  expect(await shell.json('images')).toEqual({
    rows: [
      { size: 'small', image: 'ami-1', age: '5d', runner: '2.335.0', pinned: false },
      { size: 'large', image: 'ami-1', age: '5d', runner: '2.330.0', pinned: true },
      { size: 'huge', image: 'ami-2 (not there)', pinned: false },
    ],
  });
});

describe('tenants retry', () => {
  const at = '2026-01-15T11:00:00.000Z';
  const circuit = { failures: 5, first_at: at, last_at: at, opened_at: at, reason: 'error', probes: 0 };

  it('takes away what holds launches back for later, once', async () => {
    const { harness, json } = createShell();
    const later = '2026-01-15T13:00:00.000Z';
    harness.addTenant({ circuit_small: circuit, circuit_large: circuit, github_limited_until: later });
    const retry = ['tenants', 'retry', 'acme', ...BECAUSE];
    expect(await json(...retry, '--dry-run')).toMatchObject({ circuit_small: null, github_limited_until: null });
    const { sentence } = Object(await json(...retry));
    expect(sentence).toMatch(/^acme is tried again at once: .*GitHub's pause no longer hold it back\.$/);
    const row = harness.state.tenants.rows.get(1001) ?? {};
    expect(Object.keys(row).filter((name) => /^(circuit_|github_limited)/.test(name))).toEqual([]);
    expect(await json(...retry)).toMatchObject({ sentence: 'Nothing holds launches of acme back for later.' });
  });

  it('is refused to who is gone', async () => {
    const { harness, run } = createShell();
    harness.addTenant({ status: 'deleted' });
    expect((await run('tenants', 'retry', '1001', ...BECAUSE)).code).toBe(4);
  });
});

describe('tenants offboard --all', () => {
  const ALL = ['tenants', 'offboard', '--all', ...BECAUSE];
  const withTenants = () => {
    const shell = createShell();
    shell.harness.addTenant();
    shell.harness.addTenant({ installation_id: 1002, org_name: 'globex', account_id: 502, status: 'suspended' });
    shell.harness.addTenant({ installation_id: 1003, org_name: 'initech', account_id: 503, status: 'deleted' });
    return shell;
  };
  const statusOf = ({ harness }: ReturnType<typeof createShell>) =>
    [...harness.state.tenants.rows.values()].map(({ status }) => status);

  it('says how many and who before it does anything', async () => {
    const shell = withTenants();
    expect(await shell.run(...ALL)).toMatchObject({
      code: 2,
      err: expect.stringContaining('2 tenants end for good, with all that runs of them: acme, globex.'),
    });
    expect(await shell.json('tenants', 'offboard', '--all', '--dry-run')).toMatchObject({
      rows: [{ tenant: 'acme' }, { tenant: 'globex' }],
    });
    expect(statusOf(shell)).toEqual(['active', 'suspended', 'deleted']);
  });

  it('ends every tenant, and waits until nothing of them is left', async () => {
    const shell = withTenants();
    expect(await shell.json(...ALL, '--yes', '--wait', '10m')).toEqual({
      rows: [
        { installation: 1001, tenant: 'acme', becomes: 'deleted', gone: true },
        { installation: 1002, tenant: 'globex', becomes: 'deleted', gone: true },
      ],
    });
    expect(new Set(statusOf(shell))).toEqual(new Set(['deleted']));
    expect((await shell.run(...ALL, '--output', 'table')).out).toBe('There are no tenants.\n');
  });

  it('wants a name or --all, and not both', async () => {
    const { run } = withTenants();
    expect((await run('tenants', 'offboard', ...BECAUSE)).code).toBe(2);
    expect((await run(...ALL, 'acme')).code).toBe(2);
  });
});

describe('freeze --until', () => {
  const FREEZE = ['freeze', '--yes', ...BECAUSE];

  it('lets launches go on at that time, and the audit trail has both', async () => {
    const shell = createShell();
    const seen: boolean[] = [];
    const { sleep } = shell.fleet;
    Object.assign(shell.fleet, {
      sleep: (milliseconds: number) => {
        seen.push(shell.enabled);
        return sleep(milliseconds);
      },
    });
    const { code, out } = await shell.run(...FREEZE, '--until', '15m');
    expect(code).toBe(0);
    expect(out).toContain('"until": "2026-01-15T12:15:00.000Z"');
    expect(new Set(seen)).toEqual(new Set([false]));
    expect(shell.enabled).toBe(true);
    expect(shell.audit.entries.map(({ at, action }) => `${at} ${action}`)).toEqual([
      '2026-01-15T12:00:00.000Z launches.frozen',
      '2026-01-15T12:15:00.000Z launches.unfrozen',
    ]);
  });

  it('takes no time that is over, and stops nothing then', async () => {
    const shell = createShell();
    expect((await shell.run(...FREEZE, '--until', '2026-01-15T11:00:00Z')).code).toBe(2);
    expect((await shell.run(...FREEZE, '--until', 'soon')).code).toBe(2);
    expect(await shell.json('freeze', '--dry-run', '--until', '1h')).toMatchObject({ dry_run: true });
    expect(shell.enabled).toBe(true);
    expect(shell.audit.entries).toEqual([]);
  });
});
