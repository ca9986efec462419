import { createHmac } from 'node:crypto';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { MINUTE, SECOND } from '@multi-tenant-runner/core';
import type { HttpRequest, HttpResponse } from '@multi-tenant-runner/runtime';
import type { Scheduler } from '../engine/scheduler';
import type { Outcome } from '../engine/lambda';
import type { Random } from '../engine/random';
import type { Trace } from '../engine/trace';
import type { FaultSettings } from '../scenario/fault-kinds';
import type { SimulationBus } from './events';
import { keep } from './lists';

export const APP_ID = '12345';
export const WEBHOOK_SECRET = 'the secret of a simulated App';

/** Bytes that zlib reserves for an answer, by default 16 times as many: of a hundred thousand those are a gigabyte. */
const CHUNK = 1_024;

export interface DeliveryRecord {
  readonly id: number;
  readonly guid: string;
  readonly event: string;
  readonly action: string;
  readonly installationId: number;
  readonly deliveredAt: number;
  readonly ok: boolean;
  /** Whether there was an answer of ours, whatever it said. */
  readonly answered: boolean;
  readonly redelivery: boolean;
}

/** GitHub's side of the webhook: what it sends, and its list of deliveries. */
export interface Deliveries {
  send(event: string, payload: Record<string, unknown>, installationId: number): void;
  /** Sends a delivery of the list again, as the App may request. */
  redeliver(id: number): boolean;
  /** Oldest first. */
  readonly list: readonly DeliveryRecord[];
  /** Those of the list that were answered, but not with success. */
  readonly failures: readonly DeliveryRecord[];
  readonly open: number;
  /** GitHub keeps them three days; those that succeeded before are not listed any more. */
  forget(before: number): void;
}

export interface DeliveryDeps {
  readonly events: SimulationBus;
  readonly scheduler: Scheduler;
  readonly random: Random;
  readonly faultKinds: FaultSettings;
  readonly trace: Trace;
}

interface Sent {
  readonly guid: string;
  readonly event: string;
  readonly action: string;
  readonly body: string;
  readonly installationId: number;
}

/** One that failed, which may be sent again for days: an hour's outage leaves a hundred thousand of them. */
interface Failed extends Omit<Sent, 'body'> {
  /** Packed, a byte each character: a string lies in the heap, which has a limit. */
  readonly packed: string;
}

export function createDeliveries({ events, scheduler, random, faultKinds, trace }: DeliveryDeps): Deliveries {
  const list: DeliveryRecord[] = [];
  const failures: DeliveryRecord[] = [];
  const contents = new Map<number, Failed>();
  let guids = 0;
  let listed = 0;
  let open = 0;

  const record = (sent: Sent, came: 'ok' | 'failure' | 'no-answer', redelivery: boolean): void => {
    const ok = came === 'ok';
    const id = (listed += 1);
    const delivery: DeliveryRecord = {
      id,
      guid: sent.guid,
      event: sent.event,
      action: sent.action,
      installationId: sent.installationId,
      deliveredAt: scheduler.now(),
      ok,
      answered: came !== 'no-answer',
      redelivery,
    };
    list.push(delivery);
    if (ok) return;
    const { body, ...rest } = sent;
    contents.set(id, { ...rest, packed: deflateRawSync(body, { chunkSize: CHUNK }).toString('latin1') });
    if (delivery.answered) failures.push(delivery);
  };
  const attempt = (sent: Sent, delay: number, redelivery: boolean): void => {
    open += 1;
    scheduler.after(delay, () => {
      if (faultKinds.has('webhook-drop') && random.chance(0.2)) {
        trace.note(scheduler.now(), `webhook ${sent.guid} ${sent.event} ${sent.action} dropped`);
        open -= 1;
        // In an outage of its own GitHub may not record a delivery at all; only its list of jobs shows those.
        if (sent.event !== 'workflow_job' || redelivery || random.chance(0.7)) record(sent, 'no-answer', redelivery);
        return;
      }
      const onEnd = (outcome: Outcome<HttpResponse>): void => {
        open -= 1;
        const ok = outcome.kind === 'answer' && outcome.answer.statusCode < 300;
        trace.note(
          scheduler.now(),
          `webhook ${sent.guid} ${sent.event} ${sent.action} ` +
            `${outcome.kind === 'answer' ? outcome.answer.statusCode : outcome.kind}`,
        );
        record(sent, ok ? 'ok' : outcome.kind === 'answer' ? 'failure' : 'no-answer', redelivery);
      };
      events.emit('webhook.arrived', { request: request(sent), onEnd });
    });
  };

  return {
    list,
    failures,
    get open() {
      return open;
    },
    forget(before) {
      keep(list, ({ ok, deliveredAt }) => !ok || deliveredAt >= before);
    },
    send(event, payload, installationId) {
      const sent: Sent = {
        guid: `guid-${(guids += 1)}`,
        event,
        action: String(payload['action']),
        body: JSON.stringify(payload),
        installationId,
      };
      const late = faultKinds.has('webhook-delay') && random.chance(0.1);
      attempt(sent, late ? random.between(5 * SECOND, 5 * MINUTE) : random.between(200, 2_000), false);
      if (faultKinds.has('webhook-duplicate') && random.chance(0.05))
        attempt(sent, random.between(SECOND, 3 * MINUTE), true);
    },
    redeliver(id) {
      const failed = contents.get(id);
      if (failed === undefined) return false;
      const { packed, ...rest } = failed;
      const body = inflateRawSync(Buffer.from(packed, 'latin1')).toString();
      attempt({ ...rest, body }, random.between(SECOND, 5 * SECOND), true);
      return true;
    },
  };
}

function request({ guid, event, body }: Sent): HttpRequest {
  return {
    body,
    headers: {
      'content-type': 'application/json',
      'x-github-event': event,
      'x-github-delivery': guid,
      'x-github-hook-installation-target-type': 'integration',
      'x-github-hook-installation-target-id': APP_ID,
      'x-hub-signature-256': `sha256=${createHmac('sha256', WEBHOOK_SECRET).update(body).digest('hex')}`,
    },
  };
}
