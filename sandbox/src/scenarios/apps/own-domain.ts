import { waitFor } from '../../lib/wait';
import type { Ask } from '../saas/ask';
import { FORUM, SHOP, appsOf, type AppsContext } from './looks';

const DOMAIN = 'shop.acme.test';

interface Host {
  readonly host: string;
  readonly state: string;
  readonly record_name: string;
  readonly record_value: string;
}

/** Leads to an app only once its tenant's own DNS has the record that proves it. */
export async function ownDomain(context: AppsContext, ask: Ask): Promise<void> {
  const { platform, tenants, zone, checks, signal } = context;
  const [mine, theirs] = [`${appsOf(tenants[0])}/${SHOP}`, `${appsOf(tenants[1])}/${FORUM}`];
  const askFor = async (path: string): Promise<Host | undefined> => {
    const { body } = await platform.api('POST', `${path}/hosts`, { host: DOMAIN });
    return (body['app'] as { readonly hosts?: readonly Host[] } | undefined)?.hosts?.find(
      ({ host }) => host === DOMAIN,
    );
  };
  const wanted = await askFor(mine);
  const before = (await ask(DOMAIN)).status;
  checks.check('a domain of a tenant’s own leads nowhere before it is proven', before === 404, `${before}`);
  if (wanted === undefined) return checks.check('the API says which record proves it', false);
  zone.set(wanted.record_name, { txt: [[wanted.record_value]] });
  await askFor(mine);
  await waitFor(async () => (await ask(DOMAIN)).status === 200, { what: `${DOMAIN}`, seconds: 120, signal });
  checks.check('once DNS has the record it leads to the app', true);
  const other = await askFor(theirs);
  checks.check(
    'and another tenant that asks for it is given another record, which DNS does not have',
    other?.record_value !== wanted.record_value && other?.state !== 'serving',
    JSON.stringify(other),
  );
  await platform.api('POST', `${mine}/hosts/remove`, { host: DOMAIN });
  await waitFor(async () => (await ask(DOMAIN)).status === 404, { what: 'The end of it', seconds: 120, signal });
  checks.check('taken off, it leads nowhere again', true);
}
