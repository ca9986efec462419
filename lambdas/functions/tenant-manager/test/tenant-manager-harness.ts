import { fromAttributes, toAttributes } from '@multi-tenant-runner/aws';
import {
  cleanUpTenant,
  encodeLifecycleEvent,
  restateAll,
  retryRefused,
  surveyTenant,
  dispatchNextJobs,
  type InstallationAction,
  type LifecycleEvent,
  type LockStore,
} from '@multi-tenant-runner/core';
import {
  INSTALLATION,
  createInMemoryAuditTrail,
  createInMemoryLockStore,
  createTestHarness,
  lifecycleEvent,
  type InMemoryAuditTrail,
  type TenantRow,
  type TenantTableChange,
  type TestHarness,
} from '@multi-tenant-runner/testing';
import type { BatchResponse, StreamRecord } from '@multi-tenant-runner/runtime';
import type { OnboardingPolicy } from '../src/decide-admission';
import { createHandler } from '../src/handler';

export interface TenantManagerHarness extends TestHarness {
  /** Installations that were woken and cleaned up, in order. */
  readonly woken: number[];
  readonly cleaned: number[];
  readonly audit: InMemoryAuditTrail;
  readonly locks: LockStore;
  /** One event of the bus, as EventBridge hands it to the function. */
  event(action: InstallationAction, overrides?: Partial<LifecycleEvent>): Promise<void>;
  invoke(event: unknown): Promise<BatchResponse | undefined>;
  stream(records: readonly StreamRecord[]): Promise<readonly string[]>;
  row(installationId?: number): TenantRow | undefined;
}

const CONTEXT = { awsRequestId: 'request-1', getRemainingTimeInMillis: () => 60_000 };

/** The tenant manager on in-memory ports, with the real wake and clean-up behind it. */
export function createTenantManagerHarness(
  options: { readonly ownGroups?: boolean; readonly onboarding?: OnboardingPolicy } = {},
): TenantManagerHarness {
  const harness = createTestHarness();
  const woken: number[] = [];
  const cleaned: number[] = [];
  const protocol = { ...harness, tenants: harness.registry, lease: { name: 'lease', milliseconds: 120_000 } };
  const audit = createInMemoryAuditTrail();
  const locks = createInMemoryLockStore();
  const handler = createHandler({
    ...harness.settings,
    audit,
    onboarding: options.onboarding ?? { mode: 'automatic', allowedAccounts: { ids: new Set(), logins: new Set() } },
    tenants: harness.registry,
    lifecycle: harness.lifecycle,
    ...(options.ownGroups !== false && { securityGroups: harness.securityGroups }),
    github: harness.github,
    dispatchNextJobs: async (installationId) => {
      woken.push(installationId);
      await dispatchNextJobs(installationId, protocol);
    },
    retryRefused: async (installationId) => {
      woken.push(installationId);
      await retryRefused(installationId, protocol);
    },
    restate: (installationId) => restateAll(installationId, protocol),
    cleanUp: async (installationId) => {
      cleaned.push(installationId);
      await cleanUpTenant(installationId, 600_000, protocol);
    },
    survey: (installationId) => surveyTenant(installationId, { ...protocol, locks }),
    locks,
    clock: harness.clock,
    log: harness.log,
    metrics: harness.metrics,
    parseImage: fromAttributes,
  });
  const invoke = async (event: unknown) => (await handler(event, CONTEXT)) as BatchResponse | undefined;
  return {
    ...harness,
    audit,
    locks,
    woken,
    cleaned,
    invoke,
    event: async (action, overrides) => {
      const detail = JSON.parse(
        JSON.stringify(encodeLifecycleEvent(lifecycleEvent({ action, ...overrides }))),
      ) as unknown;
      await invoke({
        source: 'multi-tenant-runner',
        'detail-type': action === 'renamed' ? 'installation_target' : 'installation',
        detail,
      });
    },
    stream: async (records) =>
      ((await invoke({ Records: records }))?.batchItemFailures ?? []).map(({ itemIdentifier }) => itemIdentifier),
    row: (installationId = INSTALLATION) => harness.state.tenants.rows.get(installationId),
  };
}

let sequence = 0;

/** A record of the tenants table's stream. */
export function streamRecord({ installationId, before, after }: Partial<TenantTableChange>): StreamRecord {
  sequence += 1;
  return {
    eventID: `event-${sequence}`,
    eventName: before === undefined ? 'INSERT' : after === undefined ? 'REMOVE' : 'MODIFY',
    dynamodb: {
      SequenceNumber: String(sequence),
      Keys: { installation_id: { N: String(installationId ?? INSTALLATION) } },
      ...(before && { OldImage: toAttributes(before) }),
      ...(after && { NewImage: toAttributes(after) }),
    },
  };
}

export function sequenceOf(record: StreamRecord): string {
  return record.dynamodb?.SequenceNumber ?? '';
}
