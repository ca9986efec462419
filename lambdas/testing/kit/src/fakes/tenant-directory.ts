import { MODULE_ROW, type LoginPins, type TenantDirectory } from '@multi-tenant-runner/core';
import type { InMemoryTenantRegistry, TenantRow } from './tenant-registry';

/** On the rows of the registry. */
export function createInMemoryTenantDirectory(registry: InMemoryTenantRegistry): TenantDirectory {
  const { rows } = registry;
  const sorted = (): [number, Record<string, unknown>][] => [...rows].sort(([a], [b]) => a - b);
  return {
    get: registry.get,
    tenantsWithMark: registry.tenantsWithMark,
    getAll: async (ids) => new Map(await Promise.all(ids.map(async (id) => [id, await registry.get(id)] as const))),
    findByName: async (orgName) =>
      sorted()
        .filter(([, row]) => row['org_name'] === orgName)
        .map(([installationId, row]) => ({ installationId, status: String(row['status']) })),
    list: async (status, { limit, after }) => {
      const behind = sorted().filter(([id, row]) => row['status'] === status && id > (after ?? 0));
      const last = behind[limit - 1];
      return {
        tenants: behind.slice(0, limit).map(([installationId, row]) => ({
          installationId,
          orgName: String(row['org_name'] ?? ''),
          tier: String(row['tier'] ?? ''),
          maxRunners: String(row['max_runners'] ?? ''),
        })),
        // As DynamoDB: a full page has a cursor, even if nothing is behind it.
        ...(last !== undefined && { next: last[0] }),
      };
    },
    edit: async (installationId, edit, note) => {
      const row = rows.get(installationId);
      const holds =
        row?.['org_name'] !== undefined &&
        row['deleted_at'] === undefined &&
        row['cleanup'] === undefined &&
        Object.entries(edit.expect).every(([name, value]) => (row[name] ?? null) === value);
      if (!holds) return { ok: false, lookup: await registry.get(installationId) };
      const next: Record<string, unknown> = {
        ...row,
        ...edit.set,
        updated_at: note.at.toISOString(),
        changed_by: note.by,
        changed_via: note.via,
        change_reason: note.reason,
        change_id: note.id,
      };
      rows.set(installationId, Object.fromEntries(Object.entries(next).filter(([, value]) => value !== null)));
      return { ok: true, lookup: await registry.get(installationId) };
    },
  };
}

/** On the same rows. */
export function createInMemoryLoginPins({ rows }: Pick<InMemoryTenantRegistry, 'rows'>): LoginPins {
  return {
    list: async () => pinsIn(rows.get(MODULE_ROW)),
    remove: async (login, accountId) => {
      const { [`login_${login}`]: pinned, ...rest } = rows.get(MODULE_ROW) ?? {};
      if (pinned !== accountId) return false;
      rows.set(MODULE_ROW, { installation_id: MODULE_ROW, ...rest });
      return true;
    },
  };
}

export function pinsIn(row: TenantRow | undefined): ReadonlyMap<string, number> {
  return new Map(
    Object.entries(row ?? {}).flatMap(([name, id]): [string, number][] =>
      name.startsWith('login_') ? [[name.slice('login_'.length), Number(id)]] : [],
    ),
  );
}
