import { createHash } from 'node:crypto';
import { candidateOf, type Candidate, type Capacity, type Tier } from '@multi-tenant-runner/core';

const MARKETS: Readonly<Record<Capacity, readonly boolean[]>> = {
  'on-demand': [false],
  spot: [true],
  'spot-with-fallback': [true, false],
};

/**
 * Every instance type in every subnet, in the markets of the tier's capacity, spot before on-demand. The first subnet
 * differs from launch to launch, so that the zones fill evenly; what EC2 refused a moment ago comes last.
 */
export function candidatesFor(
  tier: Tier,
  subnetIds: readonly string[],
  launchId: string,
  refusedLately: (key: string) => boolean,
): Candidate[] {
  const first =
    subnetIds.length === 0 ? 0 : createHash('sha256').update(launchId).digest().readUInt32BE(0) % subnetIds.length;
  const subnets = [...subnetIds.slice(first), ...subnetIds.slice(0, first)];
  const all = MARKETS[tier.capacity].flatMap((spot) =>
    tier.instanceTypes.flatMap((instanceType) =>
      subnets.map((subnetId) => candidateOf({ instanceType, subnetId, spot })),
    ),
  );
  return [
    ...all.filter((candidate) => !refusedLately(candidate.key)),
    ...all.filter((candidate) => refusedLately(candidate.key)),
  ];
}

/** The token of one call for several launches. Two lists of launches never have the same text. */
export function groupTokenFor(installationId: number, launchIds: readonly string[], candidateKey: string): string {
  const text = JSON.stringify([installationId, launchIds, candidateKey]);
  return createHash('sha256').update(text).digest('hex');
}

/**
 * What EC2 had no room for lately. A fact about the account's capacity, the same for all tenants; it names none of
 * them.
 */
export class RecentCapacityErrors {
  private readonly until = new Map<string, number>();

  constructor(private readonly milliseconds: number) {}

  add(key: string, now: Date): void {
    this.until.set(key, now.getTime() + this.milliseconds);
  }

  has(key: string, now: Date): boolean {
    return (this.until.get(key) ?? 0) > now.getTime();
  }
}
