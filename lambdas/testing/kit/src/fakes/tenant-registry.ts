import { isDeepStrictEqual } from 'node:util';
import {
  KNOWN_GROUP_ATTRIBUTE,
  MODULE_ROW,
  buildKnownGroupAttribute,
  buildUsageAttribute,
  circuitAttribute,
  coversMark,
  isCountable,
  isMarkedDeleted,
  openShardOf,
  isObject,
  markAttribute,
  parseCapMark,
  parseTenantRow,
  readOpenMark,
  parseCircuit,
  buildCircuitAttribute,
  type Clock,
  type TenantLifecycle,
  type TenantLookup,
  type TenantRegistry,
  type Tiers,
} from '@multi-tenant-runner/core';
import { createEventuallyConsistentView, type Lag } from '../eventually-consistent';
import { frozen } from './frozen';
import { createInMemoryTenantLifecycle } from './tenant-lifecycle';
import { mayAdmit, mayCount, type CountedRow } from './slot-rules';
import { TenantRows } from './tenant-rows';

/** A row of the tenants table as plain values, including any invalid ones an operator wrote. */
export type TenantRow = Record<string, unknown>;

export interface TenantTableChange {
  readonly installationId: number;
  readonly before?: TenantRow;
  readonly after?: TenantRow;
}

export interface InMemoryTenantRegistry extends TenantRegistry, TenantLifecycle {
  /** Raw rows: a test may write anything. */
  readonly rows: Map<number, TenantRow>;
  /** What the ports changed, in order, as the table's stream would tell it. */
  readonly changes: TenantTableChange[];
  readonly accountIndex: Lag;
  /** The index that `tenantsWithMark` reads. */
  readonly markIndex: Lag;
  pageSize: number;
  /** Whether an admission would find a slot. */
  hasSlot(installationId: number, limit?: number): boolean;
  /** Whether the row has these values; null: none. */
  isAsExpected(installationId: number, expected?: TenantRow): boolean;
  /** The tenant's part of an admission. Answers whether it was written. */
  takeSlot(installationId: number, limit?: number): boolean;
  /** The tenant's part of a release. */
  giveSlotBack(installationId: number): void;
}

export interface InMemoryTenantSettings {
  readonly tiers: Tiers;
  readonly defaultTier: string;
  readonly clock: Clock;
}

/** As the adapter has it. */
const RECOUNT_ATTEMPTS = 3;

export function createInMemoryTenantRegistry(settings: InMemoryTenantSettings): InMemoryTenantRegistry {
  const rows = new TenantRows();
  const changes: TenantTableChange[] = [];
  const accounts = createEventuallyConsistentView(() => rows.byAccount);
  const cleanups = createEventuallyConsistentView(() =>
    [...rows].filter(([, row]) => row['cleanup'] === 'pending').map(([installationId]) => installationId),
  );
  const lookup = (installationId: number): TenantLookup =>
    rows.lookup(installationId, (row) =>
      parseTenantRow(installationId, frozen(row), settings.tiers, settings.defaultTier),
    );

  const write = (installationId: number, row: TenantRow): void => {
    const before = rows.get(installationId);
    const after = frozen(row);
    rows.set(installationId, after);
    changes.push({ installationId, ...(before && { before: frozen(before) }), after });
  };
  const marked = createEventuallyConsistentView(() =>
    [...rows].filter(([, row]) => readOpenMark(row) !== undefined).map(([installationId]) => installationId),
  );
  const countSlot = (installationId: number, row: CountedRow, difference: 1 | -1, also: TenantRow = {}): void =>
    write(installationId, {
      ...row,
      ...also,
      slots_held: (row.slots_held ?? 0) + difference,
      slot_changes: (row.slot_changes ?? 0) + 1,
    });

  const registry: InMemoryTenantRegistry = {
    ...createInMemoryTenantLifecycle({ rows, write, clock: settings.clock, accounts: () => accounts.read() }),
    rows,
    changes,
    accountIndex: accounts,
    markIndex: marked,
    pageSize: 100,
    get: async (installationId) => lookup(installationId),
    hasSlot: (installationId, limit) => mayAdmit(rows.get(installationId), limit),
    isAsExpected: (installationId, expected = {}) => {
      const row = rows.get(installationId) ?? {};
      return Object.entries(expected).every(([name, value]) => isDeepStrictEqual(row[name] ?? null, value));
    },
    takeSlot: (installationId, limit) => {
      const row = rows.get(installationId);
      if (row === undefined || !mayCount(row) || !mayAdmit(row, limit)) return false;
      const also = { open_shard: openShardOf(installationId), admitted_at: settings.clock.now().toISOString() };
      countSlot(installationId, row, 1, also);
      return true;
    },
    giveSlotBack: (installationId) => {
      const row = rows.get(installationId);
      if (row !== undefined && mayCount(row) && (row.slots_held ?? 0) >= 1) countSlot(installationId, row, -1);
      else if (row?.['org_name'] !== undefined)
        write(installationId, { ...row, slot_changes: settings.clock.now().getTime() });
    },
    recountSlots: async (installationId, at, count) => {
      for (let attempt = 1; attempt <= RECOUNT_ATTEMPTS; attempt += 1) {
        const seen = rows.get(installationId)?.['slot_changes'];
        const before = lookup(installationId);
        if (!isCountable(before, at)) return false;
        const held = await count();
        if (before.kind !== 'tenant' || (!before.slotsBroken && before.tenant.slotsHeld === held)) return false;
        const row = rows.get(installationId);
        if (row?.['org_name'] === undefined || !isDeepStrictEqual(row['slot_changes'], seen)) continue;
        const { slots: _old, ...rest } = row;
        const isCount = seen === undefined || (Number.isSafeInteger(seen) && Number(seen) >= 0);
        write(installationId, { ...rest, slots_held: held, ...(!isCount && { slot_changes: at.getTime() }) });
        return true;
      }
      return false;
    },
    limitGitHub: async (installationId, until) => {
      const row = rows.get(installationId);
      const standing = row?.['github_limited_until'];
      if (row?.['org_name'] === undefined || (typeof standing === 'string' && standing >= until.toISOString()))
        return false;
      write(installationId, { ...row, github_limited_until: until.toISOString() });
      return true;
    },
    rememberGroup: async (installationId, known) => {
      const { [KNOWN_GROUP_ATTRIBUTE]: _seen, ...row } = rows.get(installationId) ?? {};
      if (row['org_name'] === undefined || row['status'] === 'deleted' || isMarkedDeleted(row)) return false;
      const remembered = known && { [KNOWN_GROUP_ATTRIBUTE]: buildKnownGroupAttribute(known) };
      write(installationId, { ...row, ...remembered });
      return true;
    },
    recordUsage: async (installationId, usage) => {
      const row = rows.get(installationId);
      const standing = isObject(row?.['usage']) ? row['usage']['at'] : undefined;
      if (row?.['org_name'] === undefined || (typeof standing === 'string' && standing >= usage.at)) return false;
      write(installationId, { ...row, usage: buildUsageAttribute(usage) });
      return true;
    },
    markCap: async (installationId, reason, mark) => {
      const row = rows.get(installationId);
      const attribute = markAttribute(reason);
      if (row?.['org_name'] === undefined || coversMark(parseCapMark(row[attribute]), mark)) return false;
      write(installationId, { ...row, [attribute]: { ...mark } });
      return true;
    },
    changeCircuit: async (installationId, tier, change) => {
      const row = rows.get(installationId);
      const attribute = circuitAttribute(tier);
      const next = change(parseCircuit(row?.[attribute]));
      if (next === undefined || row?.['org_name'] === undefined) return false;
      const { [attribute]: _seen, ...rest } = row;
      write(installationId, next === null ? rest : { ...rest, [attribute]: buildCircuitAttribute(next) });
      return true;
    },
    markOpen: async (installationId) => {
      const row = rows.get(installationId) ?? { installation_id: installationId };
      write(installationId, { ...row, open_shard: openShardOf(installationId) });
    },
    clearMark: async (installationId, { changes: seen }) => {
      const { open_shard: mark, ...row } = rows.get(installationId) ?? {};
      if (mark === undefined || row['slot_changes'] !== seen) return false;
      write(installationId, row);
      return true;
    },
    tenantsWithMark: async () => marked.read(),
    tenantsToCleanUp: async () => cleanups.read(),
    list: async (cursor) => {
      const ids = rows.sortedIds.filter((id) => cursor === undefined || id > Number(cursor));
      const page = ids.slice(0, registry.pageSize).filter((id) => id !== MODULE_ROW);
      const last = page.at(-1);
      return {
        lookups: page.map(lookup),
        ...(ids.length > registry.pageSize && last !== undefined && { cursor: String(last) }),
      };
    },
  };
  return registry;
}
