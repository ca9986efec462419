import { MINUTE, takeLease, type Launch } from '@multi-tenant-runner/core';
import { launch } from '@multi-tenant-runner/testing';
import { createSystem, type System } from './system';

const OTHER = { name: 'another worker', milliseconds: 2 * MINUTE };
const SWEEP = { name: 'the sweep', milliseconds: 2 * MINUTE };

/** A launch as the sweep has read it; then another worker holds it until its lease runs out. */
async function readBeforeAnother(): Promise<{ system: System; read: Launch }> {
  const system = createSystem();
  const { launches, clock } = system.harness;
  const row = launch({ state: 'launching' });
  await system.harness.state.launches.create(row);
  const read = await launches.get(row.installationId, row.launchId);
  if (read === undefined) throw new Error('the launch is not there');
  expect(await takeLease(read, OTHER, { launches, clock })).toBeDefined();
  clock.advance(3 * MINUTE);
  return { system, read };
}

describe('the lease of a launch that another worker held since it was read', () => {
  test('is not taken to conclude that there is no machine: that worker may have started one', async () => {
    const { system, read } = await readBeforeAnother();
    expect(await takeLease(read, SWEEP, system.harness, { unchanged: true })).toBeUndefined();
  });

  test('is taken for what depends on its state alone', async () => {
    const { system, read } = await readBeforeAnother();
    expect(await takeLease(read, SWEEP, system.harness)).toBeDefined();
  });
});
