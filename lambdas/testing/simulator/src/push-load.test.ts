import { runPushes } from './push-load';
import { printablePushes } from './push-report';

/** Seconds, of a share of them. */
const at = (waits: readonly number[], share: number): number => waits[Math.floor(share * (waits.length - 1))] ?? 0;

describe('pushes of many tenants', () => {
  it('ask for builds and services at once, and ask AWS for no more than it allows', async () => {
    const load = { tenants: 30, pushes: 10, apps: 1, minutes: 3 };
    const times = await runPushes(load);
    expect([times.wrong, [...times.throttled.keys()]]).toEqual([[], []]);
    // A push each six seconds, and builds of a minute: each app serves again and again meanwhile.
    expect(times.toLive.length).toBeGreaterThanOrEqual(2 * load.tenants);
    expect(times.toLive.length).toBeLessThan(times.pushed / 2);
    expect(times.forOthers.at(-1)).toBeLessThan(130);
    expect(at(times.toBuild, 0.95)).toBeLessThan(2);
    expect(at(times.toRelease, 0.95)).toBeLessThan(2);
    expect(printablePushes(load, times)).toContain('one of everything for each app, and the newest runs');
  });

  it.each(['1', '2', '3'])('end at the newest one with every fault (seed %s)', async (seed) => {
    const times = await runPushes({ tenants: 12, pushes: 10, apps: 2, minutes: 2, faults: true, seed });
    expect(times.wrong).toEqual([]);
  });

  it('of more apps than ECS may register versions of wait for their turn, and all come', async () => {
    const times = await runPushes({ tenants: 12, pushes: 120, apps: 12, minutes: 1 });
    expect(times.wrong).toEqual([]);
    expect(times.throttled.has('RegisterTaskDefinition')).toBe(true);
  });
});
