import { UpdateEventSourceMappingCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import type { LaunchTriggers } from '@multi-tenant-runner/core';

/** The event source mappings of scale-up, one for each size's queue. */
export function createLaunchTriggers(
  client: Pick<LambdaClient, 'send'>,
  listIds: () => Promise<readonly string[]>,
): LaunchTriggers {
  return {
    setEnabled: async (Enabled) => {
      const ids = await listIds();
      for (const UUID of ids) await client.send(new UpdateEventSourceMappingCommand({ UUID, Enabled }));
      return ids.length;
    },
  };
}
