import type { Tier, TierAccess, Tiers } from '../model/tier';

/** Smaller tiers first: by `rank` where both have one, else by limit, else by name. */
export function compareTiers(a: Tier, b: Tier): number {
  if (a.rank !== undefined && b.rank !== undefined && a.rank !== b.rank) return a.rank - b.rank;
  if (a.maxRunners !== b.maxRunners) return a.maxRunners - b.maxRunners;
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}

/**
 * The tiers that have all of a job's labels, case-insensitively. GitHub assigns a job only to a runner with all of its
 * labels, so any other tier would start a machine that never gets the job.
 */
export function tiersThatFit(labels: readonly string[], tiers: Tiers): Tier[] {
  if (labels.length === 0) return [];
  const wanted = labels.map((label) => label.toLowerCase());
  return [...tiers.values()]
    .filter((tier) => {
      const offered = new Set(tier.labels.map((label) => label.toLowerCase()));
      return wanted.every((label) => offered.has(label));
    })
    .sort(compareTiers);
}

/** Of several matching tiers: the tenant's own, or the default one, or the lowest. */
export function chooseTier(
  fitting: readonly Tier[],
  tenantTier: string | undefined,
  defaultTier: string,
): Tier | undefined {
  const lowestFirst = [...fitting].sort(compareTiers);
  return (
    lowestFirst.find((tier) => tier.name === tenantTier) ??
    lowestFirst.find((tier) => tier.name === defaultTier) ??
    lowestFirst[0]
  );
}

/** Whether a tenant may use a size. With `up_to_own` a larger size is refused, not replaced by a smaller one. */
export function mayUseTier(access: TierAccess, wanted: Tier, own: Tier | undefined): boolean {
  return access === 'any' || own === undefined || wanted.name === own.name || compareTiers(wanted, own) <= 0;
}
