import { MINUTE, buildTenantNote, type JobMessage } from '@multi-tenant-runner/core';
import { INSTALLATION, jobMessage } from '@multi-tenant-runner/testing';
import { createFunctions } from './functions';
import { createSystem, brokenPromises, type System } from './system';

const callsOf = ({ harness }: System, name: string): number => harness.names().filter((call) => call === name).length;

/** Jobs of one tenant in one event. */
function setUp(limit: number, jobs: number) {
  const system = createSystem();
  system.harness.addTenant({ max_runners: limit });
  const messages = Array.from({ length: jobs }, (_, index): JobMessage => jobMessage({ jobId: index + 1 }));
  for (const { jobId } of messages) system.harness.state.github.jobs.set(jobId, { status: 'queued' });
  return { system, messages, functions: createFunctions(system) };
}

const statesOf = (system: System, messages: readonly JobMessage[]): string[] =>
  messages.map(({ jobId }) => system.job(jobId).state);

describe('jobs of one tenant in one event', () => {
  test('have their slots and launches by one write', async () => {
    const { system, messages, functions } = setUp(9, 5);
    await expect(functions.scaleUpAll(messages)).resolves.toEqual({ batchItemFailures: [] });
    expect([callsOf(system, 'admissions.admitAll'), callsOf(system, 'admissions.admit')]).toEqual([1, 0]);
    expect(statesOf(system, messages)).toEqual(messages.map(() => 'starting'));
    expect(system.slots()).toHaveLength(5);
    expect(system.harness.state.fleet.machines.size).toBe(5);
  });

  test('have them by what their messages say of the tenant, too', async () => {
    const { system, messages, functions } = setUp(9, 5);
    const tenant = buildTenantNote(await system.harness.state.tenants.get(INSTALLATION));
    if (tenant === undefined) throw new Error('the row has no note');
    system.harness.calls.length = 0;
    await functions.scaleUpAll(messages.map((message) => ({ ...message, tenant })));
    expect([callsOf(system, 'admissions.admitAll'), callsOf(system, 'registry.get')]).toEqual([1, 0]);
    expect(system.slots()).toHaveLength(5);
  });

  test('get as many as there are, and the others wait', async () => {
    const { system, messages, functions } = setUp(2, 5);
    await functions.scaleUpAll(messages);
    expect(statesOf(system, messages).sort()).toEqual(['parked', 'parked', 'parked', 'starting', 'starting']);
    expect(system.slots()).toHaveLength(2);
    expect(brokenPromises(system, 2)).toEqual([]);
  });

  test('start once each, however often their messages come', async () => {
    const { system, messages, functions } = setUp(9, 3);
    await functions.scaleUpAll([...messages, ...messages]);
    await functions.scaleUpAll(messages, 2);
    expect(system.slots()).toHaveLength(3);
    expect(system.harness.state.fleet.alive()).toHaveLength(3);
  });

  test('come back, all of them, where the answer to the write is lost, and go on with what it wrote', async () => {
    const { system, messages, functions } = setUp(9, 3);
    const undo = system.harness.faults.after('admissions.admitAll', () => {
      undo();
      throw new Error('the answer is lost');
    });
    const { batchItemFailures } = await functions.scaleUpAll(messages);
    expect(batchItemFailures).toHaveLength(3);
    expect(system.slots()).toHaveLength(3);
    system.harness.clock.advance(2 * MINUTE);
    await functions.scaleUpAll(messages, 2);
    expect(system.harness.state.fleet.alive()).toHaveLength(3);
    expect(statesOf(system, messages)).toEqual(messages.map(() => 'starting'));
  });
});

test('a job that is alone of its tenant in its event waits for no other', async () => {
  const { system, messages, functions } = setUp(9, 1);
  await functions.scaleUpAll(messages);
  expect([callsOf(system, 'admissions.admitAll'), callsOf(system, 'admissions.admit')]).toEqual([0, 1]);
});
