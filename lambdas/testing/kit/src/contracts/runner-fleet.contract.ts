import { TAG, type GroupRequest, type Machine, type MachineState, type RunnerFleet } from '@multi-tenant-runner/core';
import { MACHINE_URL, intent } from '../factories';

export interface FleetUnderTest {
  readonly fleet: RunnerFleet;
  readonly environment: string;
  /** What a real place has; the type is offered, but never where `refused` says so. */
  readonly subnets: readonly [string, string];
  readonly securityGroupId: string;
  readonly launchTemplateId: string;
  /** The next machine of this type in this subnet is refused for want of capacity. */
  refuse(instanceType: string, subnetId: string): Promise<void> | void;
  /** The next call for machines of this type in this subnet starts so many at most. */
  makeRoomFor(instanceType: string, subnetId: string, machines: number): Promise<void> | void;
  /** Turns termination protection on, as an operator may. */
  protect(instanceId: string): Promise<void> | void;
}

/** What every fleet keeps: a token is one machine, and an end is an end. */
export function runnerFleetContract(make: () => Promise<FleetUnderTest>, nextId: () => number): void {
  let place: FleetUnderTest;
  let id: number;
  const request = (token: string, overrides: Parameters<typeof intent>[0] = {}) => ({
    installationId: id,
    launchId: `${id}-1`,
    tier: 'large',
    userData: { machineUrl: MACHINE_URL, claimSecret: `secret-${token}` },
    intent: intent({
      clientToken: `${token}-${id}`,
      subnetId: place.subnets[0],
      securityGroupId: place.securityGroupId,
      launchTemplateId: place.launchTemplateId,
      ...overrides,
    }),
  });
  const start = async (token: string, overrides: Parameters<typeof intent>[0] = {}): Promise<string> => {
    const answer = await place.fleet.run(request(token, overrides));
    if (answer.kind !== 'started') throw new Error(`not started: ${answer.code}`);
    return answer.instanceId;
  };
  const groupOf = (token: string, size: number, overrides: Parameters<typeof intent>[0] = {}): GroupRequest => {
    const { launchId: _launchId, ...shared } = request(token, { group: { index: 0, size }, ...overrides });
    return { ...shared, launchIds: Array.from({ length: size }, (_, index) => `${id}-${index + 1}`) };
  };
  /** Instance ids by index. */
  const startGroup = async (asked: GroupRequest): Promise<ReadonlyMap<number, string>> => {
    const answer = await place.fleet.runGroup(asked);
    if (answer.kind !== 'started') throw new Error(`not started: ${answer.code}`);
    return new Map([...answer.machines].map(([index, machine]) => [index, machine.instanceId]));
  };
  const byIndex = (found: readonly Machine[]): ReadonlyMap<number | undefined, string> =>
    new Map(
      [...found]
        .sort((a, b) => (a.launchIndex ?? 0) - (b.launchIndex ?? 0))
        .map(({ launchIndex, instanceId }) => [launchIndex, instanceId]),
    );
  const statesOf = async (ids: readonly string[]): Promise<readonly MachineState[]> =>
    (await place.fleet.describe(ids)).map((machine) => machine.state);

  beforeEach(async () => {
    place = await make();
    id = nextId();
  });

  it("starts one machine, tagged as its tenant's from the first moment", async () => {
    const instanceId = await start('a');
    const [machine] = await place.fleet.describe([instanceId]);
    expect(machine).toMatchObject({ instanceId, clientToken: `a-${id}` });
    expect(machine?.tags).toMatchObject({
      [TAG.tenantId]: String(id),
      [TAG.tenantTier]: 'small',
      [TAG.environment]: place.environment,
      [TAG.runnerTier]: 'large',
      [TAG.launchId]: `${id}-1`,
    });
  });

  it('answers a repeated call with the machine that there is', async () => {
    const answers = await Promise.all([start('a'), start('a'), start('a')]);
    expect(new Set(answers)).toHaveProperty('size', 1);
    expect(await place.fleet.list(id)).toHaveLength(1);
  });

  it('is not sure of a token that comes with other parameters', async () => {
    await start('a');
    await expect(place.fleet.run(request('a', { instanceType: 't3.large' }))).resolves.toMatchObject({
      kind: 'unknown',
      code: 'IdempotentParameterMismatch',
    });
    expect(await place.fleet.list(id)).toHaveLength(1);
  });

  it('says where there is no capacity, and starts elsewhere', async () => {
    await place.refuse('t3.medium', place.subnets[0]);
    await expect(place.fleet.run(request('a'))).resolves.toMatchObject({
      kind: 'refused',
      code: 'InsufficientInstanceCapacity',
    });
    await start('b', { subnetId: place.subnets[1] });
    expect(await place.fleet.list(id)).toHaveLength(1);
  });

  it('tells by a token that its machine has ended', async () => {
    const instanceId = await start('a');
    await place.fleet.terminate([instanceId]);
    const again = await place.fleet.run(request('a'));
    expect(again).toMatchObject({ kind: 'started', instanceId });
    expect(['shutting-down', 'terminated']).toContain(again.kind === 'started' && again.state);
  });

  it('ends machines, twice as well as once, and says nothing of those it does not know', async () => {
    const instanceId = await start('a');
    const unknown = 'i-0fffffffffffffff0';
    for (const _time of ['once', 'twice']) {
      const states = await place.fleet.terminate([instanceId, unknown]);
      expect(['shutting-down', 'terminated']).toContain(states.get(instanceId));
      expect(states.has(unknown)).toBe(false);
    }
    for (const state of await statesOf([instanceId])) expect(['shutting-down', 'terminated']).toContain(state);
  });

  it('ends the others beside a protected machine, and says which that is', async () => {
    const [first, second, third] = [await start('a'), await start('b'), await start('c')];
    await place.protect(second);
    const states = await place.fleet.terminate([first, second, third]);
    expect(states.get(second)).toBe('protected');
    for (const id of [first, third]) expect(['shutting-down', 'terminated']).toContain(states.get(id));
    await expect(place.fleet.terminate([second])).resolves.toEqual(new Map([[second, 'protected']]));
    expect(['pending', 'running']).toContain((await statesOf([second]))[0]);
  });

  it('finds machines by token, by id and by tenant', async () => {
    const [first, second] = [await start('a'), await start('b')];
    const own = id;
    id = nextId();
    const foreign = await start('a');
    expect((await place.fleet.findByToken(`a-${own}`)).map((machine) => machine.instanceId)).toEqual([first]);
    expect((await place.fleet.describe([first, 'i-0fffffffffffffff0'])).map((machine) => machine.instanceId)).toEqual([
      first,
    ]);
    expect((await place.fleet.list(own)).map((machine) => machine.instanceId).sort()).toEqual([first, second].sort());
    const all = (await place.fleet.list()).map((machine) => machine.instanceId);
    expect(all).toEqual(expect.arrayContaining([first, second, foreign]));
  });
  describe('one call for several machines', () => {
    it('numbers them from 0, and each has an interface of its own', async () => {
      const asked = groupOf('g', 3);
      const started = await startGroup(asked);
      expect([...started.keys()].sort()).toEqual([0, 1, 2]);
      const found = await place.fleet.findByToken(asked.intent.clientToken);
      expect(byIndex(found)).toEqual(new Map([...started].sort(([a], [b]) => a - b)));
      expect(new Set(found.map(({ interfaceId }) => interfaceId)).size).toBe(3);
      expect(found.every(({ interfaceId }) => interfaceId?.startsWith('eni-') === true)).toBe(true);
    });

    it('tells in the answer which interface each has', async () => {
      const asked = groupOf('g', 2);
      const answer = await place.fleet.runGroup(asked);
      const interfaces = answer.kind === 'started' ? [...answer.machines.values()].map((one) => one.interfaceId) : [];
      const found = await place.fleet.findByToken(asked.intent.clientToken);
      expect(interfaces.sort()).toEqual(found.map(({ interfaceId }) => interfaceId).sort());
    });

    it('tags all as their tenant’s, and none as a launch’s', async () => {
      const ids = [...(await startGroup(groupOf('g', 2))).values()];
      for (const { tags } of await place.fleet.describe(ids)) {
        expect(tags).toMatchObject({ [TAG.tenantId]: String(id), [TAG.environment]: place.environment });
        expect(tags).not.toHaveProperty([TAG.launchId]);
      }
    });

    it('starts as many as there is room for, and a repeat names the same ones and starts no more', async () => {
      await place.makeRoomFor('t3.medium', place.subnets[0], 2);
      const asked = groupOf('g', 3);
      const started = await startGroup(asked);
      expect([...started.keys()].sort()).toEqual([0, 1]);
      expect(await startGroup(asked)).toEqual(started);
      expect(await place.fleet.list(id)).toHaveLength(2);
    });

    it('is refused where there is room for none', async () => {
      await place.refuse('t3.medium', place.subnets[0]);
      await expect(place.fleet.runGroup(groupOf('g', 2))).resolves.toMatchObject({ kind: 'refused' });
      expect(await place.fleet.list(id)).toHaveLength(0);
    });

    it('is not sure of a token that comes with another number of machines', async () => {
      await startGroup(groupOf('g', 2));
      await expect(place.fleet.runGroup(groupOf('g', 3))).resolves.toMatchObject({
        kind: 'unknown',
        code: 'IdempotentParameterMismatch',
      });
      expect(await place.fleet.list(id)).toHaveLength(2);
    });

    it('names the ended ones in a repeat, too', async () => {
      const asked = groupOf('g', 2);
      const [first] = [...(await startGroup(asked)).values()];
      await place.fleet.terminate([String(first)]);
      const again = await place.fleet.runGroup(asked);
      const states = again.kind === 'started' ? [...again.machines.values()].map(({ state }) => state) : [];
      expect(states).toHaveLength(2);
      expect(states.filter((state) => state === 'shutting-down' || state === 'terminated')).toHaveLength(1);
    });
  });
}
