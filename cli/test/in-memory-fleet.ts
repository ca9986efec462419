import { createInMemoryTenantDirectory, createTestHarness, type TestHarness } from '@multi-tenant-runner/testing';
import type { DeadLetters, Fleet } from '../src/fleet';

export interface InMemoryFleetForTests {
  readonly fleet: Fleet;
  readonly harness: TestHarness;
  readonly deadLetters: DeadLetters[];
  readonly redriven: string[];
  /** Whether the triggers of scale-up are on. */
  enabled: boolean;
}

export function createFleetInMemory(): InMemoryFleetForTests {
  const harness = createTestHarness();
  const deadLetters: DeadLetters[] = [];
  const redriven: string[] = [];
  const state: InMemoryFleetForTests = {
    harness,
    deadLetters,
    redriven,
    enabled: true,
    fleet: {
      prefix: 'test',
      settings: harness.settings,
      clock: harness.clock,
      directory: createInMemoryTenantDirectory(harness.state.tenants),
      jobs: harness.jobs,
      launches: harness.launches,
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
