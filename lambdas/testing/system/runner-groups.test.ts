import { createFunctions } from './functions';
import { createSystem, type System } from './system';

const ID = 1001;

/** A tenant whose organisation has a group `Builders` of the id 42, for the repositories named. */
function withGroup(repositories: readonly string[] | undefined, runnerGroup: string | undefined = 'builders'): System {
  const system = createSystem();
  system.harness.addTenant({ runner_group: runnerGroup });
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
    expect(system.harness.state.github.registrations).toMatchObject([{ groupId: 42 }]);
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
    expect(system.harness.state.github.registrations).toMatchObject([{ where: 'jane/app', groupId: 1 }]);
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
      expect(system.launchOf(1)).toMatchObject({ state: 'running', runnerId: github.registrations[0]?.id });
      expect([github.registrations.length, machines(system)]).toEqual([1, 1]);
    },
  );
});
