import { EVENT_SOURCE, MINUTE, SECOND } from '@multi-tenant-runner/core';
import type { Scheduler } from '../engine/scheduler';
import type { LambdaFunction } from '../engine/lambda';
import type { Random } from '../engine/random';
import type { FaultSettings } from '../scenario/fault-kinds';
import type { Region } from './region';

/** The bus, its rule and the asynchronous invocation behind it: at least once, in no order, three tries. */
export interface LifecycleBus {
  publish(detailType: string, detail: Record<string, unknown>): void;
  readonly length: number;
  /** Dead-lettered events that the operator redrove. */
  readonly redriven: number;
}

const TRIES = 3;
/** Time until an operator responds to the dead-letter alarm. */
const REDRIVE_AFTER = 30 * MINUTE;

export function createLifecycleBus(deps: {
  readonly lambda: LambdaFunction<unknown, unknown>;
  readonly scheduler: Scheduler;
  readonly random: Random;
  readonly faultKinds: FaultSettings;
  readonly region: Region;
}): LifecycleBus {
  const { lambda, scheduler, random, faultKinds, region } = deps;
  let open = 0;
  let redriven = 0;
  const attempt = (event: unknown, tries: number): void => {
    if (region.isDown) return void scheduler.after(MINUTE, () => attempt(event, tries));
    lambda.invoke(event, (outcome) => {
      if (outcome.kind === 'answer') return void (open -= 1);
      if (tries < TRIES) return void scheduler.after(tries * MINUTE, () => attempt(event, tries + 1));
      redriven += 1;
      scheduler.after(REDRIVE_AFTER, () => attempt(event, 1));
    });
  };
  const deliver = (event: unknown, delay: number): void => {
    open += 1;
    scheduler.after(delay, () => attempt(event, 1));
  };
  return {
    publish(detailType, detail) {
      const event = JSON.parse(JSON.stringify({ source: EVENT_SOURCE, 'detail-type': detailType, detail })) as unknown;
      const late = faultKinds.has('lag') && random.chance(0.05);
      deliver(event, late ? random.between(SECOND, 3 * MINUTE) : random.between(100, 800));
      if (faultKinds.has('queue-duplicate') && random.chance(0.02)) deliver(event, random.between(SECOND, 5 * MINUTE));
    },
    get length() {
      return open;
    },
    get redriven() {
      return redriven;
    },
  };
}
