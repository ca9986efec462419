import {
  createInMemoryAppSecrets,
  createInMemoryApps,
  createInMemoryAuditTrail,
  createInMemoryCallbackHealth,
  createInMemoryCallbackSecrets,
  createInMemoryLockStore,
  createInMemoryLoginPins,
  createInMemoryTenantDirectory,
  createTestHarness,
  type InMemoryAppSecrets,
  type InMemoryApps,
  type InMemoryAuditTrail,
  type TestHarness,
} from '@multi-tenant-runner/testing';
import { cleanUpTenant, surveyTenant, type CallbackHealthStore, type DeadLetters } from '@multi-tenant-runner/core';
import type { Facts } from '../src/doctor/facts';
import type { Fleet } from '../src/fleet';
import { HEALTHY } from './healthy-facts';

export interface InMemoryFleetForTests {
  readonly fleet: Fleet;
  readonly harness: TestHarness;
  readonly deadLetters: DeadLetters[];
  readonly redriven: string[];
  readonly callbackHealth: CallbackHealthStore;
  /** What EC2 has of machines' consoles. */
  readonly consoles: Map<string, string>;
  readonly audit: InMemoryAuditTrail;
  readonly apps: InMemoryApps;
  /** Values of apps' secrets, by ARN. */
  readonly appSecrets: InMemoryAppSecrets['values'];
  /** Whether the triggers of scale-up are on. */
  enabled: boolean;
  hasCallbacks: boolean;
  /** Offboarded tenants are cleaned up while a command waits. */
  sweeps: boolean;
  /** What the doctor finds out. */
  facts: Facts;
}

export function createFleetInMemory(): InMemoryFleetForTests {
  const harness = createTestHarness();
  const deadLetters: DeadLetters[] = [];
  const redriven: string[] = [];
  const consoles = new Map<string, string>();
  const audit = createInMemoryAuditTrail();
  const apps = createInMemoryApps();
  const appSecrets = createInMemoryAppSecrets();
  const locks = createInMemoryLockStore();
  const cleanUp = async (installationId: number): Promise<void> => {
    const lease = { name: 'sweep', milliseconds: 1_000 };
    await harness.lifecycle.markDeleted(installationId, { kind: 'unknown' }, harness.clock.now());
    await cleanUpTenant(installationId, 0, { ...harness, tenants: harness.registry, lease });
  };
  const callbackHealth = createInMemoryCallbackHealth();
  const state: InMemoryFleetForTests = {
    harness,
    deadLetters,
    callbackHealth,
    redriven,
    consoles,
    audit,
    apps,
    appSecrets: appSecrets.values,
    enabled: true,
    sweeps: true,
    hasCallbacks: true,
    facts: HEALTHY,
    fleet: {
      prefix: 'test',
      region: 'us-east-1',
      gitHubApiUrl: 'https://api.github.com',
      facts: async () => state.facts,
      console: async (instanceId) => consoles.get(instanceId),
      settings: harness.settings,
      clock: harness.clock,
      directory: createInMemoryTenantDirectory(harness.state.tenants),
      jobs: harness.jobs,
      launches: harness.launches,
      queue: harness.queue,
      sleep: async (milliseconds) => {
        harness.clock.advance(milliseconds);
        for (const row of harness.state.tenants.rows.values())
          if (row['status'] === 'deleted' && state.sweeps) await cleanUp(Number(row['installation_id']));
      },
      usage: harness.state.usage,
      corrections: harness.state.usage.corrections,
      audit,
      apps: { store: apps.apps, deployments: apps.deployments, secrets: appSecrets },
      locks,
      pins: createInMemoryLoginPins(harness.state.tenants),
      images: async () => (state.facts.images.known ? state.facts.images.value : []),
      surveyor: {
        survey: (installationId) => surveyTenant(installationId, { ...harness, tenants: harness.registry, locks }),
      },
      callbacks: createInMemoryCallbackSecrets(harness.clock),
      callbackHealth,
      hasCallbacks: async () => state.hasCallbacks,
      deadLetters: {
        list: async () => deadLetters,
        redrive: async (queue) => void redriven.push(queue),
      },
      triggers: {
        setEnabled: async (enabled) => {
          state.enabled = enabled;
          return 3;
        },
      },
      whoAmI: async () => 'arn:aws:iam::123456789012:user/ops',
    },
  };
  return state;
}
