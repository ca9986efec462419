import { hasLiveLease, isOpenLaunch, type Clock, type Launch, type LaunchGuard, type LaunchStore } from '@multi-tenant-runner/core';
import { createLaggingView, type Lag } from '../lagging-view';
import { applyChanges } from './apply-changes';

export interface InMemoryLaunchStore extends LaunchStore {
  readonly rows: Map<string, Launch>;
  readonly cursors: Map<string, string>;
  /** The index that `findByInstance` reads. */
  readonly instanceIndex: Lag;
  all(): Launch[];
}

export function createInMemoryLaunchStore({ clock }: { readonly clock: Clock }): InMemoryLaunchStore {
  const rows = new Map<string, Launch>();
  const cursors = new Map<string, string>();
  const key = (installationId: number, launchId: string): string => `${installationId}/${launchId}`;
  const instances = createLaggingView(() => [...rows.values()].filter((launch) => launch.instanceId !== undefined));

  return {
    rows,
    cursors,
    instanceIndex: instances,
    all: () => structuredClone([...rows.values()]),
    get: async (installationId, launchId) => structuredClone(rows.get(key(installationId, launchId))),
    create: async (launch) => {
      const standing = rows.get(key(launch.installationId, launch.launchId));
      if (standing !== undefined) return { ok: false, row: structuredClone(standing) };
      rows.set(key(launch.installationId, launch.launchId), structuredClone(launch));
      return { ok: true, row: structuredClone(launch) };
    },
    change: async (installationId, launchId, guard, changes) => {
      const row = rows.get(key(installationId, launchId));
      if (row === undefined) return { ok: false };
      if (!fits(row, guard)) return { ok: false, row: structuredClone(row) };
      const after = applyChanges(row, { updatedAt: clock.now().toISOString(), ...changes, version: row.version + 1 });
      rows.set(key(installationId, launchId), after);
      return { ok: true, row: structuredClone(after) };
    },
    listOpen: async (installationId) =>
      structuredClone(
        [...rows.values()]
          .filter((launch) => launch.installationId === installationId && isOpenLaunch(launch.state))
          .sort((a, b) => (`${a.createdAt}#${a.launchId}` < `${b.createdAt}#${b.launchId}` ? -1 : 1)),
      ),
    findByInstance: async (instanceId) => {
      const found = instances.read().find((launch) => launch.instanceId === instanceId);
      return found && { installationId: found.installationId, launchId: found.launchId };
    },
    readCursor: async (name) => cursors.get(name),
    writeCursor: async (name, cursor) => {
      if (cursor === undefined) cursors.delete(name);
      else cursors.set(name, cursor);
    },
  };
}

function fits(row: Launch, guard: LaunchGuard): boolean {
  return (
    guard.from.includes(row.state) &&
    (guard.version === undefined || guard.version === row.version) &&
    (guard.leaseOwner === undefined || guard.leaseOwner === row.leaseOwner) &&
    (guard.leaseFreeAt === undefined || !hasLiveLease(row, new Date(guard.leaseFreeAt), guard.leaseFreeFor))
  );
}
