import { DAY, MINUTE, plus, type ApiState } from '@multi-tenant-runner/core';

const NOW = new Date('2026-01-15T12:00:00.000Z');

/** @param nextId numbers that no other test uses */
export function apiStateContract(make: () => Promise<ApiState>, nextId: () => number): void {
  let state: ApiState;
  let name: string;
  beforeEach(async () => {
    state = await make();
    name = `name-${nextId()}`;
  });

  it('makes its key once, for all who ask at the same time', async () => {
    const others = await Promise.all([1, 2, 3].map(make));
    const keys = await Promise.all([...others, state].map((one) => one.key()));
    expect(new Set(keys).size).toBe(1);
    expect(keys[0]?.length).toBeGreaterThan(10);
  });

  it('counts what is used at the same time, each minute anew', async () => {
    const counts = await Promise.all(Array.from({ length: 20 }, () => state.count(name, NOW)));
    expect([...counts].sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
    expect(await state.count(name, plus(NOW, MINUTE))).toBe(1);
  });

  it('lets one of the same requests through, and gives the others its answer', async () => {
    const kinds = (await Promise.all([1, 2, 3].map(() => state.begin(name, 'same', NOW)))).map(({ kind }) => kind);
    expect(kinds.sort()).toEqual(['busy', 'busy', 'reserved']);
    await state.finish(name, 'done', NOW);
    expect(await state.begin(name, 'same', plus(NOW, MINUTE))).toEqual({ kind: 'done', answer: 'done' });
    expect(await state.begin(name, 'another', plus(NOW, MINUTE))).toEqual({ kind: 'other' });
  });

  it('forgets an answer after a day', async () => {
    await state.begin(name, 'same', NOW);
    await state.finish(name, 'done', NOW);
    expect(await state.begin(name, 'same', plus(NOW, DAY + MINUTE))).toEqual({ kind: 'reserved' });
  });

  it('gives a key up that nothing was done with, and one whose holder died', async () => {
    await state.begin(name, 'same', NOW);
    await state.release(name);
    expect(await state.begin(name, 'same', NOW)).toEqual({ kind: 'reserved' });
    expect(await state.begin(name, 'same', plus(NOW, MINUTE))).toEqual({ kind: 'reserved' });
  });
}
