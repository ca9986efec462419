import { createClientConfig, createMessageDelay, createSqsClient } from '@multi-tenant-runner/aws';
import { leaseFor } from '@multi-tenant-runner/core';
import { visibilityOf, type ComeBack, type Env } from '@multi-tenant-runner/runtime';

/** Within what a batch keeps for the response to Lambda; where SQS does not answer, the message comes back later. */
const PATIENCE = { timeout: 1_000, attempts: 2 };

/** @param timeout of the function, in seconds */
export function createComeBack(
  env: Env,
  { queueUrls, timeout }: { readonly queueUrls: readonly string[]; readonly timeout: number },
): ComeBack {
  const client = createSqsClient(createClientConfig(env, PATIENCE));
  return {
    delay: createMessageDelay({ client, queueUrls }),
    lease: leaseFor(timeout),
    most: visibilityOf(timeout),
  };
}
