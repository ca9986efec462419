import { createHash } from 'node:crypto';
import { SHOP, answers, appsOf, type AppsContext } from './looks';
import { saysSecret, word } from './samples';
import type { Ask } from '../saas/ask';

/** What an app says that has the value: not the value. */
const digestOf = (value: string): string => createHash('sha256').update(value).digest('hex').slice(0, 16);

/** A tenant's secret is in its app's tasks and nowhere else, and another value is there without a push. */
export async function secretOfApp(context: AppsContext, ask: Ask): Promise<void> {
  const { tenants, platform, checks } = context;
  const [one, two] = [word(), word()];
  const path = `${appsOf(tenants[0])}/${SHOP}/secrets`;
  const set = await platform.api('POST', `${path}/GREETING`, { value: one });
  checks.check('a secret is set', set.status === 200, JSON.stringify(set.body));
  await tenants[0].push(saysSecret(word()), 'a version that says its secret');
  await answers(context, ask, SHOP, digestOf(one));
  const again = await platform.api('POST', `${path}/GREETING`, { value: two });
  await answers(context, ask, SHOP, digestOf(two));
  const listed = await platform.api('GET', path);
  const said = JSON.stringify([set, again, listed]);
  checks.check('nobody is shown its value again', !said.includes(one) && !said.includes(two), said);
}
