import type { AdmissionSettings } from '@multi-tenant-runner/core';
import type { Random } from './engine/random';
import type { Scheduler } from './engine/scheduler';
import type { FaultSettings } from './scenario/fault-kinds';
import type { SimulationBus } from './services/events';
import type { Functions } from './services/functions';
import { createLifecycleBus } from './services/lifecycle-bus';
import type { Lineage } from './services/lineage';
import { createQueue } from './services/queue';
import type { Region } from './services/region';
import { createTableStream } from './services/table-stream';

interface TriggerDeps {
  readonly events: SimulationBus;
  readonly functions: Functions;
  readonly scheduler: Scheduler;
  readonly lineage: Lineage;
  readonly random: Random;
  readonly faultKinds: FaultSettings;
  readonly region: Region;
  readonly settings: AdmissionSettings;
  /** Of scale-up's functions, for each size. */
  readonly concurrency: number;
}

/** What invokes the functions: the webhook's URL, the queues, the table's stream and the event bus. */
export function connectTriggers({ events, functions, lineage, random, settings, concurrency, ...shared }: TriggerDeps) {
  const { webhook, scaleUp, scaleDown, tenantManager, machine } = functions;
  const gateway = random.fork('gateway');
  events.on('machine.called', ({ request, onEnd }) => machine.invoke(request, onEnd));
  events.on('webhook.arrived', ({ request, onEnd }) => {
    if (!shared.region.isDown) return webhook.invoke(request, onEnd);
    // Half of the connections reach something that can still answer.
    onEnd(
      gateway.chance(0.5)
        ? { kind: 'answer', answer: { statusCode: 503, headers: {}, body: '' } }
        : { kind: 'died', why: 'down' },
    );
  });
  const tiers = new Map(
    [...settings.tiers.keys()].map((tier) => [
      tier,
      createQueue({
        ...{ ...shared, name: tier, concurrency, lambda: scaleUp, lineage },
        random: random.fork(`queue ${tier}`),
      }),
    ]),
  );
  events.on('job-message.sent', ({ tier, body, group }) => {
    const queue = tiers.get(tier);
    if (queue === undefined) throw new Error(`There is no queue of tier ${tier}`);
    queue.send(body, group);
  });
  const runnerEvents = createQueue({
    ...shared,
    name: 'events',
    concurrency: 5,
    lambda: scaleDown,
    lineage,
    random: random.fork('queue events'),
  });
  const queues = [...tiers.values(), runnerEvents];
  events.on('message.put-off', ({ messageId, time }) => queues.forEach((queue) => queue.putOff(messageId, time)));
  events.on('runner-event.sent', ({ body, group }) => runnerEvents.send(body, group));
  events.on('machine.state-changed', ({ notification }) => runnerEvents.send(JSON.stringify(notification)));
  const stream = createTableStream({ ...shared, lambda: tenantManager, random: random.fork('stream') });
  events.on('tenant-row.changed', (change) => stream.add(change));
  const bus = createLifecycleBus({ ...shared, lambda: tenantManager, random: random.fork('bus') });
  events.on('lifecycle.published', ({ detailType, detail }) => bus.publish(detailType, detail));
  return { queues: [...tiers.values(), runnerEvents], stream, bus };
}
