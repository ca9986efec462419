import type { OpenPage, OpenPageRequest } from '@multi-tenant-runner/core';
import { frozen } from './frozen';

/**
 * Rows as they are written: frozen, so that handing one out needs no copy. Beside them each tenant's open rows and an
 * index, as the real tables keep them: a simulation of ten thousand jobs queries it many times a second.
 */
export class RowsByTenant<T extends { readonly installationId: number }> extends Map<string, T> {
  private readonly open = new Map<number, Map<string, T>>();
  private readonly all = new Map<number, Map<string, T>>();
  private readonly uncovered = new Map<number, Set<string>>();
  /** Keys of open rows that the index of a tenant's open rows does not have. */
  private readonly outside = new Set<string>();
  /** Keys of rows by what `indexed` answers for them. */
  readonly index = new Map<string, string>();
  /** A sparse index: of the rows of which `isMarked` says so. */
  readonly marked = new Map<string, T>();

  constructor(
    private readonly isOpen: (row: T) => boolean,
    private readonly indexed: (row: T) => string | undefined = () => undefined,
    private readonly isMarked: (row: T) => boolean = () => false,
  ) {
    super();
  }

  /**
   * Answers the row as it stands now.
   *
   * @param how.isCovered whether an admission covers it; undefined: as before, and one that this write opens is not
   * @param how.isIndexed whether its tenant's index of open rows has it; undefined: as before, and one that this write
   *   opens is there
   */
  put(key: string, given: T, { isCovered = this.isStillCovered(key), isIndexed }: PutHow = {}): T {
    const row = frozen(given);
    if (!this.isOpen(row) || isIndexed === true || !this.isOpenNow(key)) this.outside.delete(key);
    if (this.isOpen(row) && isIndexed === false) this.outside.add(key);
    const uncovered = this.uncovered.get(row.installationId) ?? new Set<string>();
    this.uncovered.set(row.installationId, uncovered);
    if (this.isOpen(row) && !isCovered) uncovered.add(key);
    else uncovered.delete(key);
    rowsOf(this.all, row.installationId).set(key, row);
    const open = rowsOf(this.open, row.installationId);
    if (this.isOpen(row)) open.set(key, row);
    else open.delete(key);
    if (this.isMarked(row)) this.marked.set(key, row);
    else this.marked.delete(key);
    const index = this.indexed(row);
    if (index !== undefined) this.index.set(index, key);
    super.set(key, row);
    return row;
  }

  override set(key: string, row: T): this {
    this.put(key, row);
    return this;
  }

  private isStillCovered(key: string): boolean {
    const row = this.get(key);
    return row !== undefined && this.isOpen(row) && this.uncovered.get(row.installationId)?.has(key) !== true;
  }

  private isOpenNow(key: string): boolean {
    const row = this.get(key);
    return row !== undefined && this.isOpen(row);
  }

  override delete(key: string): boolean {
    const row = this.get(key);
    if (row !== undefined) {
      this.outside.delete(key);
      this.uncovered.get(row.installationId)?.delete(key);
      this.open.get(row.installationId)?.delete(key);
      this.marked.delete(key);
      this.all.get(row.installationId)?.delete(key);
      const index = this.indexed(row);
      if (index !== undefined) this.index.delete(index);
    }
    return super.delete(key);
  }

  allOf(installationId: number): T[] {
    return [...(this.all.get(installationId)?.values() ?? [])];
  }

  openOf(installationId: number): T[] {
    return [...(this.open.get(installationId)?.values() ?? [])];
  }

  /** Those that the tenant's index of open rows has. */
  indexedOf(installationId: number): T[] {
    const open = [...(this.open.get(installationId) ?? [])];
    return open.filter(([key]) => !this.outside.has(key)).map(([, row]) => row);
  }

  isIndexed(key: string): boolean {
    return this.isOpenNow(key) && !this.outside.has(key);
  }

  /** The open ones. */
  coveredOf(installationId: number): T[] {
    const uncovered = this.uncovered.get(installationId);
    const open = [...(this.open.get(installationId) ?? [])];
    return open.filter(([key]) => uncovered?.has(key) !== true).map(([, row]) => row);
  }

  tenantsWithUncovered(): number[] {
    return [...this.uncovered].filter(([, keys]) => keys.size > 0).map(([installationId]) => installationId);
  }

  allOpen(): T[] {
    return [...this.open.values()].flatMap((rows) => [...rows.values()]);
  }
}

interface PutHow {
  readonly isCovered?: boolean | undefined;
  readonly isIndexed?: boolean | undefined;
}

function rowsOf<T>(byTenant: Map<number, Map<string, T>>, installationId: number): Map<string, T> {
  const rows = byTenant.get(installationId) ?? new Map<string, T>();
  byTenant.set(installationId, rows);
  return rows;
}

/** What the table's own order and `Limit` make of a tenant's open rows. */
export function pageOf<T>(
  open: readonly T[],
  openAt: (row: T) => string,
  { after, limit }: OpenPageRequest,
): OpenPage<T> {
  const behind = open
    .map((row) => ({ row, at: openAt(row) }))
    .filter(({ at }) => after === undefined || at > after)
    .sort((a, b) => (a.at < b.at ? -1 : 1))
    .slice(0, limit);
  const last = behind.length < limit ? undefined : behind.at(-1);
  return { rows: behind.map(({ row }) => row), ...(last && { next: last.at }) };
}
