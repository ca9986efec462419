import type { Circuit } from '../model/circuit';
import { freeSlots, githubLimitedUntil, type Tenant } from '../model/tenant';
import type { Tiers } from '../model/tier';
import { FAILURES_TO_OPEN } from './circuit-breaker';
import { capStates, type CapState } from './usage-caps';

/** One limit of a tenant. */
export interface LimitState {
  readonly limit: string;
  readonly used?: number;
  readonly of?: number;
  /** Absent: it is not counted. */
  readonly left?: number | 'some' | 'none';
  /** When there is more: a time of ISO 8601, or what has to happen. Of budgets always, else while nothing is left. */
  readonly refills?: string;
}

/** What is left of each limit of a tenant, and when it refills. Pure. */
export function describeLimits(tenant: Tenant, tiers: Tiers, now: Date): readonly LimitState[] {
  const limited = githubLimitedUntil(tenant, now);
  const free = freeSlots(tenant);
  return [
    {
      limit: 'runners',
      used: tenant.slotsHeld,
      of: tenant.maxRunners,
      left: free,
      ...(free === 0 && { refills: 'when a job ends' }),
    },
    {
      limit: 'GitHub',
      left: limited === undefined ? 'some' : 'none',
      ...(limited !== undefined && { refills: limited.toISOString() }),
    },
    ...capStates(tenant, now).map(budgetState),
    ...[...tiers.keys()].map((tier) => circuitState(tier, tenant.circuits.get(tier))),
  ];
}

const BUDGETS: Readonly<Record<CapState['reason'], string>> = {
  'minutes-per-day': 'minutes of the day',
  'minutes-per-month': 'minutes of the month',
  'spend-per-month': 'dollars of the month',
};
const CENTS = 100;

/** What is used is of a minute ago at most. */
function budgetState({ reason, used, cap, until }: CapState): LimitState {
  const left = Math.max(0, cap - used);
  const toCents = (amount: number): number => Math.round(amount * CENTS) / CENTS;
  return { limit: BUDGETS[reason], used: toCents(used), of: cap, left: toCents(left), refills: until.toISOString() };
}

function circuitState(tier: string, circuit: Circuit | undefined): LimitState {
  const isOpen = circuit?.openedAt !== undefined;
  return {
    limit: `failed launches in a row, ${tier}`,
    used: circuit?.failures ?? 0,
    of: FAILURES_TO_OPEN,
    ...(isOpen && { left: 'none' as const }),
    ...(isOpen && circuit.probeAt !== undefined && { refills: circuit.probeAt }),
  };
}
