import { MARK_REST } from '@multi-tenant-runner/core';
import { createSystem } from './system';

test.each([
  ['no number', { slots_held: 'none' }],
  ['too many', { slots_held: 9 }],
  ['too few', { slots_held: 0 }],
  ['missing, as in a row that was deleted and made again', { slots_held: undefined, slot_changes: undefined }],
  ['without changes that count', { slots_held: 7, slot_changes: 'none' }],
  ["an earlier version's", { slots_held: undefined, slots: new Set(['1-1', 'qp97ead']) }],
])('the sweep counts slots anew that are %s', async (_what, edit) => {
  const system = createSystem();
  system.harness.addTenant();
  await system.queueJob(1);
  await system.queueJob(2);
  const { clock, state } = system.harness;
  state.tenants.rows.set(1001, { ...state.tenants.rows.get(1001), ...edit });
  clock.advance(MARK_REST);
  expect(await system.sweep()).toMatchObject({ repaired: 1 });
  expect(system.slots()).toEqual(['1-1', '2-1']);
  expect(await system.harness.registry.get(1001)).toMatchObject({ slotsBroken: false, problems: [] });
  expect(await system.sweep()).toMatchObject({ repaired: 0 });
});
