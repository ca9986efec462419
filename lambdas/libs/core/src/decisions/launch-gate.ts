import { decideCircuit } from './circuit-breaker';
import type { JobReason } from '../model/job';
import { githubLimitedUntil, type Tenant } from '../model/tenant';
import type { CapReason } from '../model/usage-caps';
import { decideCap } from './usage-caps';

/** Whether a tenant's launches of a tier may start now. `probe`: only one may, as a test. */
export type LaunchGate =
  | { readonly kind: 'none' | 'probe' }
  | {
      readonly kind: 'wait';
      readonly reason: Extract<JobReason, 'github-limited' | 'circuit-open' | CapReason>;
      readonly until: Date;
    };

/** Whether the tenant's row allows the next launch, regardless of limit and status. Pure. */
export function decideLaunchGate(tenant: Tenant, tier: string, launchId: string, now: Date): LaunchGate {
  const limitedUntil = githubLimitedUntil(tenant, now);
  if (limitedUntil !== undefined) return { kind: 'wait', reason: 'github-limited', until: limitedUntil };
  const cap = decideCap(tenant, now);
  if (cap !== undefined) return { kind: 'wait', reason: cap.reason, until: cap.until };
  const verdict = decideCircuit(tenant.circuits.get(tier), launchId, now);
  if (verdict.kind === 'wait') return { kind: 'wait', reason: 'circuit-open', until: verdict.until };
  return { kind: verdict.kind === 'probe' ? 'probe' : 'none' };
}
