import { poolNameOf, type Blank, type BoundBlank, type Place, type PoolStore } from '@multi-tenant-runner/core';
import { applyChanges } from './apply-changes';
import { fitsLaunchGuard, type InMemoryLaunchStore } from './launch-store';

export interface InMemoryPoolStore extends PoolStore {
  /** By `<pool>#<place>`. */
  readonly blanks: Map<string, Blank>;
  /** By instance. */
  readonly bound: Map<string, BoundBlank>;
}

export function createInMemoryPoolStore(launches: Pick<InMemoryLaunchStore, 'rows'>): InMemoryPoolStore {
  const blanks = new Map<string, Blank>();
  const bound = new Map<string, BoundBlank>();
  const keyOf = (place: Place): string => `${poolNameOf(place)}#${place.place}`;
  const has = (blank: Blank): Blank | undefined => {
    const row = blanks.get(keyOf(blank));
    return row?.blankId === blank.blankId ? row : undefined;
  };
  const change = (blank: Blank, missing: keyof Blank, changes: Partial<Blank>): boolean => {
    const row = has(blank);
    if (row === undefined || row[missing] !== undefined) return false;
    blanks.set(keyOf(blank), structuredClone({ ...row, ...changes }));
    return true;
  };
  return {
    blanks,
    bound,
    places: async (pool) =>
      structuredClone([...blanks.values()].filter((blank) => poolNameOf(blank) === poolNameOf(pool))),
    get: async (place) => structuredClone(blanks.get(keyOf(place))),
    occupy: async (blank) => {
      if (blanks.has(keyOf(blank))) return false;
      blanks.set(keyOf(blank), structuredClone(blank));
      return true;
    },
    recordInstance: async (blank, machine) => change(blank, 'instanceId', machine),
    announce: async (blank, announcement) => change(blank, 'announcement', { announcement }),
    vacate: async (blank) => has(blank) !== undefined && blanks.delete(keyOf(blank)),
    bind: async (blank, { installationId, launchId, guard, changes, boundAt }) => {
      const key = `${installationId}/${launchId}`;
      const row = launches.rows.get(key);
      if (row === undefined || !fitsLaunchGuard(row, guard)) return 'launch';
      if (has(blank) === undefined || bound.has(blank.instanceId)) return 'taken';
      launches.rows.set(key, applyChanges(row, { ...changes, version: row.version + 1 }));
      blanks.delete(keyOf(blank));
      bound.set(blank.instanceId, { instanceId: blank.instanceId, installationId, launchId, boundAt });
      return 'bound';
    },
    findBound: async (instanceId) => structuredClone(bound.get(instanceId)),
    readAll: async () => structuredClone({ blanks: [...blanks.values()], bound: [...bound.values()] }),
    forgetBound: async (instanceId) => void bound.delete(instanceId),
  };
}
