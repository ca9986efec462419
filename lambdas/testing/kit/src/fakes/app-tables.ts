import type { App, Deployment, QuotaShare } from '@multi-tenant-runner/core';

export interface NameHolder {
  readonly heldBy: number;
  readonly apps: ReadonlySet<string>;
  readonly freeAt?: number;
}

export interface Use extends QuotaShare {
  readonly apps: ReadonlySet<string>;
}

export const NO_USE: Use = { apps: new Set(), tasks: 0, cpu: 0, memory: 0, secrets: 0 };
export const LIVING: readonly unknown[] = ['active', 'suspended', 'deleting'];
export const including = <T>(set: ReadonlySet<T> | undefined, one: T): ReadonlySet<T> => new Set([...(set ?? []), one]);
export const excluding = <T>(set: ReadonlySet<T> | undefined, one: T): ReadonlySet<T> =>
  new Set([...(set ?? [])].filter((other) => other !== one));

/** Rows of both tables, for the two stores. */
export interface AppTables {
  readonly rows: Map<string, App>;
  readonly deploymentRows: Map<string, Deployment>;
  readonly names: Map<string, NameHolder>;
  readonly uses: Map<number, Use>;
  readonly builds: Map<string, number>;
  readonly slots: Map<number, ReadonlySet<number>>;
  /** Which app has a domain of its own. */
  readonly hosts: Map<string, string>;
}
