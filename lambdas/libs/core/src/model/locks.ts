/** Who asks for a lock: what it calls itself, and who that is. Both have to be the same to renew or release. */
export interface LockParty {
  /** Such as the id of a workflow run. */
  readonly holder: string;
  /** An ARN, or issuer and subject of a token. */
  readonly by: string;
}

/** Holds a lock until a time, under a number that is higher than each one before. Times are epoch milliseconds. */
export interface LockLease extends LockParty {
  readonly fence: number;
  readonly acquiredAt: number;
  readonly until: number;
}

/** Has asked for a lock, and is forgotten unless it asks again in time. */
export interface LockWaiter extends LockParty {
  readonly since: number;
  readonly until: number;
}

export interface Lock {
  readonly lease?: LockLease;
  /** In the order in which they first asked. */
  readonly waiters: readonly LockWaiter[];
}

/** A tenant's locks, in one row, so that one conditional write decides among all who ask. */
export interface TenantLocks {
  /** The highest number that was given; it outlives its lock. */
  readonly fence: number;
  readonly byName: Readonly<Record<string, Lock>>;
}

export const NO_LOCKS: TenantLocks = { fence: 0, byName: {} };
