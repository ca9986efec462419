import { createShellWithTenant } from '../test/shell-with-tenant';

const REASON = ['--reason', 'they asked'] as const;

async function shellWithApp() {
  const shell = createShellWithTenant();
  const repository = ['--repository', 'acme/app', '--repository-id', '74'];
  await shell.run('apps', 'create', 'acme', 'shop', ...repository, ...REASON);
  return shell;
}

describe('secrets of an app', () => {
  it('are set from standard input, listed without a value, and unset', async () => {
    const shell = await shellWithApp();
    shell.input.push('-----BEGIN KEY-----', 'of-the-tests', '-----END KEY-----');
    const set = await shell.run('apps', 'set-secret', 'shop', 'SIGNING_KEY', ...REASON);
    expect(set).toMatchObject({ code: 0, out: expect.stringContaining('SIGNING_KEY is set') });
    expect([...shell.appSecrets.values()]).toEqual(['-----BEGIN KEY-----\nof-the-tests\n-----END KEY-----']);
    const listed = await shell.run('apps', 'secrets', 'shop');
    expect(JSON.parse(listed.out)).toMatchObject({ rows: [{ secret: 'SIGNING_KEY', running: false }] });
    for (const said of [set, listed, shell.audit.entries, shell.apps.rows.get('shop')])
      expect(JSON.stringify(said)).not.toContain('of-the-tests');
    expect(shell.audit.entries.at(-1)).toMatchObject({
      action: 'app.secret-set',
      after: { app: 'shop', variable: 'SIGNING_KEY' },
    });
    expect(await shell.run('apps', 'unset-secret', 'shop', 'SIGNING_KEY', ...REASON)).toMatchObject({ code: 0 });
    expect(shell.apps.rows.get('shop')?.secrets).toMatchObject({ kept: [], leaving: [expect.stringContaining('/0')] });
    expect(await shell.json('apps', 'unset-secret', 'shop', 'SIGNING_KEY', ...REASON)).toMatchObject({
      changed: false,
    });
  });

  it('are refused by their names and values, and asked for only with a reason', async () => {
    const shell = await shellWithApp();
    expect(await shell.run('apps', 'set-secret', 'shop', 'KEY', ...REASON)).toMatchObject({
      code: 2,
      err: expect.stringContaining('1 to 8192 bytes'),
    });
    shell.input.push('x');
    expect(await shell.run('apps', 'set-secret', 'shop', 'PORT', ...REASON)).toMatchObject({ code: 2 });
    expect(await shell.run('apps', 'set-secret', 'shop', 'KEY')).toMatchObject({ code: 2 });
    expect(await shell.run('apps', 'set-secret', 'shop', 'KEY', '--dry-run')).toMatchObject({ code: 0 });
    expect(shell.appSecrets.size).toBe(0);
    expect((await shell.run('apps', 'secrets', 'shop')).code).toBe(0);
  });

  it('are as many as the quota of the tier, over all apps', async () => {
    const shell = await shellWithApp();
    const small = { apps: 2, tasks: 4, vcpu: 1, memoryGb: 2, secrets: 1, buildsPerHour: 10 };
    if (shell.apps.settings) shell.apps.settings = { ...shell.apps.settings, quotas: new Map([['small', small]]) };
    shell.input.push('x');
    expect(await shell.run('apps', 'set-secret', 'shop', 'KEY', ...REASON)).toMatchObject({ code: 0 });
    expect(await shell.run('apps', 'set-secret', 'shop', 'MORE', ...REASON)).toMatchObject({
      code: 4,
      err: expect.stringContaining('1 secrets'),
    });
    expect(shell.appSecrets.size).toBe(1);
  });

  it('are set by the next command where one died between the claim and the value', async () => {
    const shell = await shellWithApp();
    const small = { apps: 2, tasks: 4, vcpu: 1, memoryGb: 2, secrets: 1, buildsPerHour: 10 };
    if (shell.apps.settings) shell.apps.settings = { ...shell.apps.settings, quotas: new Map([['small', small]]) };
    shell.input.push('x');
    const putValue = shell.appSecrets.set.bind(shell.appSecrets);
    shell.appSecrets.set = () => {
      throw new Error('Secrets Manager does not answer');
    };
    const set = ['apps', 'set-secret', 'shop', 'KEY', ...REASON];
    expect(await shell.run(...set)).toMatchObject({ code: 1, err: 'mtr: Secrets Manager does not answer\n' });
    shell.appSecrets.set = putValue;
    expect(await shell.json('apps', 'secrets', 'shop')).toEqual({ rows: [] });
    expect(await shell.run(...set)).toMatchObject({ code: 0 });
    expect([...shell.appSecrets.values()]).toEqual(['x']);
    expect(shell.apps.rows.get('shop')?.secrets).toEqual({
      kept: [expect.objectContaining({ name: 'KEY' })],
      leaving: [],
    });
  });

  it('are not set of an app that is deleted', async () => {
    const shell = await shellWithApp();
    await shell.run('apps', 'delete', 'shop', '--yes', ...REASON);
    shell.input.push('x');
    expect(await shell.run('apps', 'set-secret', 'shop', 'KEY', ...REASON)).toMatchObject({ code: 4 });
    expect(await shell.run('apps', 'unset-secret', 'shop', 'KEY', ...REASON)).toMatchObject({ code: 4 });
    expect(shell.appSecrets.size).toBe(0);
  });
});
