import { circuitAttribute } from '../model/circuit';
import type { TenantLookup } from '../model/tenant';
import type { EditDecision } from './decide-edit';

/** What keeps a tenant's launches back for later is taken away: open circuits, and the pause that GitHub asked for. */
export function decideTenantRetry(lookup: TenantLookup): EditDecision {
  if (lookup.kind !== 'tenant' || lookup.tenant.status === 'deleted')
    return { kind: 'refuse', sentence: `Installation ${lookup.installationId} is no tenant any more.` };
  const { orgName, status, circuits, githubLimitedUntil } = lookup.tenant;
  const held = [
    ...[...circuits.keys()].map((tier) => [circuitAttribute(tier), `the circuit of ${tier}`] as const),
    ...(githubLimitedUntil === undefined ? [] : [['github_limited_until', "GitHub's pause"] as const]),
  ];
  if (held.length === 0) return { kind: 'nothing', sentence: `Nothing holds launches of ${orgName} back for later.` };
  const what = held.map(([, said]) => said).join(' and ');
  return {
    kind: 'edit',
    edit: { expect: { status }, set: Object.fromEntries(held.map(([attribute]) => [attribute, null])) },
    sentence: `${orgName} is tried again at once: ${what} no longer ${held.length === 1 ? 'holds' : 'hold'} it back.`,
  };
}
