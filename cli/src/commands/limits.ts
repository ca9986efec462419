import { describeLimits, isOffboarded } from '@multi-tenant-runner/core';
import type { Answer } from '../answer';
import type { Fleet } from '../fleet';
import { EXIT, Problem } from '../problem';
import { findTenant } from '../read/find-tenant';

/** What is left of each limit of a tenant, and when it refills. */
export async function showLimits(name: string, { directory, settings, clock }: Fleet): Promise<Answer> {
  const lookup = await findTenant(name, directory);
  if (lookup.kind !== 'tenant' || isOffboarded(lookup))
    throw new Problem(`${name} is no tenant any more, so it has no limits.`, EXIT.refused);
  const rows = describeLimits(lookup.tenant, settings.tiers, clock.now()).map((state) => ({ ...state }));
  return { kind: 'rows', columns: ['limit', 'used', 'of', 'left', 'refills'], rows, none: '' };
}
