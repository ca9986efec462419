import type { TenantDirectory, TenantLookup } from '@multi-tenant-runner/core';
import { notFound, usage } from '../problem';

/**
 * By installation id or login. Of several installations of a login the one that is not deleted counts.
 *
 * @throws Problem when there is none, or when the login is not clear
 */
export async function findTenant(name: string, directory: TenantDirectory): Promise<TenantLookup> {
  if (/^[1-9]\d{0,15}$/.test(name)) {
    const lookup = await directory.get(Number(name));
    if (lookup.kind !== 'none' || lookup.problems.length > 0) return lookup;
    throw notFound(`There is no installation ${name}; "mtr tenants list" shows those that there are.`);
  }
  const found = await directory.findByName(name);
  const living = found.filter(({ status }) => status !== 'deleted');
  const [first, ...others] = living.length > 0 ? living : found.slice(-1);
  if (first === undefined)
    throw notFound(`There is no tenant ${name}; logins are spelled as at GitHub ("mtr tenants list" shows them).`);
  const ids = living.map(({ installationId }) => installationId);
  if (others.length > 0)
    throw usage(`${name} has ${ids.length} installations (${ids.join(', ')}); give the id of one.`);
  return directory.get(first.installationId);
}
