import { INSTALLATION } from '@multi-tenant-runner/testing';
import { createShell } from '../test/shell';

const URL = 'https://hooks.acme.com/runners';
const BECAUSE = ['--reason', 'their dashboard'];

describe("a tenant's callback", () => {
  it('is set, rotated and removed, each with its reason', async () => {
    const { harness, audit, json, run } = createShell();
    harness.addTenant();
    const row = () => harness.state.tenants.rows.get(INSTALLATION);
    expect(await run('tenants', 'rotate-callback', 'acme', ...BECAUSE)).toMatchObject({ code: 4, out: '' });
    const set = await json('tenants', 'set-callback', 'acme', URL, ...BECAUSE);
    expect(set).toMatchObject({ callback: URL, secret: expect.stringMatching(/^whsec_/) });
    expect(row()).toMatchObject({ callback_url: URL, changed_via: 'mtr', change_reason: 'their dashboard' });
    const rotated = await json('tenants', 'rotate-callback', 'acme', ...BECAUSE);
    expect(Object(rotated).secret).not.toBe(Object(set).secret);
    expect(audit.entries).toMatchObject([{ action: 'callback.secret-rotated', via: 'mtr' }]);
    await json('tenants', 'remove-callback', 'acme', ...BECAUSE);
    expect(row()).not.toHaveProperty('callback_url');
  });

  it('is shown, with what fails and why', async () => {
    const { harness, callbackHealth, json } = createShell();
    harness.addTenant({ callback_url: URL });
    expect(await json('tenants', 'show-callback', 'acme')).toEqual({ installation: INSTALLATION, callback: URL });
    const now = harness.clock.now();
    await callbackHealth.recordGivenUp(INSTALLATION, 'it answered 500', now);
    const at = now.toISOString();
    const fails = { failing_since: at, reason: 'it answered 500', given_up: 1, given_up_at: at };
    expect(await json('tenants', 'show-callback', 'acme')).toMatchObject(fails);
  });

  it('is refused where the module sends none', async () => {
    const shell = createShell();
    const { harness, run } = shell;
    harness.addTenant();
    shell.hasCallbacks = false;
    const refused = await run('tenants', 'set-callback', 'acme', URL, ...BECAUSE);
    expect(refused).toMatchObject({ code: 4, err: expect.stringContaining('events.callbacks') });
    expect(harness.state.tenants.rows.get(INSTALLATION)).not.toHaveProperty('callback_url');
  });

  it('is refused where it may not lead, and makes no secret that nobody sees', async () => {
    const { harness, fleet, run, json } = createShell();
    harness.addTenant();
    const refused = await run('tenants', 'set-callback', 'acme', 'https://169.254.169.254/', ...BECAUSE);
    expect(refused).toMatchObject({ code: 4, err: expect.stringContaining('IP address') });
    expect(await run('tenants', 'set-callback', 'acme', URL)).toMatchObject({ code: 2 });
    expect(await json('tenants', 'set-callback', 'acme', URL, ...BECAUSE, '--dry-run')).not.toHaveProperty('secret');
    expect(await fleet.callbacks.current(INSTALLATION)).toBeUndefined();
  });

  it('is tried without a reason, which every change needs', async () => {
    const { harness, fleet, json, run } = createShell();
    harness.addTenant();
    const { secret } = Object(await json('tenants', 'set-callback', 'acme', URL, ...BECAUSE));
    for (const change of ['rotate-callback', 'remove-callback']) {
      expect(await json('tenants', change, 'acme', '--dry-run')).toMatchObject({ dry_run: true });
      expect(await run('tenants', change, 'acme')).toMatchObject({ code: 2 });
    }
    expect(await run('tenants', 'set-callback', 'acme', URL)).toMatchObject({ code: 2 });
    expect(await fleet.callbacks.current(INSTALLATION)).toBe(secret);
  });
});
