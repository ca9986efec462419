import {
  MODULE_ROW,
  isMarkedDeleted,
  readAccountPolicy,
  statusBeforeDeletion,
  type Clock,
  type LifecycleOutcome,
  type Ordering,
  type SuspendedBy,
  type TenantLifecycle,
  type TenantStatus,
} from '@multi-tenant-runner/core';
import { pinsIn } from './tenant-directory';
import type { TenantRow } from './tenant-registry';

interface Table {
  readonly rows: ReadonlyMap<number, TenantRow>;
  write(installationId: number, row: TenantRow): void;
  readonly clock: Clock;
  /** Installations by their account. */
  accounts(): ReadonlyMap<unknown, ReadonlySet<number>>;
}

export function createInMemoryTenantLifecycle({ rows, write, clock, accounts }: Table): TenantLifecycle {
  const change = (installationId: number, may: (row: TenantRow) => boolean, changes: TenantRow): boolean => {
    const row = rows.get(installationId);
    if (row === undefined || !may(row)) return false;
    const after: TenantRow = { ...row, ...changes };
    for (const key of Object.keys(after)) if (after[key] === undefined) delete after[key];
    write(installationId, after);
    return true;
  };
  const isLivingTenant = (row: TenantRow): boolean =>
    row['org_name'] !== undefined && row['status'] !== 'deleted' && !isMarkedDeleted(row);

  const turn = (installationId: number, changedAt: string, to: Turn, options?: Ordering): LifecycleOutcome => {
    const row = rows.get(installationId);
    if (row === undefined || !isLivingTenant(row)) return 'unchanged';
    const at = new Date(changedAt).toISOString();
    const last = row['github_changed_at'];
    const stands = row['status'] === to.status;
    const settles = options?.settled === true && at === last;
    if (typeof last === 'string' && at <= last && !settles)
      return at === last && !stands && mayTurn(row, to) ? 'tie' : 'unchanged';
    if (!mayTurn(row, to)) {
      // An event that changes nothing still tells how far GitHub's history has come.
      change(installationId, isLivingTenant, { github_changed_at: at });
      return 'unchanged';
    }
    change(installationId, isLivingTenant, {
      status: to.status,
      suspended_by: to.suspendedBy,
      github_changed_at: at,
      updated_at: clock.now().toISOString(),
    });
    return 'changed';
  };

  return {
    create: async (entry) => {
      const row = rows.get(entry.installationId) ?? { installation_id: entry.installationId };
      if (row['org_name'] !== undefined || row['status'] === 'deleted' || isMarkedDeleted(row)) return false;
      const now = entry.now.toISOString();
      write(entry.installationId, {
        ...row,
        org_name: entry.orgName,
        org_type: entry.orgType,
        account_id: entry.accountId,
        ...(row['status'] !== 'suspended' &&
          (entry.suspendedBy !== undefined && row['status'] !== 'active'
            ? { status: 'suspended', suspended_by: entry.suspendedBy }
            : { status: 'active' })),
        ...{ tier: entry.tier, max_runners: entry.maxRunners, ...entry.decisions },
        ...kept(row, ['tier', 'max_runners', ...Object.keys(entry.decisions ?? {})]),
        created_at: row['created_at'] ?? now,
        updated_at: row['updated_at'] ?? now,
        ...(entry.previousInstallationId !== undefined && { previous_installation_id: entry.previousInstallationId }),
      });
      return true;
    },
    suspend: async (installationId, changedAt, options) =>
      turn(installationId, changedAt, { status: 'suspended', from: 'active', suspendedBy: 'github' }, options),
    unsuspend: async (installationId, changedAt, options) =>
      turn(installationId, changedAt, { status: 'active', from: 'suspended', suspendedBy: undefined }, options),
    markDeleted: async (installationId, account, now) => {
      const row = rows.get(installationId) ?? { installation_id: installationId };
      if (row['status'] === 'deleted' && row['cleanup'] !== undefined) return false;
      const found = statusBeforeDeletion(row);
      write(installationId, {
        ...row,
        ...(found !== undefined && { status_before_deletion: found }),
        ...(account.kind === 'owner' && { account_id: row['account_id'] ?? account.id }),
        status: 'deleted',
        cleanup: row['cleanup'] ?? 'pending',
        deleted_at: row['deleted_at'] ?? now.toISOString(),
        updated_at: now.toISOString(),
      });
      return true;
    },
    rename: async (installationId, orgName, now) =>
      change(installationId, (row) => isLivingTenant(row) && row['org_name'] !== orgName, {
        org_name: orgName,
        updated_at: now.toISOString(),
      }),
    setSecurityGroup: async (installationId, groupId) =>
      change(installationId, (row) => isLivingTenant(row) && row['security_group_id'] !== groupId, {
        security_group_id: groupId,
      }),
    finishCleanup: async (installationId, now) =>
      change(installationId, (row) => row['cleanup'] === 'pending', {
        status: 'deleted',
        cleanup: 'done',
        security_group_id: undefined,
        updated_at: now.toISOString(),
      }),
    findByAccount: async (accountId) => [...(accounts().get(accountId) ?? [])].sort((a, b) => a - b),
    handOver: async (installationId, to) => {
      const row = rows.get(installationId);
      if (row?.['org_name'] === undefined) return { kind: 'none' };
      const successor = Number(row['replaced_by'] ?? to);
      if (successor !== to && rows.get(successor)?.['org_name'] !== undefined) return { kind: 'follow', to: successor };
      if (row['replaced_by'] !== to) write(installationId, { ...row, replaced_by: to });
      return { kind: 'taken', policy: readAccountPolicy(row) };
    },
    listPins: async () => pinsIn(rows.get(MODULE_ROW)),
    pinLogin: async (login, accountId) => {
      const row = rows.get(MODULE_ROW) ?? { installation_id: MODULE_ROW };
      const pinned = row[`login_${login}`] ?? accountId;
      write(MODULE_ROW, { ...row, [`login_${login}`]: pinned });
      return Number(pinned);
    },
    carryOver: async (installationId, { status, suspended_by, ...decisions }) => {
      const row = rows.get(installationId) ?? { installation_id: installationId };
      const isOfGitHub = row['suspended_by'] === 'github' && status !== 'suspended';
      const changes = { ...decisions, ...(!isOfGitHub && { status, suspended_by }) };
      const after: TenantRow = { ...row };
      for (const [name, value] of Object.entries(changes)) {
        if (value === null) delete after[name];
        else if (value !== undefined) after[name] = value;
      }
      write(installationId, after);
    },
  };
}

function kept(row: TenantRow, names: readonly string[]): TenantRow {
  return Object.fromEntries(names.flatMap((name) => (row[name] === undefined ? [] : [[name, row[name]]])));
}

interface Turn {
  readonly status: TenantStatus;
  readonly from: TenantStatus;
  readonly suspendedBy: SuspendedBy | undefined;
}

/** GitHub suspends what is active, and lifts only its own suspension. */
function mayTurn(row: TenantRow, to: Turn): boolean {
  return row['status'] === to.from && (to.from === 'active' || row['suspended_by'] === 'github');
}
