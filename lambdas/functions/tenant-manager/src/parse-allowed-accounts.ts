import { integer, object, parse, strings, type Parsed } from '@multi-tenant-runner/core';
import { IN_ENV } from '@multi-tenant-runner/runtime';
import * as v from 'valibot';
import type { AllowedAccounts } from './decide-admission';

const accounts = v.pipe(
  object({ ids: v.array(integer(1), 'is not a list of ids'), logins: strings }),
  v.transform(
    ({ ids, logins }): AllowedAccounts => ({
      ids: new Set(ids),
      logins: new Set(logins.map((login) => login.toLowerCase())),
    }),
  ),
);

/** `{ "ids": [9919], "logins": ["acme"] }` */
export function parseAllowedAccounts(value: unknown): Parsed<AllowedAccounts> {
  return parse(accounts, value, IN_ENV);
}
