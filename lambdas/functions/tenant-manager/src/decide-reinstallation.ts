/** Another row of the same account. */
export interface AccountRow {
  readonly installationId: number;
  /** `leaving`: deleted, and its clean-up is not done. */
  readonly state: 'slots' | 'leaving' | 'gone';
}

/**
 * `replaced`: the event is a late one of an installation that a newer one has replaced. Else the rows that came before
 * it: the newest of them is its `previous_installation_id`, those not gone yet are offboarded.
 */
export type Reinstallation =
  | { readonly kind: 'replaced' }
  | { readonly kind: 'current'; readonly previous?: number; readonly offboard: readonly number[] };

/**
 * GitHub allows an App one installation on an account and gives each a new, so far always higher, id. When a live row
 * has a higher id than the event, either the event is late or the ids are not in order: only GitHub knows.
 */
export function decideReinstallation(
  installationId: number,
  others: readonly AccountRow[],
  atGitHub: 'known' | 'gone' | 'unsure',
): Reinstallation {
  const newer = newerOf(installationId, others);
  if (newer.length > 0 && atGitHub === 'gone') return { kind: 'replaced' };
  const before = others.filter((other) => atGitHub === 'known' || !newer.includes(other));
  const previous = before.length === 0 ? undefined : Math.max(...before.map((other) => other.installationId));
  const offboard = before.filter((other) => other.state !== 'gone').map((other) => other.installationId);
  return { kind: 'current', offboard, ...(previous !== undefined && { previous }) };
}

export function hasNewer(installationId: number, others: readonly AccountRow[]): boolean {
  return newerOf(installationId, others).length > 0;
}

function newerOf(installationId: number, others: readonly AccountRow[]): readonly AccountRow[] {
  return others.filter((other) => other.state === 'slots' && other.installationId > installationId);
}
