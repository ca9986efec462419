import { createSightings } from './sightings';

const machine = (id: string, tenantId?: number) => ({
  ...{ id, state: 'pending', groups: [] },
  tags: tenantId === undefined ? {} : { 'ghr:tenant_id': String(tenantId) },
});

test('a machine counts from its first sighting, and is whose it says it is later', () => {
  const sightings = createSightings(new Set(['i-old']));
  sightings.see([machine('i-old', 1), machine('i-b'), machine('i-a', 2)], 900);
  sightings.see([machine('i-a', 2), machine('i-b', 3), machine('i-c', 3)], 1_200);
  // EC2 forgets what has ended.
  sightings.see([], 1_500);
  expect(sightings.count()).toBe(3);
  expect(sightings.times()).toEqual([900, 900, 1_200]);
  expect([1, 2, 3].map((id) => sightings.machinesOf(id))).toEqual([[], ['i-a'], ['i-b', 'i-c']]);
});
