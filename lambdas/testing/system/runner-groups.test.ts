import { createFunctions } from './functions';
import { createSystem, type System } from './system';

const ID = 1001;

/** A tenant whose organisation has a group `Builders` of the id 42, for the repositories named. */
function withGroup(repositories: readonly string[] | undefined, runnerGroup: string | undefined = 'builders'): System {
  const system = createSystem();
  system.harness.addTenant({ runner_group: runnerGroup, max_runners: 20 });
  system.harness.state.github.runnerGroups.set(ID, [
    { id: 42, name: 'Builders', ...(repositories && { repositories }) },
  ]);
  return system;
}

const machines = (system: System): number => system.harness.state.fleet.machines.size;

describe("the runner group of a tenant's row", () => {
  it('is the one that its runners go into, by the id that it has in their organisation', async () => {
    const system = withGroup(undefined);
    await system.queueJob(1);
    expect(system.harness.state.github.registrations.all()).toMatchObject([{ groupId: 42 }]);
  });

  it('that leaves a repository out ends its job with a clear reason, before a machine is paid for', async () => {
    const system = withGroup(['other']);
    await system.queueJob(1);
    expect(system.job(1)).toMatchObject({ state: 'refused', reason: 'runner-group' });
    expect([machines(system), system.slots()]).toEqual([0, []]);
  });

  it('that the organisation lacks keeps its jobs waiting without a machine until the row is mended', async () => {
    const system = withGroup(undefined, 'Bilders');
    await system.queueJob(1);
    expect(system.job(1)).toMatchObject({ state: 'parked', reason: 'no-runner-group' });
    expect([machines(system), system.slots()]).toEqual([0, []]);
    const { rows } = system.harness.state.tenants;
    const before = rows.get(ID) ?? {};
    rows.set(ID, { ...before, runner_group: 'Builders' });
    await createFunctions(system).stream([
      { installationId: ID, before, after: { ...before, runner_group: 'Builders' } },
    ]);
    await system.drain();
    expect(system.job(1)).toMatchObject({ state: 'starting' });
  });

  it('does not concern the runners of a user account, which has no groups', async () => {
    const system = createSystem();
    system.harness.addTenant({ org_name: 'jane', org_type: 'User', runner_group: 'Builders' });
    await system.queueJob(1, { owner: 'jane', ownerType: 'User' });
    expect(system.harness.state.github.registrations.all()).toMatchObject([{ where: 'jane/app', groupId: 1 }]);
  });
});

describe('the group that a tier is configured with', () => {
  it('that leaves a repository out costs no machine, and no other repository its runners', async () => {
    const system = createSystem();
    system.harness.addTenant({ max_runners: 20 });
    system.harness.state.github.runnerGroups.set(ID, [{ id: 1, name: 'Default', repositories: ['app'] }]);
    for (const jobId of [1, 2, 3, 4, 5, 6]) await system.queueJob(jobId, { repo: 'left-out' });
    await system.queueJob(7);
    expect([1, 2, 3, 4, 5, 6].map((jobId) => system.job(jobId).reason)).toEqual(
      Array.from({ length: 6 }, () => 'runner-group'),
    );
    expect(system.launchOf(7).state).toBe('running');
    expect(machines(system)).toBe(1);
  });

  it('is taken as it is where GitHub does not list the groups', async () => {
    const system = createSystem();
    system.harness.addTenant();
    system.harness.state.github.fail(
      { kind: 'refused', status: 403, message: 'Resource not accessible by integration' },
      { method: 'findRunnerGroup' },
    );
    await system.queueJob(1);
    expect(system.launchOf(1).state).toBe('running');
  });
});

describe('a runner group that the row remembers', () => {
  const withMemory = async (): Promise<System> => {
    const system = withGroup(undefined);
    await system.queueJob(1);
    system.harness.calls.length = 0;
    return system;
  };
  const groupOf = (system: System, jobId: number) =>
    system.harness.state.github.registrations.all().find(({ name }) => name === system.launchOf(jobId).runnerName)
      ?.groupId;
  const asked = (system: System): string[] =>
    system.harness.calls.filter(({ port }) => port === 'github').map(({ method }) => method);

  it('is not asked for again by any function', async () => {
    const system = await withMemory();
    expect(system.harness.state.tenants.rows.get(ID)).toMatchObject({
      runner_group_known: { group: 'builders', id: 42 },
    });
    await system.queueJob(2);
    expect([groupOf(system, 2), asked(system)]).toEqual([42, ['authorize', 'createJitConfig']]);
  });

  it('that was removed and made anew costs no machine: the runner goes into the new one', async () => {
    const system = await withMemory();
    system.harness.state.github.runnerGroups.set(ID, [{ id: 51, name: 'Builders' }]);
    await system.queueJob(2);
    expect([groupOf(system, 2), machines(system)]).toEqual([51, 2]);
    expect(system.harness.state.tenants.rows.get(ID)).toMatchObject({ runner_group_known: { id: 51 } });
  });

  it('that was removed ends the machine, and the next job costs none', async () => {
    const system = await withMemory();
    system.harness.state.github.runnerGroups.set(ID, []);
    await system.queueJob(2);
    expect(system.job(2)).toMatchObject({ state: 'parked', reason: 'no-runner-group' });
    expect(system.harness.state.fleet.alive()).toHaveLength(1);
    expect(system.harness.state.tenants.rows.get(ID)).not.toHaveProperty('runner_group_known');
    const before = machines(system);
    await system.queueJob(3);
    expect([system.job(3).reason, machines(system)]).toEqual(['no-runner-group', before]);
  });

  it('is another one once the row names another', async () => {
    const system = await withMemory();
    system.harness.state.github.runnerGroups.set(ID, [
      { id: 42, name: 'Builders' },
      { id: 43, name: 'Other' },
    ]);
    const { rows } = system.harness.state.tenants;
    rows.set(ID, { ...rows.get(ID), runner_group: 'Other' });
    await system.queueJob(2);
    expect(groupOf(system, 2)).toBe(43);
  });

  it('that takes some repositories is asked for where it was not for a repository', async () => {
    const system = withGroup(['app', 'web']);
    await system.queueJob(1, { repoId: 7 });
    await system.queueJob(2, { repo: 'web', repoId: 8 });
    system.harness.calls.length = 0;
    await system.queueJob(3, { repo: 'web', repoId: 8 });
    expect(asked(system)).not.toContain('findRunnerGroup');
    await system.queueJob(4, { repo: 'other', repoId: 9 });
    expect(system.job(4)).toMatchObject({ state: 'refused', reason: 'runner-group' });
    expect(machines(system)).toBe(3);
  });

  it('lets EC2 start a machine while GitHub gives no token, which ends it', async () => {
    const system = await withMemory();
    const failure = { kind: 'unavailable', message: 'Bad gateway' } as const;
    system.harness.state.github.fail(failure);
    await system.queueJob(2);
    expect(system.job(2)).toMatchObject({ state: 'parked', reason: 'github-unavailable' });
    expect(system.harness.state.fleet.alive()).toHaveLength(1);
  });
});

describe('permissions that are accepted', () => {
  it('wake the jobs that GitHub refused for lack of them', async () => {
    const system = createSystem();
    system.harness.addTenant();
    const undo = system.harness.state.github.fail(
      { kind: 'refused', status: 422, message: 'The permissions requested are not granted' },
      { method: 'authorize' },
    );
    await system.queueJob(1);
    expect(system.job(1)).toMatchObject({ state: 'parked', reason: 'github-refused' });
    undo();
    await createFunctions(system).lifecycle('new_permissions_accepted');
    await system.drain();
    expect(system.launchOf(1).state).toBe('running');
  });
});

describe('a registration that GitHub gave no answer to', () => {
  it.each([true, false])(
    'is asked for once more by the same machine (registered all the same: %s)',
    async (registered) => {
      const system = createSystem();
      system.harness.addTenant();
      const { github } = system.harness.state;
      let asked = 0;
      const { createJitConfig } = github;
      Object.assign(github, {
        createJitConfig: async (...call: Parameters<typeof createJitConfig>) => {
          asked += 1;
          if (asked === 1 && registered) await createJitConfig(...call);
          return asked === 1 ? { kind: 'unavailable', message: 'no answer in time' } : createJitConfig(...call);
        },
      });
      await system.queueJob(1);
      expect(system.launchOf(1)).toMatchObject({ state: 'running', runnerId: github.registrations.all()[0]?.id });
      expect([github.registrations.all().length, machines(system)]).toEqual([1, 1]);
    },
  );
});
