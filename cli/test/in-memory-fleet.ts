import { createTestHarness, type TestHarness } from '@multi-tenant-runner/testing';
import type { DeadLetters, Fleet, TenantDirectory } from '../src/fleet';

export interface InMemoryFleetForTests {
  readonly fleet: Fleet;
  readonly harness: TestHarness;
  readonly deadLetters: DeadLetters[];
  readonly redriven: string[];
  /** Whether the triggers of scale-up are on. */
  enabled: boolean;
}

export function createFleetInMemory(): InMemoryFleetForTests {
  const harness = createTestHarness();
  const deadLetters: DeadLetters[] = [];
  const redriven: string[] = [];
  const state: InMemoryFleetForTests = {
    harness,
    deadLetters,
    redriven,
    enabled: true,
    fleet: {
      prefix: 'test',
      settings: harness.settings,
      clock: harness.clock,
      directory: createDirectoryInMemory(harness),
      jobs: harness.jobs,
      launches: harness.launches,
      deadLetters: {
        list: async () => deadLetters,
        redrive: async (queue) => void redriven.push(queue),
      },
      triggers: {
        setEnabled: async (enabled) => {
          state.enabled = enabled;
          return 3;
        },
      },
      whoAmI: async () => 'arn:aws:iam::123456789012:user/ops',
    },
  };
  return state;
}

export function createDirectoryInMemory({ state, registry }: TestHarness): TenantDirectory {
  const { rows } = state.tenants;
  const sorted = (): [number, Record<string, unknown>][] => [...rows].sort(([a], [b]) => a - b);
  return {
    get: registry.get,
    findByName: async (orgName) =>
      sorted()
        .filter(([, row]) => row['org_name'] === orgName)
        .map(([installationId, row]) => ({ installationId, status: String(row['status']) })),
    list: async (status, { limit, cursor }) => {
      const behind = sorted().filter(([id, row]) => row['status'] === status && id > Number(cursor ?? 0));
      const last = behind[limit - 1];
      return {
        tenants: behind.slice(0, limit).map(([installationId, row]) => ({
          installationId,
          orgName: String(row['org_name'] ?? ''),
          tier: String(row['tier'] ?? ''),
          maxRunners: String(row['max_runners'] ?? ''),
        })),
        // As DynamoDB: a full page has a cursor, even if nothing is behind it.
        ...(last !== undefined && { cursor: String(last[0]) }),
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
        change_reason: note.reason,
      };
      rows.set(installationId, Object.fromEntries(Object.entries(next).filter(([, value]) => value !== null)));
      return { ok: true, lookup: await registry.get(installationId) };
    },
  };
}
