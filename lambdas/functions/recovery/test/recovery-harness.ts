import { createTestHarness, type TestHarness } from '@multi-tenant-runner/testing';
import { RECOVERY_SOURCE, SECOND } from '@multi-tenant-runner/core';
import type { RecoveryDeps } from '../src/deps';
import { createHandler, type RecoveryReport } from '../src/handler';

export interface RecoveryHarness extends TestHarness {
  readonly deps: RecoveryDeps;
  /** One invocation by the schedule. */
  run(options?: { readonly millisecondsLeft?: () => number }): Promise<RecoveryReport>;
}

export function createRecoveryHarness(options?: Parameters<typeof createTestHarness>[0]): RecoveryHarness {
  const harness = createTestHarness(options);
  const deps: RecoveryDeps = { ...harness, bookmarks: harness.launches, tenants: harness.registry };
  const handler = createHandler(deps);
  return {
    ...harness,
    deps,
    run: ({ millisecondsLeft = () => 60 * SECOND } = {}) =>
      handler({ source: RECOVERY_SOURCE }, { awsRequestId: 'request-1', getRemainingTimeInMillis: millisecondsLeft }),
  };
}
