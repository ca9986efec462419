/** Another row of the same account. */
export interface AccountRow {
  readonly installationId: number;
  /** `leaving`: deleted, with its clean-up pending. */
  readonly state: 'live' | 'leaving' | 'gone';
}

/**
 * `replaced`: a late event of an installation that a newer one has replaced. `current`: `earlier` lists the account's
 * other installations, the newest first, and `offboard` those that are not gone yet.
 */
export type Reinstallation =
  | { readonly kind: 'replaced' }
  | { readonly kind: 'current'; readonly earlier: readonly number[]; readonly offboard: readonly number[] };

/**
 * An account has at most one installation of an App, and each new installation has so far had a higher id. If a live
 * row has a higher id than the event, either the event is late or ids are not in order: only GitHub knows.
 */
export function decideReinstallation(
  installationId: number,
  others: readonly AccountRow[],
  atGitHub: 'known' | 'gone' | 'unsure',
): Reinstallation {
  const newer = newerOf(installationId, others);
  if (newer.length > 0 && atGitHub === 'gone') return { kind: 'replaced' };
  const before = others.filter((other) => atGitHub === 'known' || !newer.includes(other));
  const earlier = before.map((other) => other.installationId).sort((a, b) => b - a);
  const offboard = before.filter((other) => other.state !== 'gone').map((other) => other.installationId);
  return { kind: 'current', earlier, offboard };
}

export function hasNewer(installationId: number, others: readonly AccountRow[]): boolean {
  return newerOf(installationId, others).length > 0;
}

function newerOf(installationId: number, others: readonly AccountRow[]): readonly AccountRow[] {
  return others.filter((other) => other.state === 'live' && other.installationId > installationId);
}
