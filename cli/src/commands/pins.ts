import type { Answer } from '../answer';
import type { Fleet } from '../fleet';
import { changed, notFound } from '../problem';
import { recordChange, requireReason } from './record-change';
import type { ChangeOptions } from './tenants';

/** Which account has the place of each login of the allow list. */
export async function listPins({ pins }: Fleet): Promise<Answer> {
  const found = [...(await pins.list())].sort(([one], [other]) => one.localeCompare(other));
  return {
    kind: 'rows',
    columns: ['login', 'account'],
    rows: found.map(([login, account]) => ({ login, account })),
    none: 'No login is pinned to an account.',
  };
}

/** Lets the next account that has the login, and installs the App, have its place. */
export async function unpinLogin(name: string, options: ChangeOptions, fleet: Fleet): Promise<Answer> {
  requireReason(options);
  const login = name.toLowerCase();
  const account = (await fleet.pins.list()).get(login);
  if (account === undefined)
    throw notFound(`The login ${login} is pinned to no account; "mtr pins list" has those that are.`);
  const fields = { login, account };
  const sentence = `The next account that is called ${login} and installs the App has its place.`;
  if (options.dryRun) return { kind: 'fields', fields: { ...fields, dry_run: true }, sentence };
  const before = { [`login_${login}`]: account };
  await recordChange({ installationId: 0, action: 'login.unpinned', before }, options, fleet);
  if (!(await fleet.pins.remove(login, account)))
    throw changed(`The pin of ${login} changed in the meantime, so nothing was written; look again and repeat.`);
  return { kind: 'fields', fields, sentence };
}
