import { SECOND, leaseFor } from '@multi-tenant-runner/core';
import { visibilityOf, type ComeBack } from '@multi-tenant-runner/runtime';
import type { Container } from '../engine/lambda';
import type { SimulationBus } from './events';
import { TIMEOUT_SECONDS } from './timeouts';

/** What a container says of messages that come back; a dead or frozen one says nothing more. */
export function putOffBy(container: Container, events: SimulationBus): ComeBack {
  return {
    delay: async ({ messageId }, seconds) => {
      if (container.alive && !container.frozen) events.emit('message.put-off', { messageId, time: seconds * SECOND });
    },
    lease: leaseFor(TIMEOUT_SECONDS),
    most: visibilityOf(TIMEOUT_SECONDS),
  };
}
