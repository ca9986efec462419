import fc from 'fast-check';
import { FLEET_SHARES, fleetWaitOf, sizeOfShare, type FleetShare } from '../model/fleet-share';
import { decideFleetTurn, fleetTurns, freeFleetSlots, planFleetMoves } from './fleet-turn';

const SHARES = Array.from({ length: FLEET_SHARES }, (_, index) => index);
const at = (minute: number): Date => new Date(Date.UTC(2026, 0, 15, 12, minute));
const share = (index: number, slots: readonly string[], waiting: readonly string[] = []): FleetShare => ({
  index,
  slots: new Set(slots),
  waiting: new Set(waiting),
});
const waits = (tenant: number, minute: number): string => fleetWaitOf(tenant, at(minute));
const turnOf = (shares: readonly FleetShare[], total: number, installationId = 9) =>
  decideFleetTurn(shares, total, { installationId, launchId: '1-1' });

test('shares are as large as the total, and a higher total makes none smaller', () => {
  fc.assert(
    fc.property(fc.nat(20_000), (total) => {
      expect(SHARES.reduce((sum, index) => sum + sizeOfShare(index, total), 0)).toBe(total);
      const shrunk = SHARES.filter((index) => sizeOfShare(index, total + 1) < sizeOfShare(index, total));
      expect(shrunk).toEqual([]);
    }),
  );
});

test('whoever asks gets the slots that there are, and then none', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 100 }), (total) => {
      const taken = new Map(SHARES.map((index) => [index, new Set<string>()]));
      const asShares = () => [...taken].map(([index, slots]) => ({ index, slots, waiting: new Set<string>() }));
      for (let job = 0; job < total; job += 1) {
        const turn = decideFleetTurn(asShares(), total, { installationId: job % 3, launchId: `${job}-1` });
        if (turn.kind === 'wait') throw new Error(`no slot for ${job} of ${total}`);
        expect(turn.below).toBe(sizeOfShare(turn.share, total));
        taken.get(turn.share)?.add(`${job % 3}/${job}-1`);
      }
      expect(turnOf(asShares(), total)).toEqual({ kind: 'wait', waits: [] });
    }),
  );
});

test('a free slot is kept for a waiting tenant with fewer machines', () => {
  const shares = [share(0, ['1/1-1', '2/1-1', '2/2-1'], [waits(3, 1)])];
  expect(turnOf(shares, 160, 2).kind).toBe('take');
  const full = SHARES.map((index) => share(index, ['1/1-1'], index === 0 ? [waits(3, 1)] : []));
  const oneFree = full.map((one) => (one.index === 7 ? share(7, []) : one));
  expect(turnOf(oneFree, FLEET_SHARES, 1)).toEqual({ kind: 'wait', waits: [] });
  expect(turnOf(oneFree, FLEET_SHARES, 3)).toEqual({ kind: 'take', share: 7, below: 1, waits: [waits(3, 1)] });
});

test('of two tenants with as many machines the one goes first that has waited longer', () => {
  const shares = SHARES.map((index) => share(index, index === 7 ? [] : ['1/1-1']));
  const withBoth = [...shares.slice(1), share(0, ['1/1-1'], [waits(4, 2), waits(3, 1)])];
  expect(turnOf(withBoth, FLEET_SHARES, 4).kind).toBe('wait');
  expect(turnOf(withBoth, FLEET_SHARES, 3).kind).toBe('take');
  expect(turnOf(withBoth, FLEET_SHARES, 5).kind).toBe('wait');
  expect(fleetTurns(withBoth).map(({ tenant }) => tenant)).toEqual([3, 4]);
});

test('whoever joined twice has waited since the first time, and leaves with both', () => {
  const shares = [share(3, [], [waits(3, 5), waits(3, 1), waits(4, 2)])];
  expect(fleetTurns(shares).map(({ tenant }) => tenant)).toEqual([3, 4]);
  expect(turnOf(shares, 64, 3)).toMatchObject({ waits: [waits(3, 1), waits(3, 5)] });
});

test('no slot is free while a share has more than its size, and moves end that', () => {
  const shares = [share(0, ['1/1-1', '1/2-1', '1/3-1'], [])];
  expect(freeFleetSlots(shares, FLEET_SHARES)).toBe(0);
  expect(turnOf(shares, FLEET_SHARES).kind).toBe('wait');
  const empty = SHARES.slice(1).map((index) => share(index, []));
  const moves = planFleetMoves([...shares, ...empty], FLEET_SHARES);
  expect(moves).toEqual([
    { slot: '1/1-1', from: 0, to: 1, below: 1 },
    { slot: '1/2-1', from: 0, to: 2, below: 1 },
  ]);
  expect(planFleetMoves([...shares, ...empty], 96)).toEqual([]);
});

test('shares that were never written to have room for moves', () => {
  expect(planFleetMoves([share(0, ['1/1-1', '1/2-1'])], FLEET_SHARES)).toHaveLength(1);
});
