import { createShellWithTenant } from '../test/shell-with-tenant';
import { createShell } from '../test/shell';

const REASON = ['--reason', 'they asked'] as const;
const [FIRST, SECOND] = ['1'.repeat(40), '2'.repeat(40)];
const CREATE = ['--repository', 'acme/app', '--repository-id', '74', ...REASON] as const;

type Shell = ReturnType<typeof createShellWithTenant>;

/** As the deployer would say of a deployment that it is live. */
async function goLive({ apps, harness }: Shell, deploymentId: string, commit: string): Promise<void> {
  const app = apps.rows.get('shop');
  const row = [...apps.deploymentRows.values()].find((one) => one.deploymentId === deploymentId);
  if (app === undefined || row === undefined) throw new Error('There is no app, or no deployment.');
  const digest = `sha256:${commit.slice(0, 4)}`;
  const at = harness.clock.now().toISOString();
  const live = { deploymentId, commit, digest, taskDefinition: `task-${commit.slice(0, 1)}` };
  await apps.deployments.end(
    row,
    { from: ['queued', 'releasing'] },
    {
      changes: { state: 'live', digest, endedAt: at, updatedAt: at },
      live,
      ...(app.live && { replaces: app.live.deploymentId }),
    },
  );
  harness.clock.advance(60_000);
}

async function deploy(shell: Shell, commit: string): Promise<void> {
  const asked = (await shell.json('apps', 'deploy', 'shop', '--commit', commit, ...REASON)) as {
    readonly deployment: string;
  };
  await goLive(shell, asked.deployment, commit);
}

describe('apps', () => {
  it('are declared, listed and shown, and one beyond the quota is refused', async () => {
    const shell = createShellWithTenant();
    expect(await shell.json('apps', 'create', 'acme', 'shop', ...CREATE, '--count', '2', '--preview')).toMatchObject({
      app: 'shop',
      url: 'https://shop.apps.example.test',
      count: 2,
      sentence: expect.stringContaining('a push to main of acme/app'),
    });
    await shell.run('apps', 'create', 'acme', 'forum', ...CREATE);
    expect(await shell.run('apps', 'create', 'acme', 'third', ...CREATE)).toMatchObject({
      code: 4,
      err: expect.stringContaining('2 apps'),
    });
    expect(await shell.json('apps', 'list', 'acme')).toMatchObject({ rows: [{ app: 'forum' }, { app: 'shop' }] });
    expect(shell.apps.rows.get('shop')?.preview).toBe(true);
    expect(await shell.json('apps', 'show', 'SHOP')).toMatchObject({ state: 'active', branch: 'main' });
    expect(shell.audit.entries[0]).toMatchObject({ action: 'app.created', via: 'mtr', reason: 'they asked' });
  });

  it('are not declared with what they cannot have, without a reason, or where there are none', async () => {
    const shell = createShellWithTenant();
    expect((await shell.run('apps', 'create', 'acme', 'www', ...CREATE)).code).toBe(2);
    expect((await shell.run('apps', 'create', 'acme', 'shop', ...CREATE.slice(0, 4))).code).toBe(2);
    expect((await shell.run('apps', 'create', 'acme', 'shop', ...CREATE, '--cpu', '256')).code).toBe(2);
    expect(await shell.json('apps', 'create', 'acme', 'shop', ...CREATE, '--dry-run')).toMatchObject({ dry_run: true });
    expect(shell.apps.rows.size).toBe(0);
    const bare = createShell();
    bare.harness.addTenant();
    expect((await bare.run('apps', 'list', 'acme')).code).toBe(3);
    expect((await bare.run('apps', 'show', 'shop')).code).toBe(3);
  });

  it.each(['x', '0', '-74', '7.4', ''])('are not declared of repository %j, which is no number of it', async (id) => {
    const shell = createShellWithTenant();
    const args = ['acme', 'shop', '--repository', 'acme/app', '--repository-id', id];
    expect(await shell.run('apps', 'create', ...args, ...REASON)).toMatchObject({
      code: 2,
      err: expect.stringContaining("GitHub's number"),
    });
    expect(await shell.json('apps', 'list', 'acme')).toEqual({ rows: [] });
  });

  it('are listed page by page, and so are their deployments', async () => {
    const shell = createShellWithTenant();
    await shell.run('apps', 'create', 'acme', 'shop', ...CREATE);
    await shell.run('apps', 'create', 'acme', 'site', ...CREATE);
    const first = Object(await shell.json('apps', 'list', 'acme', '--limit', '1'));
    expect(first).toMatchObject({ rows: [{ app: 'shop' }], next_page_token: 'shop' });
    const rest = ['--page-token', String(first.next_page_token)];
    expect(await shell.json('apps', 'list', 'acme', ...rest)).toMatchObject({ rows: [{ app: 'site' }] });
    for (const commit of [FIRST, SECOND]) await deploy(shell, commit);
    const newest = Object(await shell.json('apps', 'deployments', 'shop', '--limit', '1'));
    expect(newest).toMatchObject({ rows: [{ commit: SECOND.slice(0, 12) }] });
    const older = ['--page-token', String(newest.next_page_token)];
    expect(await shell.json('apps', 'deployments', 'shop', ...older)).toMatchObject({
      rows: [{ commit: FIRST.slice(0, 12) }],
    });
    for (const list of [
      ['list', 'acme'],
      ['deployments', 'shop'],
    ])
      expect((await shell.run('apps', ...list, '--page-token', '../x')).code).toBe(2);
  });

  it('are deployed and rolled back, and say why', async () => {
    const shell = createShellWithTenant();
    await shell.run('apps', 'create', 'acme', 'shop', ...CREATE);
    expect((await shell.run('apps', 'deploy', 'shop', ...REASON)).code).toBe(2);
    await deploy(shell, FIRST);
    await deploy(shell, SECOND);
    expect(await shell.json('apps', 'why', 'shop')).toMatchObject({
      sentence: '2222222 of shop answers at https://shop.apps.example.test.',
    });
    expect(await shell.json('apps', 'rollback', 'shop', ...REASON)).toMatchObject({
      kind: 'rollback',
      state: 'releasing',
      commit: FIRST.slice(0, 12),
    });
    expect((await shell.run('apps', 'rollback', 'shop', '--to', 'none', ...REASON)).code).toBe(4);
    expect(await shell.json('apps', 'deployments', 'shop', '--limit', '2')).toMatchObject({
      rows: [{ state: 'releasing' }, { state: 'live' }],
    });
    expect(await shell.json('apps', 'logs', 'shop')).toMatchObject({ rows: [{ what: '/test/apps/shop' }] });
  });

  it('have domains of their own, each with the record that proves it', async () => {
    const shell = createShellWithTenant();
    await shell.run('apps', 'create', 'acme', 'shop', ...CREATE);
    const record = { record: '_mtr-challenge.shop.acme.io', value: expect.stringMatching(/^mtr-verify=/) };
    expect(await shell.json('apps', 'add-domain', 'shop', 'SHOP.acme.io', ...REASON)).toMatchObject(record);
    expect((await shell.run('apps', 'add-domain', 'shop', '*.acme.io', ...REASON)).code).toBe(4);
    expect(await shell.json('apps', 'domains', 'shop')).toMatchObject({
      rows: [{ state: 'waiting', ...record }],
    });
    expect(await shell.json('apps', 'show', 'shop')).toMatchObject({ domains: ['shop.acme.io (waiting)'] });
    await shell.run('apps', 'remove-domain', 'shop', 'shop.acme.io', ...REASON);
    expect(shell.apps.rows.get('shop')?.hosts).toEqual([]);
  });

  it('are scaled within the quota, suspended, resumed, and deleted with --yes', async () => {
    const shell = createShellWithTenant();
    await shell.run('apps', 'create', 'acme', 'shop', ...CREATE);
    expect((await shell.run('apps', 'scale', 'shop', '--count', '5', ...REASON)).code).toBe(4);
    const asked = shell.audit.entries.length;
    expect(await shell.run('apps', 'scale', 'shop', ...REASON)).toMatchObject({
      code: 2,
      err: expect.stringContaining('--count'),
    });
    expect(shell.audit.entries.length).toBe(asked);
    expect(await shell.json('apps', 'scale', 'shop', '--count', '4', ...REASON)).toMatchObject({ count: 4 });
    expect((await shell.run('apps', 'scale', 'shop', '--port', '70000', ...REASON)).code).toBe(2);
    expect((await shell.run('apps', 'scale', 'shop', '--port', '3000', ...REASON)).code).toBe(0);
    expect(await shell.json('apps', 'suspend', 'shop', ...REASON)).toMatchObject({ suspended_by: 'operator' });
    expect(await shell.json('apps', 'resume', 'shop', ...REASON)).toMatchObject({ state: 'active' });
    expect((await shell.run('apps', 'delete', 'shop', ...REASON)).code).toBe(2);
    expect(await shell.json('apps', 'delete', 'shop', '--yes', ...REASON)).toMatchObject({ state: 'deleting' });
    expect((await shell.run('apps', 'deploy', 'shop', '--commit', FIRST, ...REASON)).code).toBe(4);
    expect(await shell.run('apps', 'scale', 'shop', '--count', '1', ...REASON)).toMatchObject({
      code: 4,
      err: expect.stringContaining('deleted'),
    });
  });

  it('are changed for a reason, and tried without one', async () => {
    const shell = createShellWithTenant();
    await shell.run('apps', 'create', 'acme', 'shop', ...CREATE);
    const before = shell.audit.entries.length;
    for (const change of [
      ['create', 'acme', 'site', ...CREATE.slice(0, 4)],
      ['deploy', 'shop', '--commit', FIRST],
      ['scale', 'shop', '--count', '2'],
      ['suspend', 'shop'],
      ['add-domain', 'shop', 'shop.acme.io'],
    ]) {
      expect(await shell.json('apps', ...change, '--dry-run')).toMatchObject({ dry_run: true });
      expect(await shell.run('apps', ...change)).toMatchObject({ code: 2, err: expect.stringContaining('--reason') });
    }
    expect(shell.audit.entries.length).toBe(before);
  });
});
