import type { TenantLookup } from '@multi-tenant-runner/core';
import type { TenantRow } from './tenant-registry';

/**
 * The rows of the tenants table, with what a simulated day of ten thousand tenants asks of them many times a second: an
 * index of accounts, the order of their ids, and what was read from a row, which is replaced and never changed.
 */
export class TenantRows extends Map<number, TenantRow> {
  readonly byAccount = new Map<unknown, Set<number>>();
  private readonly lookups = new WeakMap<TenantRow, { readonly installationId: number; readonly is: TenantLookup }>();
  private ids: readonly number[] | undefined;

  override set(installationId: number, row: TenantRow): this {
    const before = this.get(installationId);
    if (before === undefined) this.ids = undefined;
    this.leaveIndex(installationId, before);
    const account = row['account_id'];
    this.byAccount.set(account, (this.byAccount.get(account) ?? new Set()).add(installationId));
    return super.set(installationId, row);
  }

  override delete(installationId: number): boolean {
    this.ids = undefined;
    this.leaveIndex(installationId, this.get(installationId));
    return super.delete(installationId);
  }

  /** Ascending. */
  get sortedIds(): readonly number[] {
    this.ids ??= [...this.keys()].sort((a, b) => a - b);
    return this.ids;
  }

  /** @param parse what the row says; asked once for each row */
  lookup(installationId: number, parse: (row: TenantRow | undefined) => TenantLookup): TenantLookup {
    const row = this.get(installationId);
    const known = row && this.lookups.get(row);
    if (known?.installationId === installationId) return known.is;
    const is = parse(row);
    if (row !== undefined) this.lookups.set(row, { installationId, is });
    return is;
  }

  private leaveIndex(installationId: number, row: TenantRow | undefined): void {
    if (row === undefined) return;
    const others = this.byAccount.get(row['account_id']);
    others?.delete(installationId);
    if (others?.size === 0) this.byAccount.delete(row['account_id']);
  }
}
