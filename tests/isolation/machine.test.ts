import { claimSecretFor, jobMessage } from '@multi-tenant-runner/testing';
import { createHandler } from '@multi-tenant-runner/machine/handler';
import { createFunctions } from '@multi-tenant-runner/system-tests/functions';
import { createMachineSide } from '@multi-tenant-runner/system-tests/machine-side';
import { fillAndBoot, poolOf } from '@multi-tenant-runner/system-tests/pools';
import { useUpTheLine } from '@multi-tenant-runner/system-tests/shared-calls';
import { LIMITS, createSystem, type System } from '@multi-tenant-runner/system-tests/system';
import { A, B, JOB_OF_B, addParty, twoTenants } from './two-tenants';

const JOB_OF_A = 1;
const NONCE = 'of-the-boot-of-this-machine-____';
const OTHER_NONCE = 'of-a-job-that-asks-for-it-again_';

/** One machine of each tenant, which may claim, and what the job on it could read in its user data. */
async function twoMachines() {
  const system = await twoTenants();
  const handle = createHandler({ ...system.harness, bootTimeout: LIMITS.bootTimeout });
  const send = async (action: 'claim' | 'report', body: unknown) => {
    const { statusCode, body: text = '' } = await handle({
      rawPath: `/machine/${action}`,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      isBase64Encoded: false,
    });
    const answer: Record<string, unknown> = text === '' ? {} : JSON.parse(text);
    return { status: statusCode, answer };
  };
  const machines = {
    a: machineOf(system, A.installationId, JOB_OF_A),
    b: machineOf(system, B.installationId, JOB_OF_B),
  };
  return { system, send, ...machines };
}

function machineOf(system: System, installationId: number, jobId: number) {
  const launch = system.harness.state.launches
    .all()
    .find((one) => one.installationId === installationId && one.jobId === jobId);
  return {
    instance_id: launch?.instanceId ?? 'none',
    secret: claimSecretFor(launch?.intent?.clientToken ?? 'none'),
    nonce: NONCE,
  };
}

const rowOfB = ({ harness }: System): string =>
  JSON.stringify(harness.state.launches.all().filter((launch) => launch.installationId === B.installationId));

describe('a claim', () => {
  test("of B's machine with A's secret is refused; its twin with B's own gets B's configuration", async () => {
    const { system, send, a, b } = await twoMachines();
    const before = rowOfB(system);
    expect(await send('claim', { ...b, secret: a.secret })).toMatchObject({ status: 403 });
    expect(rowOfB(system)).toBe(before);
    const { status, answer } = await send('claim', b);
    expect({ status, tenant: answer['tenant_id'] }).toEqual({ status: 200, tenant: B.installationId });
  });

  test('with all that a job can read after the boot is refused; its twin of the same boot gets it again', async () => {
    const { send, b } = await twoMachines();
    const first = await send('claim', b);
    expect(await send('claim', { ...b, nonce: OTHER_NONCE })).toMatchObject({ status: 403 });
    expect(await send('claim', b)).toEqual(first);
  });

  test('for another machine of its call is refused, though both have the secret; its twin is its own', async () => {
    const { system, send, b } = await twoMachines();
    const rows = system.harness.state.launches;
    const launch = rows.all().find((one) => one.instanceId === b.instance_id);
    if (launch?.intent === undefined) throw new Error('B has a machine');
    const intent = { ...launch.intent, group: { index: 0, size: 2 } };
    await rows.change(
      launch.installationId,
      launch.launchId,
      { from: ['running'] },
      { intent, interfaceId: 'eni-0000000b' },
    );
    const before = rowOfB(system);
    for (const other of [{}, { interface_id: 'eni-0000000a' }])
      expect(await send('claim', { ...b, ...other })).toMatchObject({ status: 403 });
    expect(rowOfB(system)).toBe(before);
    expect(await send('claim', { ...b, interface_id: 'eni-0000000b' })).toMatchObject({ status: 200 });
  });

  test('by a machine that no launch names waits, and learns nothing', async () => {
    const { send, a } = await twoMachines();
    const { status, answer } = await send('claim', { ...a, instance_id: 'i-0123456789abcdef0' });
    expect({ status, fields: Object.keys(answer) }).toEqual({ status: 202, fields: ['retry_after'] });
  });

  test("gives A's configuration to A, whatever its request says of tenants and launches", async () => {
    const { system, send, a, b } = await twoMachines();
    const launchOfB = system.harness.state.launches.all().find((one) => one.instanceId === b.instance_id)?.launchId;
    const named = { ...a, tenant_id: B.installationId, launch_id: launchOfB };
    const { status, answer } = await send('claim', named);
    expect({ status, tenant: answer['tenant_id'] }).toEqual({ status: 200, tenant: A.installationId });
  });
});

describe('a report', () => {
  test("of B's machine with A's report secret changes nothing of B; its twin with B's own is on B's row", async () => {
    const { system, send, a, b } = await twoMachines();
    const secretOf = async (machine: typeof a): Promise<unknown> =>
      (await send('claim', machine)).answer['report_secret'];
    const secretOfA = await secretOf(a);
    const secretOfB = await secretOf({ ...b, nonce: OTHER_NONCE });
    const before = rowOfB(system);
    const events = [{ kind: 'busy' }];
    expect(await send('report', { instance_id: b.instance_id, secret: secretOfA, events })).toMatchObject({
      status: 403,
    });
    expect(rowOfB(system)).toBe(before);
    expect(await send('report', { instance_id: b.instance_id, secret: secretOfB, events })).toMatchObject({
      status: 204,
    });
    expect(rowOfB(system)).not.toBe(before);
  });

  test("flood of A's machine uses up A's limits alone", async () => {
    const { send, a, b } = await twoMachines();
    const secret = (await send('claim', a)).answer['report_secret'];
    const flood = [];
    while (flood.length < 60)
      flood.push((await send('report', { instance_id: a.instance_id, secret, events: [{ kind: 'busy' }] })).status);
    expect(flood.filter((status) => status === 429).length).toBeGreaterThan(30);
    expect(await send('claim', b)).toMatchObject({ status: 200 });
  });
});

describe('a machine that waits in a pool', () => {
  /** One that waits, and one that A has taken, on which a job of A's reads the user data. */
  async function waitingAndTaken() {
    const system = createSystem({ pools: poolOf({ size: 2 }) });
    for (const party of [A, B]) addParty(party, system);
    const functions = createFunctions(system);
    await fillAndBoot(system, functions);
    system.harness.state.github.jobs.set(JOB_OF_A, { status: 'queued' });
    await functions.scaleUp(jobMessage({ jobId: JOB_OF_A, ...A }));
    const side = createMachineSide(system);
    const secretOf = (instanceId: string): string =>
      system.harness.state.fleet.machines.get(instanceId)?.request.userData.claimSecret ?? '';
    const taken = system.harness.state.launches.all().find(({ blank }) => blank !== undefined)?.instanceId ?? '';
    await functions.fill('small');
    const [waiting = ''] = [...system.harness.state.pool.blanks.values()].map(({ instanceId }) => instanceId ?? '');
    return { system, side, secretOf, taken, waiting };
  }

  test("is announced by nobody with what A's job finds; its twin, its own boot, is told to wait", async () => {
    const { system, side, secretOf, taken, waiting } = await waitingAndTaken();
    const interfaceId = system.harness.state.fleet.machines.get(taken)?.interfaceId ?? '';
    // One call may have started both: then the secret is the same, and only the interface tells them apart.
    const foreign = await side.claim(waiting, { secret: secretOf(taken), interfaceId, nonce: OTHER_NONCE });
    expect(foreign.body).not.toContain('blank');
    await expect(side.claim(waiting, { nonce: OTHER_NONCE })).resolves.toMatchObject({ statusCode: 403 });
    await expect(side.claim(waiting)).resolves.toMatchObject({
      statusCode: 202,
      body: expect.stringContaining('"blank":true'),
    });
  });

  test('gives its configuration to no job that repeats what it said; its twin of the boot gets it', async () => {
    const { side, taken } = await waitingAndTaken();
    await expect(side.claim(taken, { nonce: OTHER_NONCE })).resolves.toMatchObject({ statusCode: 403 });
    await expect(side.claim(taken)).resolves.toMatchObject({ statusCode: 200 });
    await expect(side.claim(taken, { nonce: OTHER_NONCE })).resolves.toMatchObject({ statusCode: 403 });
  });
});

describe("a machine of a call that A's and B's launches share", () => {
  /** One of each tenant, and nothing but their own ids tells what is whose: user data and secret are the same. */
  async function oneCallForBoth() {
    const system = createSystem({ sharing: new Map([['small', new Set<number>()]]) });
    for (const party of [A, B]) addParty(party, system);
    await useUpTheLine(system);
    const messages = [jobMessage({ jobId: JOB_OF_A, ...A }), jobMessage({ jobId: JOB_OF_B, ...B })];
    for (const { jobId } of messages) system.harness.state.github.jobs.set(jobId, { status: 'queued' });
    await createFunctions(system).scaleUpAll(messages);
    const { fleet } = system.harness.state;
    const [a, b] = [JOB_OF_A, JOB_OF_B].map((jobId) => {
      const launch = system.harness.state.launches.all().find((one) => one.jobId === jobId);
      const machine = fleet.machines.get(launch?.instanceId ?? '');
      if (machine === undefined) throw new Error(`job ${jobId} has no machine`);
      return machine;
    });
    if (a === undefined || b === undefined) throw new Error('both have a machine');
    expect(a.request.userData).toEqual(b.request.userData);
    return { system, side: createMachineSide(system), a, b };
  }

  test("gives B's configuration to no job of A's that names B's machine; its twin, B's own boot, gets it", async () => {
    const { system, side, a, b } = await oneCallForBoth();
    const before = rowOfB(system);
    for (const interfaceId of [a.interfaceId, 'eni-0000000a'])
      await expect(side.claim(b.instanceId, { interfaceId, nonce: OTHER_NONCE })).resolves.toMatchObject({
        statusCode: 403,
      });
    expect(rowOfB(system)).toBe(before);
    const own = await side.claim(b.instanceId);
    expect({ status: own.statusCode, tenant: Object(JSON.parse(own.body ?? '{}'))['tenant_id'] }).toEqual({
      status: 200,
      tenant: B.installationId,
    });
  });

  test("gives A's machine the configuration of the launch that it is bound to, whatever it asks for", async () => {
    const { side, a } = await oneCallForBoth();
    const own = await side.claim(a.instanceId);
    expect(Object(JSON.parse(own.body ?? '{}'))['tenant_id']).toBe(A.installationId);
    await expect(side.claim(a.instanceId, { nonce: OTHER_NONCE })).resolves.toMatchObject({ statusCode: 403 });
  });
});
