import { createHandler as createScaleDown } from '@multi-tenant-runner/scale-down/handler';
import { createHandler as createScaleUp } from '@multi-tenant-runner/scale-up/handler';
import { encodeJobMessage, type GroupRequest, type LaunchRequest } from '@multi-tenant-runner/core';
import { instanceStateEvent, jobMessage } from '@multi-tenant-runner/testing';
import { createFunctions } from './functions';
import { createSystem, type System } from './system';

const CONTEXT = { awsRequestId: 'request-1', getRemainingTimeInMillis: () => 60_000 };
const batch = (records: readonly { body: string; group?: number; receives?: number }[]) => ({
  Records: records.map(({ body, group, receives = 1 }, index) => ({
    messageId: `message-${index}`,
    body,
    attributes: {
      ApproximateReceiveCount: String(receives),
      ...(group !== undefined && { MessageGroupId: String(group) }),
    },
  })),
});
const scaleDown = (system: System) =>
  createScaleDown({ ...system.scaleDown(), leaseMilliseconds: 90_000, maxReceiveCount: 5 });

function withTenants(...ids: readonly number[]): System {
  const system = createSystem();
  for (const id of ids)
    system.harness.addTenant({ installation_id: id, org_name: `org-${id}`, account_id: 500 + id, max_runners: 20 });
  return system;
}
const of = (id: number, jobId: number): string =>
  encodeJobMessage(jobMessage({ jobId, installationId: id, owner: `org-${id}`, ownerId: 500 + id }));

describe('a tier queue', () => {
  test('sends back only the text that is no job, counts it, and does the rest', async () => {
    const system = withTenants(1, 2);
    const bodies = ['no JSON', '{}', JSON.stringify({ v: 1, installation_id: 'x' })].map((body) => ({
      body,
      group: 1,
    }));
    const answer = await createScaleUp(system.scaleUp())(batch([...bodies, { body: of(2, 7), group: 2 }]), CONTEXT);
    expect(answer.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier)).toEqual([
      'message-0',
      'message-1',
      'message-2',
    ]);
    expect(system.harness.metrics.total('MessageDropped')).toBe(3);
    expect(system.job(7, 2).state).toBe('starting');
  });

  test('never sends back a job on its last receive: it is parked with what failed, and counted', async () => {
    const system = withTenants(1);
    system.harness.faults.fail('admissions.admit', new TypeError('unforeseen'), 9);
    const last = await createFunctions(system).scaleUp(
      jobMessage({ jobId: 7, installationId: 1, owner: 'org-1', ownerId: 501 }),
      5,
    );
    expect(last.batchItemFailures).toEqual([]);
    expect(system.job(7, 1)).toMatchObject({ state: 'parked', reason: 'error', error: 'TypeError' });
    expect(system.harness.metrics.counted.find(({ name }) => name === 'JobPoisoned')).toMatchObject({
      tier: 'small',
      properties: { tenant_id: 1, job_id: 7, error: 'TypeError' },
    });
  });

  test('takes back what was moved from the dead letters as if it came for the first time', async () => {
    const system = withTenants(1);
    const message = jobMessage({ jobId: 7, installationId: 1, owner: 'org-1', ownerId: 501 });
    for (const write of ['admissions.admit', 'jobs.create']) system.harness.faults.fail(write, new Error('away'));
    const lost = await createFunctions(system).scaleUp(message, 5);
    expect(lost.batchItemFailures).toHaveLength(1);
    await createFunctions(system).scaleUp(message, 1);
    expect(system.job(7, 1).state).toBe('starting');
  });

  test('with a flood of one tenant asks EC2 once for each tenant, one call at a time', async () => {
    const system = withTenants(1, 2, 3);
    const asked: number[] = [];
    let inFlight = 0;
    for (const call of ['fleet.run', 'fleet.runGroup'] as const) {
      system.harness.faults.before(call, (request) => {
        asked.push((request as LaunchRequest | GroupRequest).installationId);
        expect((inFlight += 1)).toBe(1);
      });
      system.harness.faults.after(call, () => void (inFlight -= 1));
    }
    const flood = Array.from({ length: 8 }, (_, index) => ({ body: of(1, 100 + index), group: 1 }));
    await createScaleUp(system.scaleUp())(
      batch([...flood, { body: of(2, 7), group: 2 }, { body: of(3, 8), group: 3 }]),
      CONTEXT,
    );
    expect(asked.sort()).toEqual([1, 2, 3]);
    expect(system.harness.state.fleet.alive()).toHaveLength(10);
  });

  test("with one tenant throttled by EC2 starts the others' jobs", async () => {
    const system = withTenants(1, 2);
    system.harness.state.fleet.refuse((intent) => intent.securityGroupId === 'sg-throttled', {
      kind: 'throttled',
      code: 'RequestLimitExceeded',
      message: 'too many',
    });
    system.harness.state.tenants.rows.set(1, {
      ...system.harness.state.tenants.rows.get(1),
      security_group_id: 'sg-throttled',
    });
    await createScaleUp(system.scaleUp())(
      batch([
        { body: of(1, 1), group: 1 },
        { body: of(2, 2), group: 2 },
      ]),
      CONTEXT,
    );
    expect(system.job(1, 1)).toMatchObject({ state: 'parked', reason: 'ec2-throttled' });
    expect(system.job(1, 1).nextTry).toBeDefined();
    expect(system.job(2, 2).state).toBe('starting');
  });
});

describe('the queue of runner events', () => {
  test('counts an event that fails on its last receive, with its tenant, and only then', async () => {
    const system = withTenants(1);
    system.harness.faults.fail('launches.findByInstance', new Error('away'), 2);
    const body = JSON.stringify(instanceStateEvent('i-1', 'terminated'));
    const before = await scaleDown(system)(batch([{ body, receives: 4 }]), CONTEXT);
    expect(before).toEqual({ batchItemFailures: [{ itemIdentifier: 'message-0' }] });
    expect(system.harness.metrics.total('RunnerEventFailed')).toBe(0);
    await scaleDown(system)(batch([{ body, receives: 5 }]), CONTEXT);
    expect(system.harness.metrics.total('RunnerEventFailed')).toBe(1);
  });

  test('sends back what is no event, beside one that is', async () => {
    const system = withTenants(1);
    const good = JSON.stringify(instanceStateEvent('i-1', 'terminated'));
    const answer = await scaleDown(system)(batch([{ body: '[]' }, { body: good }]), CONTEXT);
    expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: 'message-0' }] });
    expect(system.harness.metrics.total('MessageDropped')).toBe(1);
  });
});
