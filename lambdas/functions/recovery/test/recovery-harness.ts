import { createWorld, type World } from '@multi-tenant-runner/testing';
import { RECOVERY_SOURCE, SECOND } from '@multi-tenant-runner/core';
import type { RecoveryDeps } from '../src/deps';
import { createHandler, type RecoveryReport } from '../src/handler';

export interface RecoveryWorld extends World {
  readonly deps: RecoveryDeps;
  /** One invocation by the schedule. */
  run(options?: { readonly millisecondsLeft?: () => number }): Promise<RecoveryReport>;
}

export function recoveryWorld(options?: Parameters<typeof createWorld>[0]): RecoveryWorld {
  const world = createWorld(options);
  const deps: RecoveryDeps = { ...world, bookmarks: world.launches, tenants: world.registry };
  const handler = createHandler(deps);
  return {
    ...world,
    deps,
    run: ({ millisecondsLeft = () => 60 * SECOND } = {}) => handler({ source: RECOVERY_SOURCE }, { awsRequestId: 'request-1', getRemainingTimeInMillis: millisecondsLeft }),
  };
}
