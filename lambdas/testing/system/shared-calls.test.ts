import { MINUTE, SECOND, TAG, type AdmissionRequest, type JobMessage, type Order } from '@multi-tenant-runner/core';
import { createFunctions } from './functions';
import { createMachineSide } from './machine-side';
import { groupOf, oneJobEach, useUpTheLine } from './shared-calls';
import { createSystem, type System } from './system';

const PAST_GRACE = 12 * MINUTE;
const callsOf = ({ harness }: System, name: string): number => harness.names().filter((call) => call === name).length;

/** One that another invocation has made. */
const orderOf = (id: string, until: number): Order => {
  const machine = { candidate: 'x', instanceType: 'm', subnetId: 's', spot: false };
  const place = { ...machine, securityGroupId: 'sg-shared', tenantTier: '' };
  const template = { launchTemplateId: 'lt-small', launchTemplateVersion: '1' };
  return {
    id,
    state: 'open',
    machines: 1,
    until,
    intent: { ...place, ...template, clientToken: id, claimHash: 'hash' },
  };
};

/** Tenants with a job each, in one event; the account may start no call for a while. */
async function setUp(tenants = 3, never: readonly number[] = []) {
  const system = createSystem({ sharing: new Map([['small', new Set(never)]]) });
  const messages = oneJobEach(system, tenants);
  await useUpTheLine(system);
  return { system, messages, functions: createFunctions(system), fleet: system.harness.state.fleet };
}

async function until(isSo: () => boolean): Promise<void> {
  for (let turns = 0; !isSo(); turns += 1) {
    if (turns > 1_000) throw new Error('it never came to that');
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

const idOf = ({ installationId }: JobMessage): number => installationId;
const launchOf = (system: System, { installationId, jobId }: JobMessage) => {
  const launch = system.harness.state.launches
    .all()
    .find((one) => one.installationId === installationId && one.jobId === jobId && one.state !== 'ended');
  if (launch === undefined) throw new Error(`job ${jobId} has no launch`);
  return launch;
};

describe('jobs of several tenants in one event, when no call can start at once', () => {
  test('share one call, and each machine becomes its own tenant’s before it may have a configuration', async () => {
    const { system, messages, functions, fleet } = await setUp();
    await expect(functions.scaleUpAll(messages)).resolves.toEqual({ batchItemFailures: [] });
    expect(callsOf(system, 'blanks.start')).toBe(1);
    expect(callsOf(system, 'fleet.run') + callsOf(system, 'fleet.runGroup')).toBe(0);
    expect(fleet.machines.size).toBe(3);
    for (const message of messages) {
      const launch = launchOf(system, message);
      const machine = fleet.machines.get(launch.instanceId ?? '');
      expect(launch).toMatchObject({ state: 'running', intent: { securityGroupId: groupOf(idOf(message)) } });
      expect(machine?.launchIndex).toBe(launch.intent?.group?.index);
      expect(machine?.tags).toMatchObject({
        [TAG.tenantId]: String(idOf(message)),
        [TAG.launchId]: launch.launchId,
        [TAG.blankId]: launch.intent?.order,
      });
      expect(system.harness.state.blanks.groups.get(launch.instanceId ?? '')).toBe(groupOf(idOf(message)));
    }
    // In this order, for each of them.
    const names = system.harness.names().filter((name) => /^(blanks|configs)\./.test(name));
    expect(names.indexOf('blanks.dress')).toBeLessThan(names.indexOf('configs.put'));
  });

  test('are no tenant’s until then', async () => {
    const { system, messages, functions, fleet } = await setUp();
    let tags: unknown[] = [];
    const undo = system.harness.faults.before('blanks.dress', () => {
      undo();
      tags = [...fleet.machines.values()].map((machine) => Object.keys(machine.tags).sort());
    });
    await functions.scaleUpAll(messages);
    expect(tags).toEqual(messages.map(() => [TAG.blankId, TAG.environment, TAG.runnerTier].sort()));
  });

  test('have calls of their own while the line is free, up to what is kept for shared ones', async () => {
    const system = createSystem({ sharing: new Map([['small', new Set<number>()]]) });
    const messages = oneJobEach(system, 5);
    await createFunctions(system).scaleUpAll(messages);
    expect(callsOf(system, 'fleet.run')).toBe(2);
    expect(callsOf(system, 'blanks.start')).toBe(1);
    expect(system.harness.state.fleet.machines.size).toBe(5);
  });

  test('never share where the size, or the tenant, does not allow it', async () => {
    const { system, messages, functions } = await setUp(3, [1001, 1002, 1003]);
    // Two jobs of each: what one job alone asks for is written with its slot, and no call is chosen for it any more.
    const others = messages.map((message): JobMessage => ({ ...message, jobId: message.jobId + 10 }));
    for (const { jobId } of others) system.harness.state.github.jobs.set(jobId, { status: 'queued' });
    await functions.scaleUpAll([...messages, ...others]);
    expect(callsOf(system, 'blanks.start')).toBe(0);
    const other = createSystem({ sharing: new Map() });
    await createFunctions(other).scaleUpAll(oneJobEach(other, 2));
    expect(callsOf(other, 'blanks.start')).toBe(0);
  });

  test('join the order of another invocation', async () => {
    const { system, messages, functions, fleet } = await setUp(6);
    const [some, others] = [messages.slice(0, 3), messages.slice(3)];
    await Promise.all([functions.scaleUpAll(some), functions.scaleUpAll(others)]);
    expect(callsOf(system, 'blanks.start')).toBe(1);
    expect(fleet.machines.size).toBe(6);
    for (const message of messages) expect(launchOf(system, message).state).toBe('running');
    expect(new Set(messages.map((message) => launchOf(system, message).instanceId)).size).toBe(6);
  });

  test('hear of the order of their own invocation without a look for it, also who joins later', async () => {
    const { system, messages, functions } = await setUp();
    const { orders } = system.harness.state.orders;
    const machines = (): number => orders.get('small')?.machines ?? 0;
    const last = idOf(messages[2] as JobMessage);
    system.harness.faults.before('admissions.admit', async (request) => {
      if ((request as AdmissionRequest).launch.installationId === last) await until(() => machines() === 2);
    });
    // Its maker's place in the line of calls, for which it waits while others may join.
    system.harness.faults.before('budgets.place', async (_draws, longest, of) => {
      if (of === undefined && Number(longest) > 0) await until(() => machines() === 3);
    });
    await functions.scaleUpAll(messages);
    expect(callsOf(system, 'blanks.start')).toBe(1);
    for (const message of messages) expect(launchOf(system, message).state).toBe('running');
    expect(callsOf(system, 'orders.answer') + callsOf(system, 'orders.findAnswer')).toBe(0);
  });

  test('try the next place for those that EC2 had no room for', async () => {
    const { system, messages, functions, fleet } = await setUp();
    let first: string | undefined;
    fleet.makeRoomFor(({ candidate }) => candidate === (first ??= candidate), 2);
    await functions.scaleUpAll(messages);
    expect(fleet.machines.size).toBe(3);
    for (const message of messages) expect(launchOf(system, message).state).toBe('running');
  });

  test('go on by tokens of their own where the order’s maker died before it closed it', async () => {
    const { system, messages, functions, fleet } = await setUp(1);
    const now = system.harness.clock.now().getTime();
    await system.harness.state.orders.advance('small', undefined, orderOf('order-dead', now));
    await functions.scaleUpAll(messages);
    expect(launchOf(system, messages[0] as JobMessage)).toMatchObject({ state: 'running' });
    expect(launchOf(system, messages[0] as JobMessage).intent?.order).not.toBe('order-dead');
    expect(system.harness.state.orders.answers.get('order-dead')).toMatchObject({ code: 'OrderVoid' });
    expect(fleet.machines.size).toBe(1);
  });
});

describe('an order', () => {
  test('is closed before its call is sent, so that nobody joins one that was', async () => {
    const { system, messages, functions } = await setUp(2);
    const states: unknown[] = [];
    const { faults, state } = system.harness;
    faults.before('blanks.start', () => states.push(state.orders.orders.get('small')?.state));
    await functions.scaleUpAll(messages);
    expect(states).toEqual(['closed']);
  });

  test('that somebody voids while its maker waits for its turn is never sent', async () => {
    const { system, messages, functions, fleet } = await setUp(2);
    const { orders } = system.harness.state.orders;
    let voided: string | undefined;
    const undo = system.harness.faults.before('orders.advance', () => {
      const order = orders.get('small');
      if (order === undefined) return;
      undo();
      voided = order.id;
      orders.set('small', { ...order, state: 'void' });
    });
    await functions.scaleUpAll(messages);
    expect(voided).toBeDefined();
    expect(orders.get('small')?.id).not.toBe(voided);
    const tags = [...fleet.machines.values()].map((machine) => machine.tags[TAG.blankId]);
    expect(tags).toEqual(messages.map(() => orders.get('small')?.id));
    for (const message of messages) expect(launchOf(system, message).state).toBe('running');
  });

  test('that is closed may have been sent, so who joined it asks for nothing else', async () => {
    const { system, messages, functions, fleet } = await setUp(1);
    const { orders } = system.harness.state;
    const until = system.harness.clock.now().getTime() + 10 * SECOND;
    await orders.advance('small', undefined, orderOf('order-other', until));
    // By its maker, of whom nothing is heard any more.
    const undo = system.harness.faults.after('orders.advance', () => {
      undo();
      const joined = orders.orders.get('small');
      if (joined !== undefined) orders.orders.set('small', { ...joined, state: 'closed' });
    });
    const { batchItemFailures } = await functions.scaleUpAll(messages);
    expect(batchItemFailures).toHaveLength(1);
    expect(launchOf(system, messages[0] as JobMessage).intent).toMatchObject({ order: 'order-other' });
    expect(orders.orders.get('small')).toMatchObject({ state: 'closed', machines: 2 });
    expect(fleet.machines.size).toBe(0);
  });
});

describe('a machine of a shared call', () => {
  test('is named by its row when it runs, by the same write', async () => {
    const { system, messages, functions } = await setUp(2);
    const named: unknown[] = [];
    const { faults, state } = system.harness;
    faults.before('configs.put', () => void named.push(...state.launches.all().map(({ instanceId }) => instanceId)));
    await functions.scaleUpAll(messages);
    expect(named.slice(0, 2)).toEqual([undefined, undefined]);
    for (const message of messages) expect(launchOf(system, message).instanceId).toBeDefined();
  });

  test('ends where it can’t be made its tenant’s, and its job takes another', async () => {
    const { system, messages, functions, fleet } = await setUp(2);
    system.harness.faults.fail('blanks.dress', new Error('EC2 does not answer'));
    await functions.scaleUpAll(messages);
    await system.drain();
    const states = [...fleet.machines.values()].map(({ state }) => state).sort();
    expect(states).toEqual(['pending', 'pending', 'shutting-down']);
    const running = system.harness.state.launches.all().filter(({ state }) => state === 'running');
    expect(running.map(({ jobId }) => jobId).sort()).toEqual(messages.map(({ jobId }) => jobId));
    // What GitHub had registered for it meanwhile is taken back.
    expect(system.harness.state.github.registrations.all()).toHaveLength(2);
  });

  test('is claimed by no other machine of its call, though all have the secret', async () => {
    const { system, messages, functions, fleet } = await setUp(2);
    await functions.scaleUpAll(messages);
    const [one, other] = messages.map((message) => launchOf(system, message).instanceId ?? '') as [string, string];
    const side = createMachineSide(system);
    const interfaceId = fleet.machines.get(other)?.interfaceId ?? '';
    await expect(side.claim(one, { interfaceId })).resolves.toMatchObject({ statusCode: 403 });
    await expect(side.claim(one)).resolves.toMatchObject({ statusCode: 200 });
  });

  test('that EC2 does not show yet becomes its tenant’s when it does', async () => {
    const { system, messages, functions, fleet } = await setUp(2);
    fleet.view.hold();
    await functions.scaleUpAll(messages);
    expect(system.harness.state.configs.entries.size).toBe(0);
    fleet.view.release();
    await functions.scaleUpAll(messages, 2);
    await system.drain();
    const own = messages.map((message) => fleet.machines.get(launchOf(system, message).instanceId ?? ''));
    expect(own.map((machine) => machine?.tags[TAG.tenantId])).toEqual(messages.map((one) => String(idOf(one))));
    expect(fleet.alive()).toHaveLength(2);
  });

  test('whose answer was lost is found by its number, and dressed, by whoever goes on', async () => {
    const { system, messages, functions, fleet } = await setUp();
    fleet.answerUnknownOnce({ machineStarts: true });
    const { batchItemFailures } = await functions.scaleUpAll(messages);
    expect(batchItemFailures).toHaveLength(3);
    await functions.scaleUpAll(messages, 2);
    expect(fleet.machines.size).toBe(3);
    for (const message of messages) {
      const launch = launchOf(system, message);
      expect(launch.state).toBe('running');
      expect(fleet.machines.get(launch.instanceId ?? '')?.tags[TAG.tenantId]).toBe(String(idOf(message)));
    }
  });

  test('is its tenant’s for the sweep before it says so, and one that no launch names ends', async () => {
    const { system, messages, functions, fleet } = await setUp(2);
    system.harness.faults.fail('blanks.dress', new Error('dies'));
    system.harness.faults.fail('fleet.terminate', new Error('dies'));
    await functions.scaleUpAll(messages);
    const undressed = [...fleet.machines.values()].find(({ tags }) => tags[TAG.launchId] === undefined);
    await system.sweep();
    expect(undressed?.state).toBe('pending');
    // Its message is lost for good: it never boots.
    system.harness.clock.advance(PAST_GRACE);
    await system.sweep();
    expect(undressed?.state).toBe('shutting-down');
    const [{ request } = { request: undefined }] = [...fleet.machines.values()];
    if (request === undefined) throw new Error('there is a machine');
    const tags = { [TAG.environment]: system.harness.environment, [TAG.blankId]: 'order-of-nobody' };
    const orphan = fleet.plant({ instanceId: 'i-0000000000000beef', clientToken: 'nobody', tags, request });
    system.harness.clock.advance(40 * MINUTE);
    await system.sweep();
    expect(orphan.state).toBe('running');
    system.harness.clock.advance(10 * MINUTE);
    await system.sweep();
    expect(orphan.state).toBe('shutting-down');
  });

  test('that no launch names and EC2 refuses to end is told of, with what to do', async () => {
    const { system, messages, functions, fleet } = await setUp(2);
    await functions.scaleUpAll(messages);
    const [{ request } = { request: undefined }] = [...fleet.machines.values()];
    if (request === undefined) throw new Error('there is a machine');
    const tags = { [TAG.environment]: system.harness.environment, [TAG.blankId]: 'order-of-nobody' };
    const orphan = fleet.plant({ instanceId: 'i-0000000000000beef', clientToken: 'nobody', tags, request });
    orphan.isProtected = true;
    system.harness.clock.advance(50 * MINUTE);
    await system.sweep();
    expect(orphan.state).toBe('running');
    const causes = system.harness.log.lines.map(({ fields }) => String(fields['cause']));
    expect(causes).toContainEqual(expect.stringMatching(/EC2 refuses to end i-0+beef.*--no-disable-api-termination/));
  });
});
