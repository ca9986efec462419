import { INSTALLATION, launch } from '@multi-tenant-runner/testing';
import { createShell } from '../test/shell';

const BECAUSE = ['--reason', 'they left'];
const OFFBOARD = ['tenants', 'offboard', 'acme'];

async function withTenant() {
  const shell = createShell();
  shell.harness.addTenant();
  await shell.harness.state.securityGroups.ensure(INSTALLATION, 'small');
  return shell;
}

describe('tenants drain', () => {
  it('starts no more jobs, and says what still runs; again the same', async () => {
    const shell = await withTenant();
    await shell.harness.state.launches.create(launch({ state: 'running' }));
    const drain = ['tenants', 'drain', 'acme', ...BECAUSE];
    expect(await shell.json(...drain)).toMatchObject({ running: 1, drained: false });
    expect(await shell.json(...drain)).toMatchObject({ running: 1, drained: false });
    expect(shell.harness.state.tenants.rows.get(INSTALLATION)).toMatchObject({ status: 'suspended' });
    expect(await shell.run(...drain, '--wait', '1m')).toMatchObject({
      code: 1,
      err: expect.stringContaining('1 of it'),
    });
  });

  it('waits until nothing runs', async () => {
    const shell = await withTenant();
    expect(await shell.json('tenants', 'drain', 'acme', ...BECAUSE, '--wait', '1h')).toMatchObject({ drained: true });
  });

  it('changes nothing in a dry run', async () => {
    const shell = await withTenant();
    expect(await shell.json('tenants', 'drain', 'acme', '--dry-run')).toMatchObject({ dry_run: true });
    expect(shell.harness.state.tenants.rows.get(INSTALLATION)).toMatchObject({ status: 'active' });
  });
});

describe('tenants offboard', () => {
  it('prints the plan: what goes, and what stays until when', async () => {
    const shell = await withTenant();
    const plan = await shell.json(...OFFBOARD, '--dry-run');
    expect(plan).toMatchObject({
      rows: expect.arrayContaining([
        expect.objectContaining({ what: 'security group of its own', found: '1', becomes: 'removed' }),
        expect.objectContaining({
          what: 'machines in the ledger',
          found: '0',
          becomes: 'kept',
          until: 'you delete them',
        }),
      ]),
    });
    expect(shell.harness.state.tenants.rows.get(INSTALLATION)).toMatchObject({ status: 'active' });
  });

  it('waits for the proof, and shows it again whenever it is asked', async () => {
    const shell = await withTenant();
    const proved = { gone: true, proof: expect.stringMatching(/^Nothing is left: \d+ places/) };
    expect(await shell.json(...OFFBOARD, ...BECAUSE, '--yes', '--wait', '10m')).toMatchObject(proved);
    expect(await shell.json(...OFFBOARD, ...BECAUSE, '--yes')).toMatchObject(proved);
    expect(await shell.json('tenants', 'show', String(INSTALLATION))).toMatchObject({
      ...proved,
      looked_for: expect.arrayContaining(['0 machines (EC2, by tag)']),
    });
    await shell.harness.state.securityGroups.ensure(INSTALLATION, 'small');
    expect(await shell.json('tenants', 'show', String(INSTALLATION))).toMatchObject({
      gone: false,
      left: ['1 security group of its own'],
    });
  });

  it('says what is left when the time is over', async () => {
    const shell = await withTenant();
    shell.sweeps = false;
    const { code, err } = await shell.run(...OFFBOARD, ...BECAUSE, '--yes', '--wait', '1m');
    expect({ code, err }).toEqual({ code: 1, err: expect.stringContaining('1 security group of its own') });
  });

  it('shows when the proof went into the audit trail', async () => {
    const shell = await withTenant();
    await shell.json(...OFFBOARD, ...BECAUSE, '--yes', '--wait', '10m');
    const at = '2026-01-15T12:00:00.000Z';
    const by = { actor: 'tenant-manager', via: 'module' } as const;
    await shell.audit.record({ installationId: INSTALLATION, at, id: 'p', action: 'tenant.offboarding-proved', ...by });
    expect(await shell.json('tenants', 'show', String(INSTALLATION))).toMatchObject({ proof_recorded_at: at });
  });
});
