import { TAG, type JobMessage } from '@multi-tenant-runner/core';
import { createFunctions } from './functions';
import { groupOf, oneJobEach, useUpTheLine } from './shared-calls';
import { createSystem, type System } from './system';

const MANY = 1_001;

/** One tenant has so many jobs, another one has one; the account may start no call for a while. */
async function setUp(jobs: number) {
  const system = createSystem({ sharing: new Map([['small', new Set<number>()]]) });
  const [first, other] = oneJobEach(system, 2, 60);
  if (first === undefined || other === undefined) throw new Error('there are two tenants');
  const burst = Array.from({ length: jobs }, (_, at): JobMessage => ({ ...first, jobId: 100 + at }));
  for (const { jobId } of burst) system.harness.state.github.jobs.set(jobId, { status: 'queued' });
  await useUpTheLine(system);
  return { system, burst, other, functions: createFunctions(system) };
}

const callsOf = ({ harness }: System, name: string): number => harness.names().filter((call) => call === name).length;
const launchesOf = ({ harness }: System, installationId: number) =>
  harness.state.launches.all().filter((launch) => launch.installationId === installationId);

describe('a burst of one tenant, when no call can start at once', () => {
  test('has one call of its own, of machines that are the tenant’s from their birth', async () => {
    const { system, burst, other, functions } = await setUp(6);
    await expect(functions.scaleUpAll([...burst, other])).resolves.toEqual({ batchItemFailures: [] });
    expect([callsOf(system, 'fleet.runGroup'), callsOf(system, 'blanks.start')]).toEqual([1, 1]);
    // Of the other tenant's machine alone.
    expect(callsOf(system, 'blanks.dress')).toBe(1);
    const launches = launchesOf(system, MANY);
    expect(new Set(launches.map(({ instanceId }) => instanceId)).size).toBe(6);
    for (const { state, intent, instanceId = '' } of launches) {
      const machine = system.harness.state.fleet.machines.get(instanceId);
      expect([state, intent?.order, intent?.securityGroupId]).toEqual(['running', undefined, groupOf(MANY)]);
      expect([machine?.launchIndex, machine?.request.intent.securityGroupId]).toEqual([
        intent?.group?.index,
        groupOf(MANY),
      ]);
      expect(machine?.tags).toMatchObject({ [TAG.tenantId]: String(MANY) });
    }
  });

  test('shares that call between invocations', async () => {
    const { system, burst, functions } = await setUp(8);
    await Promise.all([functions.scaleUpAll(burst.slice(0, 4)), functions.scaleUpAll(burst.slice(4))]);
    expect(callsOf(system, 'fleet.runGroup')).toBe(1);
    const machines = launchesOf(system, MANY).map(({ instanceId }) => instanceId);
    expect(new Set(machines).size).toBe(8);
    expect(system.harness.state.fleet.machines.size).toBe(8);
  });

  test('is no burst with a few jobs, which share a call with other tenants’', async () => {
    const { system, burst, other, functions } = await setUp(3);
    await functions.scaleUpAll([...burst, other]);
    expect([callsOf(system, 'fleet.runGroup'), callsOf(system, 'blanks.start')]).toEqual([0, 1]);
  });

  test('has its tenant’s newest network: an order of an earlier one is not joined', async () => {
    const { system, burst, functions } = await setUp(8);
    const { rows } = system.harness.state.tenants;
    let second: Promise<unknown> | undefined;
    const undo = system.harness.faults.after('orders.advance', () => {
      undo();
      rows.set(MANY, { ...rows.get(MANY), security_group_id: 'sg-new' });
      second = functions.scaleUpAll(burst.slice(4));
    });
    await functions.scaleUpAll(burst.slice(0, 4));
    await second;
    const machines = [...system.harness.state.fleet.machines.values()];
    const groups = machines.map(({ request }) => request.intent.securityGroupId);
    expect(groups.filter((group) => group === groupOf(MANY))).toHaveLength(4);
    expect(groups.filter((group) => group === 'sg-new')).toHaveLength(4);
  });
});
