import { MINUTE } from '../model/time';
import type { Lock, LockLease, LockParty, LockWaiter, TenantLocks } from '../model/locks';

/** A row has 400 KB: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html */
export const MOST_LOCKS = 50;
export const MOST_WAITERS = 20;
/** Who waits asks every few seconds; who has not for so long has gone away. */
export const WAITER_LIFETIME = MINUTE;

export interface AcquireRequest extends LockParty {
  readonly name: string;
  /** Milliseconds. */
  readonly ttl: number;
  /** Keeps a place in the line. */
  readonly wait: boolean;
}

export type AcquireAnswer =
  | { readonly kind: 'granted'; readonly lease: LockLease }
  /** `position`: 1 is next. Undefined for who does not wait. */
  | { readonly kind: 'held'; readonly lease?: LockLease; readonly position?: number }
  | { readonly kind: 'full'; readonly what: 'locks' | 'waiters' };

/** What becomes of a tenant's locks, and what the one who asked is told. */
export interface LockDecision<A> {
  readonly next: TenantLocks;
  readonly answer: A;
}

/**
 * One holder at a time, and the others in the order in which they first asked. The number of a lease is higher than all
 * before it, so that what a late holder still does can be told from what the present one does: it is the time at least,
 * so that it grows even if the row was lost. Who asks again holds on, under the same number. Pure.
 */
export function decideAcquire(locks: TenantLocks, request: AcquireRequest, at: Date): LockDecision<AcquireAnswer> {
  const now = at.getTime();
  const alive = livingOf(locks, now);
  const { lease, waiters } = alive.byName[request.name] ?? { waiters: [] };
  const { name, holder, by, ttl, wait } = request;
  if (lease !== undefined && isSame(lease, request)) {
    const renewed = { ...lease, until: now + ttl };
    return { next: withLock(alive, name, { lease: renewed, waiters }), answer: { kind: 'granted', lease: renewed } };
  }
  const place = waiters.findIndex((waiter) => isSame(waiter, request));
  const isNext = place === 0 || (place === -1 && waiters.length === 0);
  if (lease === undefined && isNext) {
    if (!(name in alive.byName) && Object.keys(alive.byName).length >= MOST_LOCKS)
      return { next: alive, answer: { kind: 'full', what: 'locks' } };
    const fence = Math.max(alive.fence + 1, now);
    const granted = { holder, by, fence, acquiredAt: now, until: now + ttl };
    const next = withLock({ ...alive, fence }, name, { lease: granted, waiters: waiters.slice(1) });
    return { next, answer: { kind: 'granted', lease: granted } };
  }
  if (!wait) return { next: alive, answer: { kind: 'held', ...(lease && { lease }) } };
  if (place === -1 && waiters.length >= MOST_WAITERS) return { next: alive, answer: { kind: 'full', what: 'waiters' } };
  const line = inLine(waiters, { holder, by, since: now, until: now + WAITER_LIFETIME });
  const position = line.findIndex((waiter) => isSame(waiter, request)) + 1;
  const next = withLock(alive, name, { ...(lease && { lease }), waiters: line });
  return { next, answer: { kind: 'held', position, ...(lease && { lease }) } };
}

export type ReleaseAnswer = 'released' | 'left-line' | 'not-held' | 'held-by-another';

/** What the one who asked is told. */
export const RELEASED: Readonly<Record<Exclude<ReleaseAnswer, 'held-by-another'>, (name: string) => string>> = {
  released: (name) => `${name} is free for the next in line.`,
  'left-line': (name) => `You are no more in line for ${name}.`,
  'not-held': (name) => `${name} is free already.`,
};

/** What the holder of a lease is told. */
export function sayGranted(name: string, { until, fence }: LockLease): string {
  return `You have ${name} until ${new Date(until).toISOString()}, under ${fence}.`;
}

/** @param request.force whoever holds it: for operators */
export function decideLockRelease(
  locks: TenantLocks,
  request: LockParty & { readonly name: string; readonly force: boolean },
  at: Date,
): LockDecision<ReleaseAnswer> {
  const alive = livingOf(locks, at.getTime());
  const lock = alive.byName[request.name];
  if (lock === undefined) return { next: alive, answer: 'not-held' };
  const { lease, waiters } = lock;
  if (lease !== undefined && (request.force || isSame(lease, request)))
    return { next: withLock(alive, request.name, { waiters }), answer: 'released' };
  const others = waiters.filter((waiter) => !isSame(waiter, request));
  const left = { ...(lease && { lease }), waiters: others };
  if (others.length < waiters.length) return { next: withLock(alive, request.name, left), answer: 'left-line' };
  return { next: alive, answer: lease === undefined ? 'not-held' : 'held-by-another' };
}

/** Those that are held or waited for at a time. */
export function livingLocks(locks: TenantLocks, at: Date): Readonly<Record<string, Lock>> {
  return livingOf(locks, at.getTime()).byName;
}

function livingOf({ fence, byName }: TenantLocks, now: number): TenantLocks {
  const living = Object.entries(byName).flatMap(([name, { lease, waiters }]): [string, Lock][] => {
    const held = lease !== undefined && lease.until > now ? { lease } : {};
    const line = waiters.filter(({ until }) => until > now);
    return 'lease' in held || line.length > 0 ? [[name, { ...held, waiters: line }]] : [];
  });
  return { fence, byName: Object.fromEntries(living) };
}

function withLock(locks: TenantLocks, name: string, lock: Lock): TenantLocks {
  const { [name]: _old, ...others } = locks.byName;
  const isFree = lock.lease === undefined && lock.waiters.length === 0;
  return { ...locks, byName: isFree ? others : { ...others, [name]: lock } };
}

/** Who is in line already keeps its place. */
function inLine(waiters: readonly LockWaiter[], asking: LockWaiter): readonly LockWaiter[] {
  if (!waiters.some((waiter) => isSame(waiter, asking))) return [...waiters, asking];
  return waiters.map((waiter) => (isSame(waiter, asking) ? { ...waiter, until: asking.until } : waiter));
}

function isSame(one: LockParty, other: LockParty): boolean {
  return one.holder === other.holder && one.by === other.by;
}
