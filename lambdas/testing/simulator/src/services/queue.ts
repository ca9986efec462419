import { MINUTE, SECOND } from '@multi-tenant-runner/core';
import { visibilityOf, type BatchResponse, type QueueRecord } from '@multi-tenant-runner/runtime';
import type { SweepReport } from '@multi-tenant-runner/scale-down/sweep';
import type { Scheduler } from '../engine/scheduler';
import type { LambdaFunction } from '../engine/lambda';
import { createFairShare } from './fair-share';
import { FIRST, STEP, createPollers } from './pollers';
import type { Lineage } from './lineage';
import type { Random } from '../engine/random';
import type { FaultSettings } from '../scenario/fault-kinds';
import type { Region } from './region';
import { TIMEOUT_SECONDS } from './timeouts';
import { createVisibleMessages } from './visible-messages';

/**
 * An SQS queue and its event source mapping: at least once, in no order, invisible while a function works on it. Those
 * of quiet tenants come first.
 */
export interface Queue {
  send(body: string, group?: string): void;
  /** Hides a message of this queue that was received for so many milliseconds from now. */
  putOff(messageId: string, time: number): void;
  /** Messages neither completed nor moved to the dead letters. */
  readonly length: number;
  readonly deadLetters: readonly string[];
}

interface Message {
  readonly id: string;
  readonly body: string;
  readonly group: string | undefined;
  readonly chain: number;
  receives: number;
  done: boolean;
  /** While a consumer has it. */
  receivedAt?: number;
  hiddenUntil?: number;
}

export interface QueueDeps {
  readonly name: string;
  /** Functions at once. */
  readonly concurrency: number;
  readonly lambda: LambdaFunction<{ readonly Records: readonly QueueRecord[] }, BatchResponse | SweepReport>;
  readonly scheduler: Scheduler;
  readonly lineage: Lineage;
  readonly random: Random;
  readonly faultKinds: FaultSettings;
  readonly region: Region;
}

const BATCH = 10;
const VISIBILITY = visibilityOf(TIMEOUT_SECONDS);
const MAX_RECEIVES = 5;

export function createQueue({
  name,
  concurrency,
  lambda,
  scheduler,
  lineage,
  random,
  faultKinds,
  region,
}: QueueDeps): Queue {
  const share = createFairShare(scheduler.now);
  const pollers = createPollers(concurrency, scheduler.now);
  const tenantOf = ({ id, group }: Message): string => group ?? id;
  const visible = createVisibleMessages(share, tenantOf);
  const deadLetters: string[] = [];
  const received = new Map<string, Message>();
  let count = 0;
  let open = 0;
  let running = 0;
  let growing = false;

  const appear = (message: Message, delay: number): void => {
    scheduler.after(delay, () => {
      if (message.done) return;
      visible.add(message);
      pump();
    });
  };
  const giveBack = (message: Message): void => {
    const { receivedAt } = message;
    received.delete(message.id);
    if (receivedAt === undefined) return;
    delete message.receivedAt;
    share.returned(tenantOf(message), scheduler.now() - receivedAt);
  };
  const finish = (message: Message): void => {
    if (message.done) return;
    message.done = true;
    giveBack(message);
    open -= 1;
    if (faultKinds.has('queue-duplicate') && random.chance(0.01)) {
      open += 1;
      appear({ ...message, done: false }, random.between(0, 2 * MINUTE));
    }
  };
  const reappear = (message: Message): void => {
    if (message.done) return;
    giveBack(message);
    if (message.receives < MAX_RECEIVES) return void (visible.add(message), pump());
    message.done = true;
    open -= 1;
    deadLetters.push(message.body);
  };
  const hide = (message: Message, time: number): void => {
    const until = scheduler.now() + time;
    message.hiddenUntil = until;
    scheduler.after(time, () => {
      if (message.hiddenUntil === until) reappear(message);
    });
  };
  const take = (): Message[] => {
    const batch: Message[] = [];
    while (batch.length < BATCH && visible.length > 0) {
      // SQS promises no order; mostly the oldest comes first.
      const next = random.chance(0.1) ? visible.at(random.next()) : visible.first();
      const message = visible.remove(next);
      if (message === undefined || message.done) continue;
      message.receivedAt = scheduler.now();
      share.received(tenantOf(message));
      batch.push(message);
    }
    return batch;
  };
  const pump = (): void => {
    while (!region.isDown && running < pollers.atOnce() && visible.length > 0) {
      const batch = take();
      if (batch.length === 0) return;
      for (const message of batch) {
        message.receives += 1;
        received.set(message.id, message);
        hide(message, VISIBILITY);
      }
      running += 1;
      lambda.invoke(
        { Records: batch.map(recordOf) },
        (outcome) => {
          running -= 1;
          if (outcome.kind === 'answer' && 'batchItemFailures' in outcome.answer) {
            const failed = new Set(outcome.answer.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
            for (const message of batch) if (!failed.has(message.id)) finish(message);
          }
          pump();
        },
        lineage.next(
          lambda.name,
          batch.map(({ chain }) => chain),
        ),
      );
    }
    if (region.isDown || visible.length === 0 || concurrency <= FIRST || growing) return;
    growing = true;
    scheduler.after(STEP, () => {
      growing = false;
      if (visible.length > 0) pollers.grow();
      pump();
    });
  };

  region.onReturn(pump);
  return {
    send(body, group) {
      open += 1;
      const chain = lineage.lengthFor(lambda.name);
      const message: Message = { id: `${name}-${(count += 1)}`, body, group, chain, receives: 0, done: false };
      share.sent(tenantOf(message));
      appear(message, random.between(5, 100));
      if (!faultKinds.has('queue-duplicate') || !random.chance(0.005)) return;
      open += 1;
      appear(
        { id: `${name}-${(count += 1)}`, body, group, chain, receives: 0, done: false },
        random.between(0, 30 * SECOND),
      );
    },
    putOff: (messageId, time) => {
      const message = received.get(messageId);
      if (message !== undefined) hide(message, time);
    },
    get length() {
      return open;
    },
    deadLetters,
  };
}

function recordOf({ id, body, group, receives }: Message): QueueRecord {
  return {
    messageId: id,
    body,
    attributes: { ApproximateReceiveCount: String(receives), ...(group !== undefined && { MessageGroupId: group }) },
  };
}
