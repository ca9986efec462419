import { isDeepStrictEqual } from 'node:util';
import {
  hasLiveLease,
  isOpenLaunch,
  openAtOfLaunch,
  type ClaimGuard,
  type Launch,
  type LaunchGuard,
  type LaunchStore,
  type ReportGuard,
  type Written,
} from '@multi-tenant-runner/core';
import { createEventuallyConsistentView, type Lag } from '../eventually-consistent';
import { applyChanges } from './apply-changes';
import { RowsByTenant, pageOf } from './rows-by-tenant';

export interface InMemoryLaunchStore extends LaunchStore {
  readonly rows: RowsByTenant<Launch>;
  /** A row of a test's own making, unless there is one. */
  create(launch: Launch): Promise<Written<Launch>>;
  readonly cursors: Map<string, string>;
  /** The index that `findByInstance` reads. */
  readonly instanceIndex: Lag;
  all(): Launch[];
}

export function createInMemoryLaunchStore(): InMemoryLaunchStore {
  const rows = new RowsByTenant<Launch>(
    (launch) => isOpenLaunch(launch.state),
    (launch) => launch.instanceId,
  );
  const cursors = new Map<string, string>();
  const key = (installationId: number, launchId: string): string => `${installationId}/${launchId}`;
  const instances = createEventuallyConsistentView(() => rows.index);

  return {
    rows,
    cursors,
    instanceIndex: instances,
    all: () => structuredClone([...rows.values()]),
    get: async (installationId, launchId) => rows.get(key(installationId, launchId)),
    create: async (launch) => {
      const standing = rows.get(key(launch.installationId, launch.launchId));
      if (standing !== undefined) return { ok: false, row: standing };
      return { ok: true, row: rows.put(key(launch.installationId, launch.launchId), launch) };
    },
    change: async (installationId, launchId, guard, changes) => {
      const row = rows.get(key(installationId, launchId));
      if (row === undefined) return { ok: false };
      if (!fitsLaunchGuard(row, guard)) return { ok: false, row };
      const after = applyChanges(row, { ...changes, version: row.version + 1 });
      return { ok: true, row: rows.put(key(installationId, launchId), after) };
    },
    // Each key is made once: one tenant may have hundreds, and many look at them.
    listOpen: async (installationId) =>
      rows
        .openOf(installationId)
        .map((row) => ({ row, at: openAtOfLaunch(row) }))
        .sort((a, b) => (a.at < b.at ? -1 : 1))
        .map(({ row }) => row),
    countOpen: async (installationId) => rows.openOf(installationId).length,
    pageOpen: async (installationId, request) => pageOf(rows.openOf(installationId), openAtOfLaunch, request),
    findByInstance: async (instanceId) => {
      const found = instances.read().get(instanceId);
      const row = found === undefined ? undefined : rows.get(found);
      return row && { installationId: row.installationId, launchId: row.launchId };
    },
    readCursor: async (name) => cursors.get(name),
    writeCursor: async (name, cursor) => {
      if (cursor === undefined) cursors.delete(name);
      else cursors.set(name, cursor);
    },
  };
}

export function fitsLaunchGuard(row: Launch, guard: LaunchGuard): boolean {
  return (
    guard.from.includes(row.state) &&
    (guard.version === undefined || guard.version === row.version) &&
    (guard.instanceId === undefined || guard.instanceId === row.instanceId) &&
    (guard.claimable === undefined || mayClaim(row, guard.claimable)) &&
    (guard.reporting === undefined || mayReport(row, guard.reporting)) &&
    (guard.leaseOwner === undefined || guard.leaseOwner === row.leaseOwner) &&
    (guard.leaseFreeAt === undefined || !hasLiveLease(row, new Date(guard.leaseFreeAt), guard.leaseFreeFor))
  );
}

const mayClaim = ({ intent, launchedAt, claim, blank }: Launch, { claimHash, launchedSince }: ClaimGuard): boolean =>
  intent?.claimHash === claimHash &&
  intent.group === undefined &&
  launchedAt !== undefined &&
  launchedAt >= launchedSince &&
  claim === undefined &&
  blank === undefined;

const mayReport = ({ claim, reports }: Launch, guard: ReportGuard): boolean =>
  claim?.reportHash === guard.reportHash && isDeepStrictEqual(plain(reports), plain(guard.reports));

/** An object of another realm has other prototypes. */
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value ?? null)) as unknown;
