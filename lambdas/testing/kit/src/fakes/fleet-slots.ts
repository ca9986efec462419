import type { FleetShare, FleetSlots } from '@multi-tenant-runner/core';
import type { InMemoryLaunchStore } from './launch-store';

export interface InMemoryFleetSlots extends FleetSlots {
  readonly shares: Map<number, { readonly slots: Set<string>; readonly waiting: Set<string> }>;
  /** The fleet's part of an admission. Answers whether there is room. */
  hasRoom(share: number, below: number): boolean;
  take(share: number, slot: string): void;
  all(): FleetShare[];
}

export function createInMemoryFleetSlots(launches: Pick<InMemoryLaunchStore, 'rows'>): InMemoryFleetSlots {
  const shares: InMemoryFleetSlots['shares'] = new Map();
  const shareOf = (index: number) => {
    const share = shares.get(index) ?? { slots: new Set<string>(), waiting: new Set<string>() };
    shares.set(index, share);
    return share;
  };
  const all = (): FleetShare[] =>
    [...shares].map(([index, share]) => ({ index, slots: new Set(share.slots), waiting: new Set(share.waiting) }));
  const hasRoom = (share: number, below: number): boolean => (shares.get(share)?.slots.size ?? 0) < below;
  return {
    shares,
    hasRoom,
    take: (share, slot) => void shareOf(share).slots.add(slot),
    all,
    read: async () => all(),
    free: async (share, slot) => void shares.get(share)?.slots.delete(slot),
    restore: async (share, slot) => void shareOf(share).slots.add(slot),
    move: async ({ slot, from, to, below }, { installationId, launchId }) => {
      const key = `${installationId}/${launchId}`;
      const row = launches.rows.get(key);
      const isLive = row?.state === 'held' || row?.state === 'launching' || row?.state === 'running';
      if (row === undefined || !isLive || row.fleetShare !== from) return false;
      if (!hasRoom(to, below) || shares.get(from)?.slots.delete(slot) !== true) return false;
      shareOf(to).slots.add(slot);
      launches.rows.set(key, { ...row, fleetShare: to, version: row.version + 1 });
      return true;
    },
    join: async (share, wait) => void shareOf(share).waiting.add(wait),
    leave: async (share, waits) => waits.forEach((wait) => shares.get(share)?.waiting.delete(wait)),
  };
}
