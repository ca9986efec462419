import { fromAttributes, toAttributes } from '@multi-tenant-runner/aws';
import { cleanUpTenant, encodeLifecycleEvent, restateAll, retryRefused, wake, type InstallationAction, type LifecycleEvent } from '@multi-tenant-runner/core';
import { INSTALLATION, createWorld, lifecycleEvent, type TenantRow, type TenantTableChange, type World } from '@multi-tenant-runner/testing';
import type { BatchResponse, StreamRecord } from '@multi-tenant-runner/runtime';
import type { OnboardingPolicy } from '../src/decide-admission';
import { createHandler } from '../src/handler';

export interface TenantManagerWorld extends World {
  /** Installations that were woken and cleaned up, in order. */
  readonly woken: number[];
  readonly cleaned: number[];
  /** One event of the bus, as EventBridge hands it to the function. */
  event(action: InstallationAction, overrides?: Partial<LifecycleEvent>): Promise<void>;
  invoke(event: unknown): Promise<BatchResponse | undefined>;
  stream(records: readonly StreamRecord[]): Promise<readonly string[]>;
  row(installationId?: number): TenantRow | undefined;
}

const CONTEXT = { awsRequestId: 'request-1', getRemainingTimeInMillis: () => 60_000 };

/** The tenant manager on in-memory ports, with the real wake and clean-up behind it. */
export function tenantManagerWorld(options: { readonly ownGroups?: boolean; readonly onboarding?: OnboardingPolicy } = {}): TenantManagerWorld {
  const world = createWorld();
  const woken: number[] = [];
  const cleaned: number[] = [];
  const protocol = { ...world, tenants: world.registry, lease: { name: 'lease', milliseconds: 120_000 } };
  const handler = createHandler({
    ...world.settings,
    onboarding: options.onboarding ?? { mode: 'automatic', allowedAccounts: new Set() },
    tenants: world.registry,
    lifecycle: world.lifecycle,
    ...(options.ownGroups !== false && { securityGroups: world.securityGroups }),
    github: world.github,
    wake: async (installationId) => {
      woken.push(installationId);
      await wake(installationId, protocol);
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
    clock: world.clock,
    log: world.log,
    metrics: world.metrics,
    readImage: fromAttributes,
  });
  const invoke = (event: unknown) => handler(event, CONTEXT);
  return {
    ...world,
    woken,
    cleaned,
    invoke,
    event: async (action, overrides) => {
      const detail = JSON.parse(JSON.stringify(encodeLifecycleEvent(lifecycleEvent({ action, ...overrides })))) as unknown;
      await invoke({ source: 'multi-tenant-runner', 'detail-type': action === 'renamed' ? 'installation_target' : 'installation', detail });
    },
    stream: async (records) => ((await invoke({ Records: records }))?.batchItemFailures ?? []).map(({ itemIdentifier }) => itemIdentifier),
    row: (installationId = INSTALLATION) => world.state.tenants.rows.get(installationId),
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
