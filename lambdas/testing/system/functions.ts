import { fromAttributes, toAttributes } from '@multi-tenant-runner/aws';
import {
  RECOVERY_SOURCE,
  SECOND,
  SWEEP_SOURCE,
  cleanUpTenant,
  encodeFillMessage,
  surveyTenant,
  encodeJobEvent,
  encodeJobMessage,
  encodeLifecycleEvent,
  restateAll,
  retryRefused,
  dispatchNextJobs,
  type InstallationAction,
  type JobEvent,
  type JobMessage,
  type LifecycleEvent,
  type MachineState,
} from '@multi-tenant-runner/core';
import {
  createInMemoryAuditTrail,
  instanceStateEvent,
  lifecycleEvent,
  type TenantTableChange,
} from '@multi-tenant-runner/testing';
import type { BatchResponse, LambdaContext } from '@multi-tenant-runner/runtime';
import { createHandler as createRecovery } from '@multi-tenant-runner/recovery/handler';
import { createHandler as createScaleDown } from '@multi-tenant-runner/scale-down/handler';
import { createHandler as createScaleUp } from '@multi-tenant-runner/scale-up/handler';
import { createHandler as createTenantManager } from '@multi-tenant-runner/tenant-manager/handler';
import { LIMITS, type System } from './system';

const LEASE = 90 * SECOND;

/** The functions as Lambda calls them, with the events that SQS, EventBridge and the stream bring. */
export interface Functions {
  scaleUp(message: JobMessage, receiveCount?: number): Promise<BatchResponse>;
  /** A size's pool has a place to fill. */
  fill(tier: string): Promise<BatchResponse>;
  /** Several messages in one event. */
  scaleUpAll(messages: readonly JobMessage[], receiveCount?: number): Promise<BatchResponse>;
  jobEvent(event: JobEvent): Promise<BatchResponse>;
  instanceEvent(instanceId: string, state: MachineState): Promise<BatchResponse>;
  sweep(): Promise<unknown>;
  lifecycle(action: InstallationAction, overrides?: Partial<LifecycleEvent>): Promise<void>;
  stream(changes: readonly TenantTableChange[]): Promise<BatchResponse>;
  /** One run of the recovery by its schedule. */
  recover(): Promise<unknown>;
  /** Seconds for which messages that failed were put off, the first one first. */
  readonly putOff: readonly number[];
}

/** @param logins the allow list; absent: every account is let in */
export function createFunctions(system: System, logins?: readonly string[]): Functions {
  const { harness } = system;
  let invocations = 0;
  const context = (): LambdaContext => ({
    awsRequestId: `request-${(invocations += 1)}`,
    getRemainingTimeInMillis: () => 60_000,
  });
  const recordOf = (body: string, group: number | undefined, receiveCount = 1, number = 1) => ({
    messageId: `message-${number}`,
    body,
    attributes: {
      ApproximateReceiveCount: String(receiveCount),
      ...(group !== undefined && { MessageGroupId: String(group) }),
    },
  });
  const record = (...one: Parameters<typeof recordOf>) => ({ Records: [recordOf(...one)] });
  const putOff: number[] = [];
  const delay = async (_record: unknown, seconds: number): Promise<void> => void putOff.push(seconds);
  const comeBack = { delay, lease: LEASE, most: 4 * LEASE };
  const scaleDownHandler = createScaleDown({
    ...system.scaleDown(),
    leaseMilliseconds: LEASE,
    maxReceiveCount: 5,
    comeBack,
  });
  const scaleUp = () => createScaleUp({ ...system.scaleUp(), comeBack }, system.after);
  const scaleDown = async (event: Parameters<typeof scaleDownHandler>[0]) => scaleDownHandler(event, context());
  const asBatch = (answer: unknown): BatchResponse => answer as BatchResponse;

  const tenantManager = (event: unknown) => {
    const at = context();
    const protocol = { ...harness, tenants: harness.registry, lease: { name: at.awsRequestId, milliseconds: LEASE } };
    const handler = createTenantManager({
      ...harness.settings,
      onboarding: {
        mode: logins === undefined ? 'automatic' : 'allow_list',
        allowedAccounts: { ids: new Set(), logins: new Set(logins) },
      },
      tenants: harness.registry,
      lifecycle: harness.lifecycle,
      securityGroups: harness.securityGroups,
      github: harness.github,
      audit: createInMemoryAuditTrail(),
      dispatchNextJobs: async (installationId) => void (await dispatchNextJobs(installationId, protocol)),
      retryRefused: (installationId) => retryRefused(installationId, protocol),
      restate: (installationId) => restateAll(installationId, protocol),
      cleanUp: async (installationId) => void (await cleanUpTenant(installationId, LIMITS.grace, protocol)),
      survey: (installationId) => surveyTenant(installationId, protocol),
      clock: harness.clock,
      log: harness.log,
      metrics: harness.metrics,
      parseImage: fromAttributes,
    });
    return handler(event, at);
  };

  return {
    putOff,
    scaleUp: (message, receiveCount) =>
      scaleUp()(record(encodeJobMessage(message), message.installationId, receiveCount), context()),
    fill: (tier) => scaleUp()(record(encodeFillMessage(tier), undefined), context()),
    scaleUpAll: (messages, receiveCount) => {
      const Records = messages.map((message, index) =>
        recordOf(encodeJobMessage(message), message.installationId, receiveCount, index + 1),
      );
      return scaleUp()({ Records }, context());
    },
    jobEvent: async (event) => asBatch(await scaleDown(record(encodeJobEvent(event), event.installationId))),
    instanceEvent: async (instanceId, state) =>
      asBatch(await scaleDown(record(JSON.stringify(instanceStateEvent(instanceId, state)), undefined))),
    sweep: () => scaleDown({ source: SWEEP_SOURCE }),
    lifecycle: async (action, overrides) => {
      const detail: unknown = JSON.parse(
        JSON.stringify(encodeLifecycleEvent(lifecycleEvent({ action, ...overrides }))),
      );
      await tenantManager({ source: 'multi-tenant-runner', 'detail-type': 'installation', detail });
    },
    recover: () =>
      createRecovery({ ...harness, bookmarks: harness.launches, tenants: harness.registry })(
        { source: RECOVERY_SOURCE },
        context(),
      ),
    stream: async (changes) => asBatch(await tenantManager({ Records: changes.map(streamRecord) })),
  };
}

function streamRecord({ installationId, before, after }: TenantTableChange, index: number) {
  return {
    eventID: `event-${index}`,
    dynamodb: {
      SequenceNumber: String(index + 1),
      Keys: toAttributes({ installation_id: installationId }),
      ...(before && { OldImage: toAttributes(before) }),
      ...(after && { NewImage: toAttributes(after) }),
    },
  };
}
