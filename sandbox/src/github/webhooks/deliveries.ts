import { createHmac, randomUUID } from 'node:crypto';
import type { Clock } from '../state/model';
import type { Webhook } from './payloads';

/** GitHub gives a receiver ten seconds. */
const TIME_OUT_MS = 10_000;
const KEPT = 5_000;

export interface Delivery {
  readonly id: number;
  /** The same for every attempt at one event; the number differs. */
  readonly guid: string;
  readonly deliveredAt: number;
  readonly redelivery: boolean;
  readonly durationMs: number;
  readonly status: string;
  readonly statusCode: number;
  readonly webhook: Webhook;
  readonly url: string;
  readonly requestHeaders: Readonly<Record<string, string>>;
  readonly responseBody: string;
}

/** How a delivery travels: replaceable, so that faults can drop, delay, double or reorder it. */
export type Transport = (request: {
  url: string;
  headers: Record<string, string>;
  body: string;
  timeOutMs: number;
}) => Promise<{ status: number; body: string }>;

export interface Deliveries {
  readonly send: (webhook: Webhook) => void;
  readonly redeliver: (id: number) => boolean;
  readonly list: () => readonly Delivery[];
  readonly find: (id: number) => Delivery | undefined;
  /** Whether a delivery with this GUID is one of ours. */
  readonly isOurs: (guid: string) => boolean;
  /** Resolves when nothing is on its way. */
  readonly settled: () => Promise<void>;
}

export interface DeliveryOptions {
  readonly appId: number;
  readonly secret: string;
  readonly url: () => string;
  readonly clock: Clock;
  readonly nextId: () => number;
  readonly transport?: Transport;
}

export function createDeliveries(options: DeliveryOptions): Deliveries {
  const { clock, nextId, transport = postOverHttp } = options;
  const log = new Map<number, Delivery>();
  const guids = new Set<string>();
  const underWay = new Set<Promise<void>>();
  const hookId = nextId();

  const attempt = async (webhook: Webhook, guid: string, redelivery: boolean): Promise<void> => {
    const body = JSON.stringify(webhook.payload);
    const headers = deliveryHeaders({ webhook, guid, body, hookId, appId: options.appId, secret: options.secret });
    const url = options.url();
    const started = clock();
    const outcome = await transport({ url, headers, body, timeOutMs: TIME_OUT_MS }).catch(failed);
    const id = nextId();
    log.set(id, {
      id,
      guid,
      redelivery,
      webhook,
      url,
      requestHeaders: headers,
      deliveredAt: started,
      durationMs: clock() - started,
      status: statusText(outcome.status, outcome.body),
      statusCode: outcome.status,
      responseBody: outcome.body.slice(0, 2_000),
    });
    forgetOldest(log);
  };
  const begin = (webhook: Webhook, guid: string, redelivery: boolean): void => {
    guids.add(guid);
    const sending = attempt(webhook, guid, redelivery).finally(() => underWay.delete(sending));
    underWay.add(sending);
  };

  return {
    send: (webhook) => begin(webhook, randomUUID(), false),
    redeliver: (id) => {
      const known = log.get(id);
      if (known !== undefined) begin(known.webhook, known.guid, true);
      return known !== undefined;
    },
    list: () => [...log.values()].reverse(),
    find: (id) => log.get(id),
    isOurs: (guid) => guids.has(guid),
    settled: async () => {
      while (underWay.size > 0) await Promise.all(underWay);
    },
  };
}

export function sign(secret: string, body: string | Buffer): string {
  return `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
}

interface Envelope {
  readonly webhook: Webhook;
  readonly guid: string;
  readonly body: string;
  readonly hookId: number;
  readonly appId: number;
  readonly secret: string;
}

function deliveryHeaders(envelope: Envelope): Record<string, string> {
  return {
    Accept: '*/*',
    'Content-Type': 'application/json',
    'User-Agent': 'GitHub-Hookshot/0fb4dc3',
    'X-GitHub-Delivery': envelope.guid,
    'X-GitHub-Event': envelope.webhook.event,
    'X-GitHub-Hook-ID': String(envelope.hookId),
    'X-GitHub-Hook-Installation-Target-ID': String(envelope.appId),
    'X-GitHub-Hook-Installation-Target-Type': 'integration',
    'X-Hub-Signature-256': sign(envelope.secret, envelope.body),
  };
}

export const postOverHttp: Transport = async ({ url, headers, body, timeOutMs }) => {
  const answer = await fetch(url, { method: 'POST', headers, body, signal: AbortSignal.timeout(timeOutMs) });
  return { status: answer.status, body: await answer.text() };
};

function failed(error: unknown): { status: number; body: string } {
  const timedOut = error instanceof Error && error.name === 'TimeoutError';
  return { status: timedOut ? 504 : 502, body: timedOut ? 'timed out' : 'failed to connect' };
}

function statusText(status: number, body: string): string {
  if (status >= 200 && status < 300) return 'OK';
  return status === 504 || status === 502
    ? body.slice(0, 60) || `Invalid HTTP Response: ${status}`
    : `Invalid HTTP Response: ${status}`;
}

function forgetOldest(log: Map<number, Delivery>): void {
  if (log.size <= KEPT) return;
  const [oldest] = log.keys();
  if (oldest !== undefined) log.delete(oldest);
}
