import fc from 'fast-check';
import { MINUTE, SECOND } from '../model/time';
import { NO_LOCKS, type LockLease, type TenantLocks } from '../model/locks';
import {
  MOST_LOCKS,
  MOST_WAITERS,
  WAITER_LIFETIME,
  decideAcquire,
  decideLockRelease,
  livingLocks,
} from './decide-lock';

const START = Date.parse('2026-01-15T12:00:00.000Z');
const HOLDERS = ['one', 'two', 'three', 'four'] as const;
const NAME = 'production';

const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('acquire' as const), holder: fc.constantFrom(...HOLDERS) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('release' as const), holder: fc.constantFrom(...HOLDERS) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('pass' as const), seconds: fc.integer({ min: 1, max: 90 }) }) },
);

const asking = (holder: string, wait = true) => ({ name: NAME, holder, by: 'jane', ttl: 30 * SECOND, wait });

/** Plays steps, and answers the leases that were given, and each grant with who was in line before it. */
function play(steps: readonly (typeof step extends fc.Arbitrary<infer S> ? S : never)[]) {
  let locks: TenantLocks = NO_LOCKS;
  let now = START;
  const leases: LockLease[] = [];
  const grants: { readonly holder: string; readonly line: readonly string[]; readonly free: boolean }[] = [];
  for (const one of steps) {
    if (one.kind === 'pass') {
      now += one.seconds * SECOND;
      continue;
    }
    const at = new Date(now);
    const before = livingLocks(locks, at)[NAME];
    if (one.kind === 'release') {
      locks = decideLockRelease(locks, { ...asking(one.holder), force: false }, at).next;
      continue;
    }
    const { next, answer } = decideAcquire(locks, asking(one.holder), at);
    locks = next;
    if (answer.kind !== 'granted' || before?.lease?.holder === one.holder) continue;
    leases.push(answer.lease);
    const line = (before?.waiters ?? []).map(({ holder }) => holder);
    grants.push({ holder: one.holder, line, free: before?.lease === undefined });
  }
  return { leases, grants };
}

describe('the law of locks', () => {
  test('one holder at a time', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        expect(play(steps).grants.every(({ free }) => free)).toBe(true);
      }),
    );
  });

  test('the numbers of leases strictly grow', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const fences = play(steps).leases.map(({ fence }) => fence);
        expect(fences).toEqual([...new Set(fences)].sort((a, b) => a - b));
      }),
    );
  });

  test('who waits gets it in the order of the line', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        for (const { holder, line } of play(steps).grants)
          expect([holder]).toEqual(line.length === 0 ? [holder] : [line[0]]);
      }),
    );
  });
});

describe('a lock', () => {
  const at = new Date(START);

  it('is renewed by its holder, under the same number', () => {
    const first = decideAcquire(NO_LOCKS, asking('one'), at);
    const again = decideAcquire(first.next, asking('one'), new Date(START + 10 * SECOND));
    expect(first.answer).toMatchObject({ kind: 'granted', lease: { fence: START, until: START + 30 * SECOND } });
    expect(again.answer).toMatchObject({ kind: 'granted', lease: { fence: START, until: START + 40 * SECOND } });
  });

  it("is no one else's to renew or release, whatever they call themselves", () => {
    const { next } = decideAcquire(NO_LOCKS, asking('one'), at);
    const thief = { ...asking('one'), by: 'mallory' };
    expect(decideAcquire(next, thief, at).answer).toMatchObject({ kind: 'held', position: 1 });
    expect(decideLockRelease(next, { ...thief, force: false }, at).answer).toBe('held-by-another');
    expect(decideLockRelease(next, { ...thief, force: true }, at).answer).toBe('released');
  });

  it('has a number that grows when all is lost', () => {
    const later = decideAcquire(NO_LOCKS, asking('one'), new Date(START + MINUTE));
    expect(later.answer).toMatchObject({ lease: { fence: START + MINUTE } });
  });

  it('forgets who does not ask again', () => {
    let { next } = decideAcquire(NO_LOCKS, asking('one'), at);
    ({ next } = decideAcquire(next, asking('two'), at));
    const late = new Date(START + WAITER_LIFETIME);
    expect(decideAcquire(next, asking('three'), late).answer).toMatchObject({ kind: 'granted' });
  });

  it('is left by who gives up', () => {
    let { next } = decideAcquire(NO_LOCKS, asking('one'), at);
    ({ next } = decideAcquire(next, asking('two'), at));
    const left = decideLockRelease(next, { ...asking('two'), force: false }, at);
    expect(left.answer).toBe('left-line');
    expect(livingLocks(left.next, at)[NAME]?.waiters).toEqual([]);
  });

  it('is bounded, as are those who wait', () => {
    let locks: TenantLocks = NO_LOCKS;
    for (let n = 0; n <= MOST_WAITERS; n += 1) ({ next: locks } = decideAcquire(locks, asking(`run-${n}`), at));
    expect(decideAcquire(locks, asking('one-more'), at).answer).toEqual({ kind: 'full', what: 'waiters' });
    for (let n = 1; n < MOST_LOCKS; n += 1)
      ({ next: locks } = decideAcquire(locks, { ...asking('one'), name: `lock-${n}` }, at));
    expect(decideAcquire(locks, { ...asking('one'), name: 'more' }, at).answer).toEqual({
      kind: 'full',
      what: 'locks',
    });
  });
});
