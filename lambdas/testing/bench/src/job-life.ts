import { PutItemCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  createDynamoAdmissions,
  createDynamoJobStore,
  createDynamoLaunchStore,
  createDynamoTenantRegistry,
  createDynamoUsageLedger,
  itemOfLaunch,
} from '@multi-tenant-runner/aws';
import {
  type AdmissionSettings,
  type Admissions,
  type Clock,
  type Job,
  type Launch,
  type Ports,
} from '@multi-tenant-runner/core';
import type { HttpResponse } from '@multi-tenant-runner/runtime';
import { createFunctions } from '@multi-tenant-runner/system-tests/functions';
import { createMachineSide } from '@multi-tenant-runner/system-tests/machine-side';
import { createSystem, type System } from '@multi-tenant-runner/system-tests/system';
import {
  createInMemoryGitHub,
  createTestClock,
  machineLife,
  recordLife,
  settings as defaultSettings,
} from '@multi-tenant-runner/testing';
import { createWebhookSender, delivery, workflowJob } from '@multi-tenant-runner/webhook/test/deliveries';
import { createBenchTenant } from './bench-tenant';
import { createMeteredClient, newMeter, type Meter } from './metered-client';
import { BY_ADAPTER, createWarmGitHub } from './warm-github';

/** What one event of a job's life costs: each call of AWS and GitHub by its name, and the units of the tables. */
export interface StepCost extends Meter {
  readonly function: string;
  readonly event: string;
  readonly aws: readonly string[];
  readonly gitHub: readonly string[];
}

const TENANT = 1001;
const JOB = 7001;

/**
 * The whole life of one job on a warm installation, by the functions' own handlers, with their own adapters for
 * DynamoDB: queued, machine, configuration, two reports, run, end, release.
 *
 * @param options.machines of the same tenant that run already
 */
export async function measureJobLife(
  dynamoDb: Pick<DynamoDBClient, 'send'>,
  { prefix, machines }: { readonly prefix: string; readonly machines: number },
): Promise<readonly StepCost[]> {
  const metered = createMeteredClient(dynamoDb);
  const clock = createTestClock();
  const stores = storesOf(metered.client, prefix, { clock, settings: defaultSettings() });
  const github = createInMemoryGitHub();
  const asked = createWarmGitHub(TENANT, clock, github);
  const system = createSystem({ clock, instead: { ...stores, github: { ...github, ...asked.ports } } });
  const { harness } = system;
  Object.assign(harness.state.github, github);
  const tenant = createBenchTenant(TENANT, {
    client: dynamoDb,
    TableName: `${prefix}-tenants`,
    at: clock.now().toISOString(),
  });
  harness.addTenant(await tenant.write(machines));
  await recordEarlierLife(dynamoDb, prefix, stores.admissions);
  const functions = createFunctions(system);
  const costs: StepCost[] = [];

  const during = async <T>(name: string, event: string, work: () => Promise<T>): Promise<T> => {
    const meter = newMeter();
    const before = { calls: harness.calls.length, requests: metered.names.length, asked: asked.sent.length };
    const answer = await metered.of(meter, work);
    const ports = harness.calls.slice(before.calls).map(({ port, method }) => `${port}.${method}`);
    costs.push({
      function: name,
      event,
      ...meter,
      aws: [...metered.names.slice(before.requests), ...ports.filter((call) => ELSEWHERE.test(call))],
      gitHub: [
        ...asked.sent.slice(before.asked),
        ...ports.filter((call) => call.startsWith('github.') && !BY_ADAPTER.has(call)),
      ],
    });
    return answer;
  };
  /** With what the tenant manager does about the change of the tenant's row. */
  const follow = async <T>(name: string, event: string, work: () => Promise<T>): Promise<T> => {
    const before = await tenant.read();
    const answer = await during(name, event, work);
    const after = await tenant.read();
    const isChanged = before.row['slots_held'] !== after.row['slots_held'];
    const change = { installationId: TENANT, before: before.row, after: after.row };
    if (isChanged) await during('tenant-manager', `row after ${event}`, () => functions.stream([change]));
    return answer;
  };
  const send = createWebhookSender(harness);
  const deliver = (action: string, job: Record<string, unknown>): Promise<unknown> =>
    during('webhook', action, () => send(delivery('workflow_job', workflowJob({ top: { action }, job }))));

  // The container has launched for the tenant before, and so has another one today.
  await asked.ports.authorize({ installationId: TENANT, owner: 'acme', scope: 'org' });
  harness.state.github.jobs.set(JOB, { status: 'queued' });
  await deliver('queued', { status: 'queued' });
  const message = harness.state.queue.takeJob();
  if (message === undefined) throw new Error('the webhook sent no message');
  await follow('scale-up', 'job', () => functions.scaleUp(message));
  const machine = harness.state.fleet.alive()[0];
  if (machine === undefined) throw new Error('scale-up started no machine');
  const { instanceId } = machine;
  const say = await claim(system, instanceId, during);
  // One report, as the boot waits for the job that follows within seconds.
  await say('boot with busy', { kind: 'boot', timings: { start: 1 } }, { kind: 'busy' });
  const begun = system.takeJob(instanceId, JOB);
  await deliver('in_progress', { status: 'in_progress', runner_name: begun.runnerName });
  await follow('scale-down', 'in_progress', () => functions.jobEvent(begun));
  await say('end', { kind: 'idle' }, { kind: 'end', reason: 'job-done', timings: {} });
  const over = system.finishJob(instanceId, JOB);
  await deliver('completed', { status: 'completed', conclusion: 'success', runner_name: over.runnerName });
  await follow('scale-down', 'completed', () => functions.jobEvent(over));
  const state = 'shutting-down';
  Object.assign(machine, { state, endedAt: clock.now().toISOString() });
  await follow('scale-down', state, () => functions.instanceEvent(instanceId, state));
  await expectItsEnd(stores, machine.request.launchId);
  return costs;
}

/** Calls of AWS that go to no table. */
const ELSEWHERE = /^(queue|fleet|configs|bus)\./;

type During = (name: string, event: string, work: () => Promise<HttpResponse>) => Promise<HttpResponse>;

/** The machine has its configuration; answers how it reports. */
async function claim(system: System, instanceId: string, during: During) {
  const side = createMachineSide(system);
  const { body } = await during('machine', 'claim', () => side.claim(instanceId));
  const { report_secret: secret } = JSON.parse(body) as { readonly report_secret: string };
  let state: string | undefined;
  return async (event: string, ...events: readonly unknown[]): Promise<void> => {
    const report = { instance_id: instanceId, secret, state, events };
    const { statusCode, body: why, headers } = await during('machine', event, () => side.call('report', report));
    state = headers['ghr-state'];
    if (statusCode !== 204) throw new Error(`the machine was not heard: ${why}`);
  };
}

type Stores = Pick<Ports, 'registry' | 'jobs' | 'launches' | 'admissions' | 'usage'>;

function storesOf(
  client: Pick<DynamoDBClient, 'send'>,
  prefix: string,
  { clock, settings }: { readonly clock: Clock; readonly settings: AdmissionSettings },
): Stores {
  const name = (table: string): string => `${prefix}-${table}`;
  const store = (table: string) => ({ client, tableName: name(table), clock });
  const tables = { tenants: name('tenants'), jobs: name('jobs'), launches: name('launches'), usage: name('usage') };
  return {
    registry: createDynamoTenantRegistry({ ...store('tenants'), ...settings }),
    jobs: createDynamoJobStore({ ...store('jobs'), launchesTable: tables.launches }),
    launches: createDynamoLaunchStore(store('launches')),
    admissions: createDynamoAdmissions({ client, tables, ...settings, clock }),
    usage: createDynamoUsageLedger(store('usage')),
  };
}

/** The first job of a month and size writes an index that the others do not. */
async function recordEarlierLife(client: Pick<DynamoDBClient, 'send'>, prefix: string, admissions: Admissions) {
  const put = async (row: Launch): Promise<void> =>
    void (await client.send(new PutItemCommand({ TableName: `${prefix}-launches`, Item: itemOfLaunch(row) })));
  await recordLife(machineLife({ installationId: TENANT, launchId: '7000-1' }), { admissions, put });
}

/** What is measured must have been the whole life. */
async function expectItsEnd({ jobs, launches }: Stores, launchId: string): Promise<void> {
  const job: Job | undefined = await jobs.get(TENANT, JOB);
  const launch: Launch | undefined = await launches.get(TENANT, launchId);
  if (job?.state !== 'completed' || launch?.state !== 'ended')
    throw new Error(`the job is ${job?.state ?? 'lost'}, its launch ${launch?.state ?? 'lost'}`);
}
