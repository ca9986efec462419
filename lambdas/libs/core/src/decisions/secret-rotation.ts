import type { SecretVersion } from '../ports';
import { DAY } from '../model/time';

/**
 * How long after its successor came a replaced value is still good: GitHub may sign with it until its own side is
 * changed. No longer, as a value that leaked is replaced to be worth nothing.
 */
export const OVERLAP = DAY;

/** Of one secret: the value that counts, the one that a rotation is about to make current, and the one before. */
export interface VersionsInRotation {
  readonly current: SecretVersion;
  readonly pending: SecretVersion | undefined;
  readonly previous: SecretVersion | undefined;
}

/** The values that are good at this time, the current one first; each once. Pure. */
export function valuesInRotation({ current, pending, previous }: VersionsInRotation, now: Date): readonly string[] {
  const isOverlap = now.getTime() - current.createdAt.getTime() < OVERLAP;
  const good = [current, pending, isOverlap ? previous : undefined];
  return [...new Set(good.flatMap((version) => (version === undefined ? [] : [version.value])))];
}
