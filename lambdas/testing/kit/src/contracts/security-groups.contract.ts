import type { SecurityGroups } from '@multi-tenant-runner/core';

export interface SecurityGroupsUnderTest {
  readonly groups: SecurityGroups;
  /** A group with the tenant's name from outside this module. */
  plantForeign(installationId: number): Promise<void> | void;
}

/** What every keeper of security groups keeps: one group a tenant, and never another's. */
export function securityGroupsContract(make: () => Promise<SecurityGroupsUnderTest>, nextId: () => number): void {
  let place: SecurityGroupsUnderTest;
  let id: number;

  beforeEach(async () => {
    place = await make();
    id = nextId();
  });

  it('makes one group for a tenant, however often it is asked', async () => {
    const [first, second] = [await place.groups.ensure(id, 'small'), await place.groups.ensure(id, 'large')];
    expect(second).toBe(first);
    await expect(place.groups.find(id)).resolves.toBe(first);
    expect(await place.groups.ensure(nextId(), 'small')).not.toBe(first);
  });

  it('finds none before it was made and after it was removed', async () => {
    await expect(place.groups.find(id)).resolves.toBeUndefined();
    const groupId = await place.groups.ensure(id, 'small');
    await expect(place.groups.remove(groupId)).resolves.toBe('removed');
    await expect(place.groups.remove(groupId)).resolves.toBe('removed');
    await expect(place.groups.find(id)).resolves.toBeUndefined();
  });

  it('adopts no group from outside this module', async () => {
    await place.plantForeign(id);
    await expect(place.groups.ensure(id, 'small')).rejects.toThrow("has the tenant's name but not its tags");
    await expect(place.groups.find(id)).resolves.toBeUndefined();
  });
}
