import type { JobReason } from '../model/job';
import { isBrokenRow, isOffboarded, type TenantLookup } from '../model/tenant';
import { mayUseTier } from './choose-tier';
import type { TierAccess, Tiers } from '../model/tier';

export interface JobToDecide {
  readonly ownerId: number;
  readonly isPublic: boolean;
  readonly tier: string;
}

export interface AdmissionSettings {
  readonly tiers: Tiers;
  readonly defaultTier: string;
  readonly tierAccess: TierAccess;
  readonly allowPublicRepositories: boolean;
  /** Of all tenants together; absent: as many as their own limits allow. */
  readonly maxRunnersTotal?: number;
}

export type Verdict =
  | { readonly kind: 'pass' }
  | {
      readonly kind: 'park';
      readonly reason: Extract<JobReason, 'unknown-tenant' | 'tenant-row-invalid' | 'tenant-suspended'>;
    }
  | {
      readonly kind: 'refuse';
      readonly reason: Extract<
        JobReason,
        'tenant-deleted' | 'foreign-owner' | 'public-repository' | 'tier-access' | 'unknown-tier'
      >;
    };

/**
 * Whether a tenant may have a runner for a job, regardless of its limit. A job can overtake its `installation.created`,
 * and suspensions end: such jobs wait. Other refusals are final.
 */
export function decideJobPolicy(lookup: TenantLookup, job: JobToDecide, settings: AdmissionSettings): Verdict {
  if (lookup.kind === 'none')
    return { kind: 'park', reason: isBrokenRow(lookup) ? 'tenant-row-invalid' : 'unknown-tenant' };
  if (isOffboarded(lookup)) return { kind: 'refuse', reason: 'tenant-deleted' };
  const { tenant } = lookup;
  // The login is only a display name; a row made by hand may lack the id, then the signed installation id stands alone.
  if (tenant.accountId !== undefined && tenant.accountId !== job.ownerId)
    return { kind: 'refuse', reason: 'foreign-owner' };
  const wanted = settings.tiers.get(job.tier);
  if (wanted === undefined) return { kind: 'refuse', reason: 'unknown-tier' };
  if (!mayUseTier(settings.tierAccess, wanted, settings.tiers.get(tenant.tier)))
    return { kind: 'refuse', reason: 'tier-access' };
  if (job.isPublic && !(tenant.allowPublicRepositories ?? settings.allowPublicRepositories)) {
    return { kind: 'refuse', reason: 'public-repository' };
  }
  if (tenant.status === 'suspended') return { kind: 'park', reason: 'tenant-suspended' };
  return { kind: 'pass' };
}
