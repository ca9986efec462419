import { waitFor } from '../../lib/wait';
import type { Ask } from '../saas/ask';
import { DOMAIN, FORUM, SHOP, appsOf, type AppsContext } from './looks';

const BECAUSE = ['--reason', 'the sandbox tries it'];

/** The whole tenant, by the operators' command line. */
export async function suspendTenant({ tenants, mtr, checks, signal }: AppsContext, ask: Ask): Promise<void> {
  const [{ login }] = tenants;
  const status = async (app: string): Promise<number> => (await ask(`${app}.${DOMAIN}`)).status;
  const suspended = await mtr('tenants', 'suspend', login, ...BECAUSE);
  await waitFor(async () => (await status(SHOP)) === 503, { what: '503', seconds: 120, signal });
  checks.check('of a suspended tenant the apps answer 503', suspended.code === 0, suspended.err);
  checks.check('and its neighbour’s as before', (await status(FORUM)) === 200);
  const resumed = await mtr('tenants', 'resume', login, ...BECAUSE);
  await waitFor(async () => (await status(SHOP)) === 200, { what: 'The resumed tenant', seconds: 120, signal });
  checks.check('a resumed tenant’s answer again', resumed.code === 0, resumed.err);
}

/** With an app that runs and one that was never pushed. */
export async function offboard(context: AppsContext, ask: Ask): Promise<void> {
  const { tenants, mtr, platform, checks, signal } = context;
  const [tenant] = tenants;
  const before = await platform.leftOf(SHOP);
  checks.check(`an app has something in each place (${before.length} names)`, before.length >= 8, before.join(' '));
  const done = await mtr('tenants', 'offboard', tenant.login, ...BECAUSE, '--yes', '--wait', '5m');
  checks.check('mtr tenants offboard proves that nothing of its runners is left', done.code === 0, done.out + done.err);
  const states = async (): Promise<string> => {
    const { body } = await platform.api('GET', appsOf(tenant));
    return ((body['apps'] ?? []) as readonly { readonly state: string }[]).map(({ state }) => state).join();
  };
  await waitFor(async () => /^(deleted(,|$))*$/.test(await states()), {
    what: 'The end of its apps',
    seconds: 240,
    every: 1_000,
    signal,
  });
  for (const app of [SHOP, 'second']) {
    const left = await platform.leftOf(app);
    checks.check(`and of ${app} nothing is left in any place`, left.length === 0, left.join(' '));
  }
  const { status } = await ask(`${SHOP}.${DOMAIN}`);
  checks.check('its address is unknown', status === 404, `${status}`);
}
