import { FAILURES_TO_OPEN, freeSlots, githubLimitedUntil, isOffboarded } from '@multi-tenant-runner/core';
import type { Answer, Row } from '../answer';
import type { Fleet } from '../fleet';
import { EXIT, Problem } from '../problem';
import { findTenant } from '../read/find-tenant';

/** What is left of each limit of a tenant, and when it refills. */
export async function showLimits(name: string, { directory, settings, clock }: Fleet): Promise<Answer> {
  const lookup = await findTenant(name, directory);
  if (lookup.kind !== 'tenant' || isOffboarded(lookup))
    throw new Problem(`${name} is no tenant any more, so it has no limits.`, EXIT.refused);
  const { tenant } = lookup;
  const limited = githubLimitedUntil(tenant, clock.now());
  const rows: Row[] = [
    {
      limit: 'runners',
      used: tenant.slots.size,
      of: tenant.maxRunners,
      left: freeSlots(tenant),
      refills: freeSlots(tenant) > 0 ? undefined : 'when a job ends',
    },
    {
      limit: 'GitHub',
      used: undefined,
      of: undefined,
      left: limited === undefined ? 'some' : 'none',
      refills: limited?.toISOString(),
    },
    ...[...settings.tiers.keys()].map((tier) => circuitRow(tier, tenant.circuits.get(tier))),
  ];
  return { kind: 'rows', columns: ['limit', 'used', 'of', 'left', 'refills'], rows, none: '' };
}

function circuitRow(
  tier: string,
  circuit:
    | { readonly failures: number; readonly openedAt?: string | undefined; readonly probeAt?: string | undefined }
    | undefined,
): Row {
  const isOpen = circuit?.openedAt !== undefined;
  return {
    limit: `failed launches in a row, ${tier}`,
    used: circuit?.failures ?? 0,
    of: FAILURES_TO_OPEN,
    left: isOpen ? 'none' : undefined,
    refills: isOpen ? circuit.probeAt : undefined,
  };
}
