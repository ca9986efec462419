import { isOffboarded, isRested, type OpenMark } from '@multi-tenant-runner/core';
import type { SweepAction } from './decide-sweep';
import type { ScaleDownDeps } from './deps';
import { isEmpty, type Snapshot } from './snapshot';

/**
 * Whether a tenant's mark, by which the next run finds it, agrees with what is open. An admission makes the mark; a row
 * of an earlier revision, or one that a hand wrote anew, has none. It goes once nothing is open.
 */
export function decideMark(snapshot: Snapshot, now: Date): SweepAction[] {
  const { mark } = snapshot.lookup;
  if (mark === undefined) return needsMark(snapshot) ? [{ kind: 'mark-open' }] : [];
  const isOver = isEmpty(snapshot) && holdsNoSlot(snapshot) && isRested(mark, now);
  return isOver ? [{ kind: 'clear-mark', mark }] : [];
}

/** Jobs that wait for a slot have an index of their own, and so has what came to be open without an admission. */
function needsMark({ lookup, launches, jobs }: Snapshot): boolean {
  if (launches.length > 0) return true;
  return lookup.kind !== 'none' && jobs.some(({ state }) => state !== 'parked');
}

/** A count that nothing explains any more is mended by this visit. That of an uninstalled tenant means nothing. */
const holdsNoSlot = ({ lookup }: Snapshot): boolean =>
  isOffboarded(lookup) || lookup.kind !== 'tenant' || (lookup.tenant.slotsHeld === 0 && !lookup.slotsBroken);

/**
 * Only if nothing is open in a look that began after the mark was read: what was admitted since, the write's condition
 * sees. The launches first: the end of one puts a job that is open into the index.
 */
export async function clearMark(
  installationId: number,
  mark: OpenMark,
  { launches, jobs, tenants }: Pick<ScaleDownDeps, 'launches' | 'jobs' | 'tenants'>,
): Promise<void> {
  if ((await launches.pageOpen(installationId, { limit: 1 })).rows.length > 0) return;
  if ((await jobs.pageIndexed(installationId, { limit: 1 })).rows.length > 0) return;
  await tenants.clearMark(installationId, mark);
}
