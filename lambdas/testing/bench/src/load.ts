/** What the bench's tables hold. */
export interface Load {
  /** Tenants besides the large one. */
  readonly tenants: number;
  /** Jobs of the large tenant that wait for its limit. */
  readonly jobs: number;
  /** Rows of uninstalled tenants that are cleaned up. */
  readonly tombstones: number;
}

export const LOAD: Load = { tenants: 10_000, jobs: 100_000, tombstones: 30_000 };
export const LARGE_TENANT = 1;
/** Of the other tenants one in so many has a job that waits. */
const ONE_WAITS_IN = 50;
/** When the first run begins. */
export const START = '2026-01-15T12:00:00.000Z';
export const TABLE_PREFIX = 'bench';

/** The ids of the other tenants; those of tombstones are among them, as in a table that grew over years. */
export function otherTenants({ tenants }: Load): number[] {
  return Array.from({ length: tenants }, (_, index) => LARGE_TENANT + 1 + index * 4);
}

export function tombstones({ tombstones: count }: Load): number[] {
  return Array.from({ length: count }, (_, index) => LARGE_TENANT + 2 + Math.floor(index / 3) * 4 + (index % 3));
}

export const loginOf = (id: number): string => `organisation-${id}`;

/** None where no job waits at all. */
export function waitingTenants(load: Load): number[] {
  return load.jobs === 0 ? [] : otherTenants(load).filter((_, index) => index % ONE_WAITS_IN === 0);
}
